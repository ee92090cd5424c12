/*
id: TP602
name: expiry-missing
title: Data that is collected without an end
message: "{subject} has no `expires`, neither of its own nor of its event."
severity: warning
category: lifecycle
cause: method
requires: [plans]
rests_on: event
why: >
  What has an end is looked at again when it comes. What has none is collected until somebody happens to ask why.
fix: "Add `expires:` with the day by which the team decides anew."
references: ["GDPR Art. 5(1)(e)"]
options:
  of:
    default: nothing
    values: [nothing, personal, everything]
    description: Of which fields an end is asked.
*/
SELECT f.id AS subject, f.place
FROM field f
WHERE :of <> 'nothing' AND f.expires IS NULL AND f.parent IS NULL AND f.status <> 'blocked'
  AND (:of = 'everything'
       OR EXISTS (SELECT 1 FROM personal_subject p WHERE p.kind = 'field' AND p.key = f.key))
