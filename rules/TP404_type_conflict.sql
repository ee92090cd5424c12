/*
id: TP404
name: type-conflict
title: One property with different types
message: "{subject} is {type}, while {path} is {detail} in {events}."
severity: warning
category: quality
cause: material
requires: [plans]
rests_on: path
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
counted AS (
  SELECT *, count(*) OVER same AS fields, min(key) OVER same AS first
  FROM typed WINDOW same AS (PARTITION BY plan, path, type)
),
judged AS MATERIALIZED (
  SELECT *, first_value(type) OVER (PARTITION BY plan, path ORDER BY fields DESC, first) AS usual FROM counted
),
others AS MATERIALIZED (
  SELECT plan, path, listing(event) AS events FROM judged
  WHERE type = usual AND (plan, path) IN (SELECT plan, path FROM judged WHERE type <> usual)
  GROUP BY plan, path
)
SELECT j.id AS subject, j.place, j.usual AS detail, j.type, j.path, o.events
FROM judged j
JOIN others o ON o.plan = j.plan AND o.path = j.path
WHERE j.type <> j.usual
