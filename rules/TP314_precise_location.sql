/*
id: TP314
name: precise-location
title: A place to the metre where a region would do
message: "{subject} holds precise locations, though {evidence}."
severity: warning
category: privacy
cause: material
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  Four decimals of a coordinate tell a house, and a few of them a life: where somebody sleeps, works, prays and is
  treated. One decimal tells a town.
fix: "Keep fewer decimals, a region, or nothing."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category LIKE 'user.location.precise%'
