/*
id: TP503
name: type-mismatch
title: A column that cannot hold what the plan says
message: "{subject} is planned as {planned}, but {column} is {stored}."
severity: warning
category: drift
cause: machinery
requires: [plans, warehouse]
why: >
  Loaders turn values that do not fit into null, or into a second column. What is counted then is what happened to fit.
fix: Correct the type in the plan, or change the column's.
*/
-- Texts may hold dates and whatever was serialised; semi-structured columns hold anything.
WITH landed AS (
  SELECT f.id, f.place, f.type AS planned, c.id AS "column", c.type AS stored, lower(c.type) AS low
  FROM landing l
  JOIN field f ON f.key = l.field
  JOIN stored_column c ON c.key = l."column"
  WHERE c.type <> '' AND f.type <> 'any'
),
held AS (
  SELECT *,
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
  FROM landed
)
SELECT id AS subject, place, replace(planned, '|', ' or ') AS planned, "column", stored
FROM held
WHERE holds <> 'any'
  AND NOT (holds = 'string' AND (planned LIKE '%string%' OR planned LIKE '%object%' OR planned LIKE '%array%'))
  AND NOT (holds = 'time' AND (planned LIKE '%string%' OR planned LIKE '%integer%' OR planned LIKE '%number%'))
  AND NOT (holds = 'boolean' AND planned LIKE '%boolean%')
  AND NOT (holds = 'number' AND (planned LIKE '%integer%' OR planned LIKE '%number%'))
