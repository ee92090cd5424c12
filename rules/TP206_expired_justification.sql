/*
id: TP206
name: expired-justification
title: A justification that has run out
message: "{kind} {subject} expired on {date}{state}."
severity: warning
category: use-cases
cause: people
requires: [use_cases|plans]
rests_on: event
why: >
  Data is kept no longer than its purpose lasts. A use case past its horizon justifies nothing any more, and a field
  past its own end was meant to be gone.
fix: Find out who uses it; then remove it, or have the owner set a later date for a reason.
references: ["GDPR Art. 5(1)(e)"]
*/
-- Events and fields that surely are used are TP604's, those that surely are not are TP605's.
WITH needed AS MATERIALIZED (
  SELECT n.use_case, s.used, s.users
  FROM need n JOIN need_match m ON m.need = n.key JOIN field_status s ON s.field = m.field
  UNION ALL
  SELECT n.use_case, s.used, s.users
  FROM need n JOIN need_match m ON m.need = n.key JOIN column_status s ON s."column" = m."column"
)
SELECT u.id AS subject, u.place,
       CASE
         WHEN max(d.used) THEN 'Renew it with a later `horizon:`, or move the readers off its data and retire it.'
         WHEN min(coalesce(d.used, -1)) = 0
           THEN 'Retire it (`status: retired`), and prune what was collected for it; or renew it with a later `horizon:`.'
       END AS fix,
       'The use case' AS kind, u.horizon AS date,
       CASE
         WHEN max(d.used) THEN coalesce(', but what it needs is still used by ' || listing(nullif(d.users, '')),
                                        ', but what it needs is still used')
         WHEN min(coalesce(d.used, -1)) = 0 THEN ', and nobody uses what it needs'
         ELSE ''
       END AS state
FROM use_case u
LEFT JOIN needed d ON d.use_case = u.key
WHERE u.state = 'expired'
GROUP BY u.key
UNION ALL
SELECT id, place, NULL, 'The ' || kind, expires, ''
FROM expired WHERE used IS NULL
