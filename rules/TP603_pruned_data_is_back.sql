/*
id: TP603
name: pruned-data-is-back
title: Data that was pruned and is back
message: "{subject} is {back}, but it was pruned {evidence}."
severity: error
category: lifecycle
cause: machinery
requires: [tombstones, plans|warehouse|models|consumers]
why: >
  Somebody decided that it is not needed, and told so. It comes back with an old branch, a copied snippet or a version
  of an app that nobody updated, and then nobody decides at all.
fix: "Take it out again. If it is needed after all, declare the use case that needs it, and remove its tombstone."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(2)"]
*/
-- Of several tombstones for one thing, the latest counts. What a plan blocks is not back: it is kept out.
WITH last AS (
  SELECT m.kind, m.key,
         'on ' || t.pruned || coalesce(' by ' || nullif(t.by, ''), '') || coalesce(': ' || nullif(t.reason, ''), '')
         || coalesce(' (' || nullif(t.proposal, '') || ')', '') AS evidence,
         row_number() OVER (PARTITION BY m.kind, m.key ORDER BY t.pruned DESC, t.key DESC) AS age
  FROM tombstone_match m JOIN tombstone t ON t.key = m.tombstone
  WHERE t.pruned <= :today
),
reader AS (
  SELECT a."column", r.id, r.place FROM carry a JOIN relation r ON r.key = a.relation
  UNION
  SELECT h."column", u.id, u.place FROM stored_reach h JOIN consumer u ON u.key = h.consumer
  WHERE h.strength <> 'possible' AND u.class <> 'model'
),
back AS (
  SELECT 'event' AS kind, key, id, place, 'planned again' AS back FROM event WHERE status <> 'blocked'
  UNION ALL
  SELECT 'field', key, id, place, 'planned again' FROM field WHERE status <> 'blocked'
  UNION ALL
  SELECT 'relation', key, id, place, CASE WHEN declared THEN 'stored again' ELSE 'read again' END
  FROM relation WHERE place IS NOT NULL
  UNION ALL
  SELECT 'column', key, id, place, 'stored again' FROM stored_column WHERE declared
  UNION ALL
  SELECT 'column', c.key, c.id, min(r.place), 'read again by ' || listing(r.id)
  FROM last t
  JOIN stored_column c ON c.key = t.key
  JOIN reader r ON r."column" = c.key
  WHERE t.kind = 'column' AND NOT c.declared
  GROUP BY c.key
)
SELECT b.id AS subject, b.place, b.back, t.evidence
FROM last t
JOIN back b ON b.kind = t.kind AND b.key = t.key
WHERE t.age = 1
