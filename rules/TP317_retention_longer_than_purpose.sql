/*
id: TP317
name: retention-longer-than-purpose
title: Personal data that is kept longer than any purpose needs it
message: "{subject} keeps personal data ({fields}) for {kept}, but the longest of its purposes needs it for {longest} ({cases})."
severity: warning
category: privacy
cause: method
requires: [use_cases, warehouse|plans]
rests_on: event
why: >
  Data is kept no longer than its purposes need. What outlives them all is a risk without a use.
fix: Shorten the retention of the table to that of the longest purpose, or say in the use case why it needs more.
references: ["GDPR Art. 5(1)(e)", "GDPR Art. 25(2)"]
*/
-- A purpose that does not say how long it needs the data is TP309's; until it does, nobody can tell what is too long.
WITH held AS (
  SELECT DISTINCT c.relation, p.kind, p.key, c.name
  FROM personal_subject p JOIN stored_column c ON p.kind = 'column' AND c.key = p.key
  UNION
  SELECT DISTINCT c.relation, p.kind, p.key, f.name
  FROM personal_subject p JOIN field f ON p.kind = 'field' AND f.key = p.key
  JOIN landing l ON l.field = p.key JOIN stored_column c ON c.key = l."column"
), purpose AS (
  SELECT h.relation, h.name, u.id, u.retention, u.retention_days AS days
  FROM held h JOIN named_need n ON n.kind = h.kind AND n.key = h.key JOIN use_case u ON u.key = n.use_case
)
SELECT r.id AS subject, k.place,
       'Keep it for ' || (SELECT q.retention FROM purpose q WHERE q.relation = k.relation ORDER BY q.days DESC LIMIT 1)
         || ', as long as its longest purpose needs it.' AS fix,
       listing(p.name) AS fields, k.retention AS kept,
       (SELECT q.retention FROM purpose q WHERE q.relation = k.relation ORDER BY q.days DESC, q.id LIMIT 1) AS longest,
       (SELECT q.id FROM purpose q WHERE q.relation = k.relation ORDER BY q.days DESC, q.id LIMIT 1) AS cases
FROM relation_retention k
JOIN relation r ON r.key = k.relation
JOIN purpose p ON p.relation = k.relation
GROUP BY k.relation
HAVING count(*) = count(p.days) AND k.days > max(p.days)
