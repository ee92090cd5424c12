/*
id: TP406
name: constant-property
title: A property that always says the same
message: "{subject} may only be {value}, so it says nothing."
severity: info
category: quality
cause: material
requires: [plans]
rests_on: event
why: A value that never differs is stored with every event and tells nobody anything.
fix: Drop the property, or list the other values that it may have.
*/
SELECT id AS subject, place, json_extract("values", '$[0]') AS value
FROM field
WHERE "values" IS NOT NULL AND json_array_length("values") = 1 AND status <> 'blocked'
