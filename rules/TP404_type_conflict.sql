/*
id: TP404
name: type-conflict
title: One property with different types
message: "{subject} is {type}, while {path} is {detail} in {events}."
severity: warning
category: quality
cause: material
requires: [plans]
why: >
  The same name with two types breaks loaders, which split the column or drop values, and misleads whoever adds the
  numbers up.
fix: Give both the same type, or different names.
*/
-- A field deviates from the type that most events of the plan give the same path; among equals the first one counts.
WITH
typed AS (
  SELECT f.key, f.id, f.place, f.type, e.plan, e.id AS event, substr(f.id, length(e.id) + 2) AS path
  FROM field f JOIN event e ON e.key = f.event
  WHERE f.type <> 'any'
),
tally AS (
  SELECT plan, path, type, row_number() OVER (
    PARTITION BY plan, path ORDER BY count(*) DESC, min(key)) AS nth
  FROM typed GROUP BY plan, path, type
)
SELECT t.id AS subject, t.place, m.type AS detail, t.type, t.path, listing(o.event) AS events
FROM typed t
JOIN tally m ON m.plan = t.plan AND m.path = t.path AND m.nth = 1 AND m.type <> t.type
JOIN typed o ON o.plan = t.plan AND o.path = t.path AND o.type = m.type
GROUP BY t.key
