/*
id: TP105
name: unused-relation
title: A raw relation that nobody reads
message: "{subject} is unused: no event lands in it, no use case needs it, and no model or consumer reads it."
severity: warning
category: purpose
cause: measurement
requires: [warehouse, models|consumers]
rests_on: event
why: >
  A table that is loaded and never read is pure cost and risk: it is stored, copied, backed up and can leak, and
  serves nobody.
fix: Stop loading the table and drop it, or declare the use case that needs it.
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 5(1)(e)"]
*/
SELECT r.id AS subject, r.place
FROM relation r
WHERE r.raw AND r.declared
  AND r.key NOT IN (SELECT relation FROM landing_relation)
  AND r.key NOT IN (SELECT relation FROM relation_status WHERE reached OR doubted)
  AND r.key NOT IN (SELECT relation FROM coverage WHERE statements > 0)
  AND NOT EXISTS (
    SELECT 1 FROM column_status s JOIN stored_column c ON c.key = s."column"
    WHERE c.relation = r.key AND (s.status <> 'waste' OR s.carried OR s.lands))
