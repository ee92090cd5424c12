/*
id: TP316
name: exact-time-of-person
title: A time to the second where a day would do
message: "{subject} tells to the second when somebody did something, though {evidence}."
severity: info
category: privacy
cause: material
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  Exact times join what was kept apart: two tables without a common key are matched by the second in which something
  happened. A day or a month mostly serves.
fix: "Keep the day, the week or the month."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category = 'system.time'
