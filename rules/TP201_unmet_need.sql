/*
id: TP201
name: unmet-need
title: A need that nothing meets
message: "The use case {use_case} needs {selector}, and nothing {of_that_name} is collected."
severity: warning
category: use-cases
cause: measurement
requires: [use_cases, plans|warehouse]
rests_on: event
why: A use case that lacks its data cannot move its outcome, and nobody notices until the numbers are asked for.
fix: Add it to the plan, correct the name, or drop the need.
fixer: {edit: correct-name, safe: true}
*/
-- Of a relation that may hold more than is declared nobody can say what it lacks.
SELECT g.id AS subject, g.place, nullif(n.hint, '') AS fix, u.id AS use_case, g.selector,
       CASE WHEN g.selector LIKE 'tag:%' THEN 'with that tag' WHEN g.selector LIKE 'category:%' THEN 'of that category'
            ELSE 'of that name' END AS of_that_name
FROM gap g
JOIN need n ON n.key = g.need
JOIN use_case u ON u.key = g.use_case
WHERE NOT EXISTS (
  SELECT 1 FROM relation r
  WHERE r.raw AND r.open AND substr(lower(g.selector), 1, length(r.id) + 1) = lower(r.id) || '.')
