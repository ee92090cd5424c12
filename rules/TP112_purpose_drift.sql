/*
id: TP112
name: purpose-drift
title: Data that serves a purpose other than the declared one
message: "{subject} is collected for {declared}, but {users} {verb} it for {drifted}, which {does} not name it."
severity: warning
category: purpose
cause: method
requires: [use_cases, models|consumers]
rests_on: event
why: >
  Data is collected for a purpose that people were told. Used for another one it needs a new basis, or at least a
  decision that both are compatible, and nobody takes that decision by adding a column to a query.
fix: Name it in the needs of the other use case, once somebody has agreed to it; or stop using it there.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 6(4)"]
*/
-- What a listed consumer reaches is needed for its use case too (derived): what nobody has named is still drift.
WITH taken AS (
  SELECT 'column' AS kind, h."column" AS key, h.consumer FROM stored_reach h WHERE h.strength = 'named'
  UNION
  SELECT 'field', l.field, h.consumer FROM landing l JOIN stored_reach h ON h."column" = l."column" WHERE h.strength = 'named'
), drift AS (
  SELECT DISTINCT t.kind, t.key, t.consumer, u.key AS use_case
  FROM taken t
  JOIN consumer c ON c.key = t.consumer AND c.counts
  JOIN serves v ON v.consumer = t.consumer
  JOIN use_case u ON u.key = v.use_case AND u.state = 'active'
  WHERE EXISTS (SELECT 1 FROM named_need n WHERE n.kind = t.kind AND n.key = t.key)
    AND NOT EXISTS (
      SELECT 1 FROM named_need n JOIN serves w ON w.use_case = n.use_case
      WHERE n.kind = t.kind AND n.key = t.key AND w.consumer = t.consumer)
)
SELECT s.id AS subject, s.place,
       CASE WHEN p.key IS NULL THEN 'info' ELSE 'warning' END AS severity,
       (SELECT listing(o.id) FROM named_need n JOIN use_case o ON o.key = n.use_case
        WHERE n.kind = d.kind AND n.key = d.key) AS declared,
       listing(c.id) AS users, CASE count(DISTINCT c.key) WHEN 1 THEN 'uses' ELSE 'use' END AS verb,
       listing(u.id) AS drifted, CASE count(DISTINCT u.key) WHEN 1 THEN 'does' ELSE 'do' END AS does
FROM drift d
JOIN subject s ON s.kind = d.kind AND s.key = d.key
JOIN consumer c ON c.key = d.consumer
JOIN use_case u ON u.key = d.use_case
LEFT JOIN personal_subject p ON p.kind = d.kind AND p.key = d.key
GROUP BY d.kind, d.key
