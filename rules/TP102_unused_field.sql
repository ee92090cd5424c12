/*
id: TP102
name: unused-field
title: A field that nobody uses
message: "{subject} is unused: no use case needs it, and {readers}."
severity: warning
category: purpose
cause: measurement
requires: [plans, models|consumers]
rests_on: event
why: >
  Personal data must be limited to what is necessary, and a field that nobody reads is necessary for nothing. It still
  costs collection, storage and trust.
fix: Stop collecting it, or declare the use case that needs it and build what uses it.
references: ["GDPR Art. 5(1)(c)"]
*/
SELECT s.id AS subject, s.place,
       CASE s.others
         WHEN '' THEN 'no model or consumer reads ' || listing(c.id)
         ELSE 'what reads ' || listing(c.id) || ' does not count (' || s.others || ')'
       END AS readers
FROM subject s
JOIN field_column l ON l.field = s.key
JOIN stored_column c ON c.key = l."column"
WHERE s.kind = 'field' AND s.status = 'waste' AND NOT s.carried
GROUP BY s.key
