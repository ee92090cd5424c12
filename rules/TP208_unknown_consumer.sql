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
-- The use case is the one in whose lines the name stands.
SELECT (
         SELECT u.id FROM use_case u JOIN place q ON q.key = u.place
         WHERE q.file = l.file
         ORDER BY q.line > l.line, abs(q.line - l.line), q."column", u.key LIMIT 1
       ) AS subject,
       p.place, p.message AS detail, p.hint AS fix, rtrim(p.message, '.') AS problem
FROM problem p
JOIN place l ON l.key = p.place
JOIN file f ON f.key = l.file
WHERE p.kind = 'reference' AND f.kind = 'use_cases'
