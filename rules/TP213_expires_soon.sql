/*
id: TP213
name: expires-soon
title: A justification that runs out soon
message: "{kind} {subject} expires on {date}."
severity: info
category: use-cases
cause: people
requires: [use_cases|plans]
rests_on: event
why: Whoever depends on the data wants to hear of its end before the check fails.
fix: Prepare its removal, or have the owner set a later date for a reason.
references: ["GDPR Art. 5(1)(e)"]
options:
  days:
    default: 30
    description: How many days ahead the end is told.
*/
SELECT id AS subject, place, 'The use case' AS kind, horizon AS date
FROM use_case
WHERE state = 'active' AND horizon BETWEEN :today AND date(:today, '+' || :days || ' days')
UNION ALL
SELECT id, place, 'The event', expires
FROM event WHERE status <> 'blocked' AND expires BETWEEN :today AND date(:today, '+' || :days || ' days')
UNION ALL
SELECT f.id, f.place, 'The field', f.expires
FROM field f
JOIN event e ON e.key = f.event
LEFT JOIN field p ON p.key = f.parent
WHERE f.status <> 'blocked' AND f.expires BETWEEN :today AND date(:today, '+' || :days || ' days')
  AND f.expires IS NOT coalesce(p.expires, e.expires)
