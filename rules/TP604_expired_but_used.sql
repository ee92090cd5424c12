/*
id: TP604
name: expired-but-used
title: Data past its end that somebody still uses
message: "{subject} expired on {date}, but is still used by {users}."
severity: warning
category: lifecycle
cause: people
requires: [plans, models|consumers]
why: >
  Its end has come, and somebody would miss it. Whoever drops it now breaks what they read; whoever leaves it keeps data
  past the day that was promised.
fix: "Renew it: declare the use case that needs it, and set a later `expires:`; or move the readers off it and drop it."
references: ["GDPR Art. 5(1)(e)"]
*/
-- Who uses it is who has to be asked, and the end of what needs it is the day to renew it to.
WITH purposes AS MATERIALIZED (
  SELECT n.kind, n.key, u.id, u.horizon
  FROM named_need n JOIN use_case u ON u.key = n.use_case
),
told AS (
  SELECT x.id, x.place, x.expires,
         CASE x.kind
           WHEN 'field' THEN (SELECT coalesce(nullif(users, ''), takers) FROM field_status WHERE field = x.key)
           ELSE (SELECT listing(c.id) FROM field f JOIN landing l ON l.field = f.key JOIN reach h ON h."column" = l."column"
                 JOIN consumer c ON c.key = h.consumer
                 WHERE f.event = x.key AND c.counts AND h.strength <> 'possible')
         END AS users,
         listing(p.id) AS use_cases, max(p.horizon) AS until
  FROM expired x
  LEFT JOIN field f ON x.kind = 'event' AND f.event = x.key
  LEFT JOIN purposes p ON p.kind = 'field' AND p.key = CASE x.kind WHEN 'field' THEN x.key ELSE f.key END
  WHERE x.used
  GROUP BY x.kind, x.key
)
SELECT id AS subject, place,
       'Renew it with `expires: ' || until || '`, until when ' || use_cases || ' needs it; or move the readers off it and drop it.'
         AS fix,
       expires AS date, coalesce(nullif(users, ''), 'readers of its rows') AS users
FROM told
