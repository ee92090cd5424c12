/*
id: TP405
name: near-duplicate-properties
title: Two names for one property
message: "{subject} and {other} seem to be one property under two names."
severity: info
category: quality
cause: method
requires: [plans]
rests_on: event
why: >
  Half of the values end up under each name. Whoever reads one of them counts half, and nobody notices.
fix: Keep one of the names, move whoever reads the other, and drop it.
*/
-- The same words in another style, or in the plural: the later one is told.
WITH named AS (
  SELECT f.key, f.id, f.place, f.event, f.parent, f.name, words(f.name) AS said
  FROM field f
  WHERE f.status <> 'blocked'
)
SELECT b.id AS subject, b.place, a.name AS other
FROM named b
JOIN named a ON a.event = b.event AND a.parent IS b.parent AND a.said = b.said AND a.key < b.key
WHERE b.said <> ''
GROUP BY b.key
