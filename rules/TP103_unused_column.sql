/*
id: TP103
name: unused-column
title: A stored column that nobody uses
message: "{subject} is unused: no use case needs it, and {readers}."
severity: warning
category: purpose
cause: measurement
requires: [warehouse, models|consumers]
rests_on: event
why: >
  Data must not be kept longer than its purpose needs it. A column that nobody reads has no purpose, yet it is stored,
  copied and can leak.
fix: Drop the column and stop loading it, or declare the use case that needs it.
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 5(1)(e)"]
*/
SELECT id AS subject, place,
       CASE others
         WHEN '' THEN 'no model or consumer reads it'
         ELSE 'what reads it does not count (' || others || ')'
       END AS readers
FROM subject
WHERE kind = 'column' AND status = 'waste' AND NOT carried AND NOT pipeline
