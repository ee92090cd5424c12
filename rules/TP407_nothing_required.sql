/*
id: TP407
name: nothing-required
title: An event that is valid when empty
message: "{subject} has {fields}, and none of them is required."
severity: info
category: quality
cause: material
requires: [plans]
why: >
  Where nothing is required, nothing is guaranteed: each reader has to expect that any value is missing, and a broken
  release is noticed by nobody.
fix: Mark the properties without which the event means nothing as required.
options:
  least:
    default: 3
    description: From how many properties on an event is judged.
*/
-- Only in plans that say of some fields that they are required.
WITH strict AS MATERIALIZED (
  SELECT DISTINCT e.plan FROM field f JOIN event e ON e.key = f.event WHERE f.required
)
SELECT e.id AS subject, e.place, counted(count(*), 'property') AS fields
FROM strict s
CROSS JOIN event e ON e.plan = s.plan
JOIN field f ON f.event = e.key AND f.parent IS NULL AND f.status <> 'blocked'
WHERE e.type IN ('track', 'page', 'screen') AND e.status <> 'blocked'
GROUP BY e.key
HAVING count(*) >= :least AND sum(f.required) = 0
