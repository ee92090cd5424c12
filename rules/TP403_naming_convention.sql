/*
id: TP403
name: naming-convention
title: A name that breaks the naming convention
message: "The {kind} name of {subject} is not in {style}{share}."
severity: info
category: quality
cause: method
requires: [plans]
rests_on: name
why: >
  Names in several styles make one thing look like two: people collect it again, queries miss it, and loaders turn
  both into the same column.
fix: Rename it in the style of the others, before more depends on it.
options:
  event_pattern:
    default: majority
    description: The style of event names; `majority` takes the style that most names of the plan follow.
    values: [majority, any, snake_case, camelCase, PascalCase, kebab-case, SCREAMING_SNAKE_CASE, Title Case,
             Sentence case, lower case]
  field_pattern:
    default: majority
    description: The style of property and trait names, likewise.
    values: [majority, any, snake_case, camelCase, PascalCase, kebab-case, SCREAMING_SNAKE_CASE, Title Case,
             Sentence case, lower case]
  minimum_names:
    default: 5
    description: With `majority`, how many different names it takes to judge.
  minimum_share:
    default: 0.8
    description: With `majority`, which share of the names must agree.
*/
WITH
style(nth, style) AS (
  VALUES (1, 'snake_case'), (2, 'camelCase'), (3, 'PascalCase'), (4, 'kebab-case'), (5, 'SCREAMING_SNAKE_CASE'),
         (6, 'Title Case'), (7, 'Sentence case'), (8, 'lower case')
),
named AS (
  SELECT plan, 'event' AS kind, id, place, name, :event_pattern AS pattern
  FROM event WHERE type = 'track' AND name NOT LIKE '$%'
  UNION ALL
  SELECT e.plan, 'field', f.id, f.place, f.name, :field_pattern
  FROM field f JOIN event e ON e.key = f.event WHERE f.name NOT LIKE '$%'
),
spelled AS MATERIALIZED (               -- every different name in every style that it may be in
  SELECT n.plan, n.kind, n.pattern, n.name, s.nth, s.style, has_style(n.name, s.style) AS fits
  FROM (SELECT DISTINCT plan, kind, pattern, name FROM named) n CROSS JOIN style s
  WHERE n.pattern IN ('majority', s.style)
),
tally AS (
  SELECT plan, kind, pattern, nth, style, sum(fits) AS fitting, count(*) AS names,
         max(sum(fits)) OVER (PARTITION BY plan, kind) AS most
  FROM spelled GROUP BY plan, kind, nth
),
wanted AS (                             -- more than one style per plan and kind where styles are level
  SELECT * FROM tally
  WHERE pattern <> 'majority'
     OR (fitting = most AND names >= :minimum_names AND fitting >= :minimum_share * names)
)
SELECT n.id AS subject, n.place, n.kind, w.style,
       CASE w.pattern WHEN 'majority' THEN ', as ' || w.fitting || ' of ' || w.names || ' are' ELSE '' END AS share
FROM named n
JOIN wanted w ON w.plan = n.plan AND w.kind = n.kind
WHERE w.nth = (SELECT min(x.nth) FROM wanted x WHERE x.plan = n.plan AND x.kind = n.kind)
  AND NOT EXISTS (
    SELECT 1 FROM wanted x JOIN spelled s ON s.plan = x.plan AND s.kind = x.kind AND s.nth = x.nth
    WHERE x.plan = n.plan AND x.kind = n.kind AND s.name = n.name AND s.fits)
