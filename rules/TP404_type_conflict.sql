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
typed AS MATERIALIZED (
  SELECT f.key, f.path, f.type, e.plan, e.id AS event FROM field f JOIN event e ON e.key = f.event WHERE f.type <> 'any'
),
ranked AS (
  SELECT plan, path, type, row_number() OVER (same ORDER BY count(*) DESC, min(key)) AS nth, count(*) OVER same AS types
  FROM typed GROUP BY plan, path, type WINDOW same AS (PARTITION BY plan, path)
),
usual AS MATERIALIZED (SELECT plan, path, type FROM ranked WHERE nth = 1 AND types > 1),
others AS MATERIALIZED (
  SELECT u.plan, u.path, u.type, listing(t.event) AS events
  FROM usual u CROSS JOIN typed t ON t.plan = u.plan AND t.path = u.path AND t.type = u.type
  GROUP BY u.plan, u.path
),
odd AS MATERIALIZED (
  SELECT t.key, t.event, t.type, o.type AS usual, o.events
  FROM others o CROSS JOIN typed t ON t.plan = o.plan AND t.path = o.path AND t.type <> o.type
)
SELECT f.id AS subject, f.place, o.usual AS detail, o.type, substr(f.id, length(o.event) + 2) AS path, o.events
FROM odd o CROSS JOIN field f ON f.key = o.key
