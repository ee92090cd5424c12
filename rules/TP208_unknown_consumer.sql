/*
id: TP208
name: unknown-consumer
title: A use case lists a consumer that does not exist
message: "{problem}."
severity: warning
category: use-cases
cause: people
requires: [use_cases, consumers]
why: >
  A use case justifies what its consumers reach. One that is gone or misspelled justifies nothing, so what it was
  meant to justify shows up as undeclared or idle.
fix: Correct the name, or remove it from the list.
*/
-- The use case is the one in whose lines the name stands: the last that begins before it.
SELECT subject, place, detail, fix, problem
FROM (
  SELECT u.id AS subject, p.place, p.message AS detail, p.hint AS fix, rtrim(p.message, '.') AS problem,
         row_number() OVER (PARTITION BY p.key ORDER BY q.line > l.line, abs(q.line - l.line), u.key DESC) AS nth
  FROM problem p
  JOIN place l ON l.key = p.place
  JOIN file f ON f.key = l.file
  JOIN place q ON q.file = l.file
  JOIN use_case u ON u.place = q.key
  WHERE p.kind = 'reference' AND f.kind = 'use_cases'
)
WHERE nth = 1
