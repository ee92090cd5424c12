/*
id: TP109
name: idle-claim
title: A claim that nobody draws on
message: "{subject} is needed by {use_cases}, but no consumer uses it."
severity: info
category: purpose
cause: measurement
requires: [use_cases, models|consumers]
rests_on: event
why: >
  A purpose that is declared and never acted upon does not justify collecting for long. Within the grace period
  after its introduction a field is only mentioned; without an `introduced` date it is never more than that.
fix: Build what the use case promises, or drop the need and stop collecting.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 5(1)(c)"]
*/
SELECT s.id AS subject, s.place,
       CASE WHEN date(s.introduced, '+' || run.grace_days || ' days') < :today THEN 'warning' END AS severity,
       s.use_cases
FROM subject s
JOIN run
WHERE s.status = 'idle'
