/*
id: TP313
name: exact-birth-date
title: A birthday where an age would do
message: "{subject} holds exact birth dates, though {evidence}."
severity: warning
category: privacy
cause: material
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  A birth date hardly ever changes and is known to many others: with a postal code it names most people. An age group or
  a year of birth serves nearly every purpose.
fix: "Keep what the consumers need: the year, the month, or that somebody is of age."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category LIKE 'user.demographic.date_of_birth%'
