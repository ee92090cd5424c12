/*
id: TP110
name: unused-pipeline-column
title: A column that the loader adds and nobody uses
message: "{subject} is added by the loader; no use case needs it, and no consumer uses it."
severity: info
category: purpose
cause: machinery
requires: [warehouse, models|consumers]
rests_on: event
why: >
  Loaders add an envelope to every table, and part of it, such as IP addresses and device ids, is personal data.
  Nobody asked for it, so nobody looks after it.
fix: Switch the column off in the loader's settings, or declare the use case that needs it.
references: ["GDPR Art. 25(2)"]
*/
SELECT id AS subject, place
FROM subject
WHERE status = 'waste' AND pipeline
