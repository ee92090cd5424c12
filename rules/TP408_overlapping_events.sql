/*
id: TP408
name: overlapping-events
title: Events that are nearly the same
message: "{subject} overlaps with {others}: {how}."
severity: info
category: quality
cause: method
requires: [plans]
rests_on: overlap
why: >
  Two events with the same properties are one event under two names: each change is made twice or forgotten once, and
  whoever counts must know of both. One event with a property that tells the difference is cheaper to send, store and
  read.
fix: Make them one event with a property that tells them apart, or say in their descriptions why they are two.
options:
  share:
    default: 0.9
    description: Which share of the larger event's properties both must have, from 0.5 to 1.
  least:
    default: 4
    description: From how many properties on an event is compared.
*/
-- Those that are alike are told together, once: largest overlap first, then what costs most: the values that come in a
-- month, where the plan says how many events do, else the properties to keep.
WITH property AS (
  SELECT e.plan, f.event, f.path
  FROM event e JOIN field f ON f.event = e.key
  WHERE e.type IN ('track', 'page', 'screen') AND e.status IN ('planned', 'active') AND f.status <> 'blocked'
    AND f.key NOT IN (SELECT parent FROM field WHERE parent IS NOT NULL)
),
found AS MATERIALIZED (
  SELECT g.value ->> 'common' AS common, g.value ->> 'most' AS most, e.key AS event, e.id, e.volume,
         min(e.id) OVER (PARTITION BY a.plan, g.key) AS first  -- whatever their order in the file
  FROM (SELECT plan, alike(event, path, :share, :least) AS groups FROM property GROUP BY plan) a
  JOIN json_each(a.groups) g JOIN json_each(g.value, '$.keys') k JOIN event e ON e.key = k.value
),
sized AS MATERIALIZED (SELECT event, count(*) AS properties FROM property GROUP BY event)
SELECT s.id AS subject, s.place,
       row_number() OVER (ORDER BY 1.0 * f.common / f.most DESC, sum(f.volume * z.properties) DESC,
                                   sum(z.properties) DESC, s.key) AS rank,
       listing(f.id) FILTER (WHERE f.id <> f.first) AS others,
       CASE
         WHEN f.common = f.most THEN 'they have the same ' || counted(f.most, 'property')
         WHEN f.common >= :share * f.most THEN 'they have ' || f.common || ' of ' || counted(f.most, 'property') || ' in common'
         ELSE 'each has nearly all of its properties in common with another of them'
       END AS how
FROM found f
JOIN event s ON s.id = f.first
JOIN sized z ON z.event = f.event
GROUP BY f.first
