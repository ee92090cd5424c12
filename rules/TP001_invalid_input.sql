/*
id: TP001
name: invalid-input
title: Input that cannot be used as it stands
message: "{problem}."
severity: error
category: input
cause: people
why: What is not read is not judged, so an error of input can hide waste and turn whole plans unknown.
fix: Mend the place shown.
fixer: {edit: correct-name, safe: true}
*/
-- TP004 has the patterns that match nothing.
SELECT f.path AS subject, p.place, p.message AS detail, p.hint AS fix, rtrim(p.message, '.') AS problem
FROM problem p
JOIN place l ON l.key = p.place
JOIN file f ON f.key = l.file
WHERE p.kind <> 'no-match'
