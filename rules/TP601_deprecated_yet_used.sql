/*
id: TP601
name: deprecated-yet-used
title: Deprecated data that somebody still uses
message: "{subject} is deprecated, but used by {users}."
severity: info
category: lifecycle
cause: people
requires: [plans, models|consumers]
rests_on: event
why: What is deprecated is meant to go. Whoever still reads it will break on the day it does.
fix: Move the readers to what replaces it, or take the deprecation back.
*/
-- A field inherits the status of its event: the event is told then, once.
SELECT f.id AS subject, f.place, s.users AS users
FROM field_status s
JOIN field f ON f.key = s.field
JOIN event e ON e.key = f.event
LEFT JOIN field p ON p.key = f.parent
WHERE f.status = 'deprecated' AND e.status <> 'deprecated' AND coalesce(p.status, '') <> 'deprecated'
  AND s.used = 1 AND s.users <> ''
UNION ALL
SELECT e.id, e.place, coalesce(
         (SELECT listing(c.id) FROM field f JOIN subject_consumer u ON u.kind = 'field' AND u.key = f.key
          JOIN consumer c ON c.key = u.consumer WHERE f.event = e.key AND u.strength = 'named'), 'readers of its rows')
FROM event_status h
JOIN event e ON e.key = h.event
WHERE e.status = 'deprecated' AND h.used = 1
