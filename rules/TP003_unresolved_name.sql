/*
id: TP003
name: unresolved-name
title: A name in SQL that cannot be resolved
message: "{subject} cannot be resolved: {clause}."
severity: warning
category: input
cause: material
rests_on: event
why: >
  A query that asks for a name nobody has either fails or reads something that was never declared. Whatever the name
  may mean becomes `unknown`.
fix: Correct the name, qualify it, or declare the table that has it.
*/
-- Each name once per file, at its first place.
SELECT coalesce(nullif(u.name, ''), f.path) AS subject, u.place, f.path AS detail, u.detail AS clause
FROM (
  SELECT u.*, l.file, row_number() OVER (
    PARTITION BY l.file, u.name, u.reason ORDER BY l.line, l."column", u.key) AS nth
  FROM unresolved u JOIN place l ON l.key = u.place
  WHERE u.reason IN ('unknown-column', 'ambiguous', 'ambiguous-relation', 'unknown-relation', 'circular')
) u
JOIN file f ON f.key = u.file
WHERE u.nth = 1
