/*
id: TP206
name: expired-justification
title: A justification that has run out
message: "{kind} {subject} expired on {date}."
severity: warning
category: use-cases
cause: people
requires: [use_cases|plans]
why: >
  Data is kept no longer than its purpose lasts. A use case past its horizon justifies nothing any more, and a field
  past its own end was meant to be gone.
fix: Remove what was collected for it, or have the owner set a later date for a reason.
references: ["GDPR Art. 5(1)(e)"]
*/
SELECT id AS subject, place, 'The use case' AS kind, horizon AS date
FROM use_case WHERE state = 'expired'
UNION ALL
SELECT id, place, 'The event', expires
FROM event WHERE expires < :today AND status <> 'blocked'
UNION ALL
-- A field inherits the date of its event or parent; only a date of its own is worth a line of its own.
SELECT f.id, f.place, 'The field', f.expires
FROM field f
JOIN event e ON e.key = f.event
LEFT JOIN field p ON p.key = f.parent
WHERE f.expires < :today AND f.status <> 'blocked' AND f.expires IS NOT coalesce(p.expires, e.expires)
