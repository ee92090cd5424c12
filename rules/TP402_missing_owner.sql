/*
id: TP402
name: missing-owner
title: A plan or event without an owner
message: "{kind} {subject} has no owner."
severity: info
category: quality
cause: people
requires: [plans]
why: Where nobody owns an event, nobody decides about it, and it stays for ever.
fix: "Add `owner:` to the plan, or to the event where it differs."
references: ["GDPR Art. 5(2)"]
*/
-- A plan in which no event has an owner is one finding and not one per event.
WITH orphan AS (
  SELECT p.key, p.name, p.place
  FROM plan p
  WHERE p.owner = '' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.plan = p.key AND e.owner <> '')
)
SELECT name AS subject, place, 'The plan' AS kind FROM orphan
UNION ALL
SELECT id, place, 'The event' FROM event
WHERE owner = '' AND plan NOT IN (SELECT key FROM orphan)
