/*
id: TP002
name: sql-not-understood
title: SQL that is not understood
message: "{subject}: {clause}."
severity: warning
category: input
cause: machinery
rests_on: event
why: >
  A statement that is not understood may use anything that it mentions. Every name in it becomes `unknown`, so that
  nothing is called unused by mistake.
fix: Correct the statement or the dialect of the file, or render its template; else leave it, and the names stay unknown.
*/
-- Counting within a file keeps fingerprints apart without naming lines.
SELECT f.path AS subject, u.place,
       u.reason || coalesce(' ' || nullif(row_number() OVER (
         PARTITION BY f.path, u.reason ORDER BY l.line, l."column", u.key), 1), '') AS detail,
       u.detail AS clause
FROM unresolved u
JOIN place l ON l.key = u.place
JOIN file f ON f.key = l.file
WHERE u.reason IN ('syntax', 'template', 'dynamic', 'unsupported', 'unreadable')
