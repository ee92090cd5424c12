/*
id: TP503
name: type-mismatch
title: A column that cannot hold what the plan says
message: "{subject} is planned as {planned}, but {column} is {stored}."
severity: warning
category: drift
cause: machinery
requires: [plans, warehouse]
rests_on: event
why: >
  Loaders turn values that do not fit into null, or into a second column. What is counted then is what happened to fit.
fix: Correct the type in the plan, or change the column's.
*/
-- Texts may hold dates and whatever was serialised; semi-structured columns hold anything. Types are few, columns many.
WITH kind AS MATERIALIZED (SELECT DISTINCT type, lower(type) AS low FROM stored_column),
held AS MATERIALIZED (
  SELECT type,
         CASE WHEN low LIKE '%[]' OR low LIKE '%array%' OR low LIKE '%list%' OR low LIKE '%struct%' OR low LIKE '%record%'
                   OR low LIKE '%json%' OR low LIKE '%variant%' OR low LIKE '%object%' OR low LIKE '%map%'
                   OR low LIKE '%super%' OR low LIKE '%row(%' THEN 'any'
              WHEN low LIKE '%bool%' OR low = 'bit' THEN 'boolean'
              WHEN low LIKE '%char%' OR low LIKE '%text%' OR low LIKE '%string%' OR low LIKE '%uuid%' THEN 'string'
              WHEN low LIKE '%interval%' THEN 'any'
              WHEN low LIKE '%date%' OR low LIKE '%time%' THEN 'time'
              WHEN low LIKE '%int%' OR low LIKE '%num%' OR low LIKE '%dec%' OR low LIKE '%float%' OR low LIKE '%double%'
                   OR low LIKE '%real%' OR low LIKE '%money%' THEN 'number'
              ELSE 'any' END AS holds
  FROM kind
)
SELECT f.id AS subject, f.place, replace(f.type, '|', ' or ') AS planned, c.id AS "column", c.type AS stored
FROM landing l
JOIN field f ON f.key = l.field
JOIN stored_column c ON c.key = l."column"
JOIN held h ON h.type = c.type
WHERE h.holds <> 'any' AND f.type <> 'any'
  AND NOT (h.holds = 'string' AND (f.type LIKE '%string%' OR f.type LIKE '%object%' OR f.type LIKE '%array%'))
  AND NOT (h.holds = 'time' AND (f.type LIKE '%string%' OR f.type LIKE '%integer%' OR f.type LIKE '%number%'))
  AND NOT (h.holds = 'boolean' AND f.type LIKE '%boolean%')
  AND NOT (h.holds = 'number' AND (f.type LIKE '%integer%' OR f.type LIKE '%number%'))
