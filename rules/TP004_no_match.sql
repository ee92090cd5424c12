/*
id: TP004
name: no-match
title: A pattern that matches nothing
message: "{problem}."
severity: warning
category: input
cause: people
why: >
  A pattern without files is most often a typing error or a folder that moved. What it was meant to bring is then
  missing from every verdict.
fix: Correct the pattern, or remove the entry.
*/
SELECT f.path AS subject, p.place, p.message AS detail, p.hint AS fix, rtrim(p.message, '.') AS problem
FROM problem p
JOIN place l ON l.key = p.place
JOIN file f ON f.key = l.file
WHERE p.kind IN ('no-match', 'stale')
