/*
id: TP106
name: dead-end-column
title: Data that models carry and nobody consumes
message: "{subject} is carried by {models}, but no consumer uses it and no use case needs it."
severity: warning
category: purpose
cause: measurement
requires: [models]
rests_on: event
why: >
  Being passed from model to model is no use. Each copy is stored, tested and maintained, and at its end nobody
  is there.
fix: Remove it from the models named, then stop collecting it; or declare the use case that needs it.
references: ["GDPR Art. 5(1)(c)"]
*/
SELECT id AS subject, place, models
FROM subject
WHERE status = 'waste' AND carried AND NOT pipeline
