/*
id: TP107
name: star-only-use
title: Data that is used only as part of whole relations
message: "{subject} is used only as part of whole relations, by {consumers}."
severity: info
category: purpose
cause: machinery
requires: [models|consumers]
rests_on: event
why: >
  `select *` and exposures without columns take whatever is there. They keep data alive that perhaps nobody looks
  at, so they are no proof that it is needed, nor that it can go.
fix: Name the columns that are wanted, in the query or in the exposure.
references: ["GDPR Art. 25(2)"]
*/
SELECT id AS subject, place, takers AS consumers
FROM subject
WHERE used AND star_only
