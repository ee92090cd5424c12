/*
id: TP604
name: expired-but-used
title: Data past its end that somebody still uses
message: "{subject} expired on {date}, but is still used by {users}{need}."
severity: warning
category: lifecycle
cause: people
requires: [plans, models|consumers]
rests_on: event
why: >
  Its end has come, and somebody would miss it. Whoever drops it now breaks what they read; whoever leaves it keeps data
  past the day that was promised.
fix: "Renew it: declare the use case that needs it, and set a later `expires:`; or move the readers off it and drop it."
references: ["GDPR Art. 5(1)(e)"]
*/
-- Who uses it is who has to be asked, and the end of what needs it is the day to renew it to.
WITH used AS MATERIALIZED (SELECT * FROM expired WHERE used),
held AS MATERIALIZED (
  SELECT x.kind, x.key, f.key AS field
  FROM used x JOIN field f ON CASE x.kind WHEN 'event' THEN f.event ELSE f.key END = x.key
),
purposes AS (
  SELECT h.kind, h.key, listing(u.id) AS use_cases, iif(count(*) = count(u.horizon), max(u.horizon), NULL) AS until
  FROM held h
  JOIN named_need n ON n.kind = 'field' AND n.key = h.field
  JOIN use_case u ON u.key = n.use_case
  GROUP BY h.kind, h.key
),
readers AS (
  SELECT h.kind, h.key, listing(c.id) AS users
  FROM held h
  JOIN landing l ON l.field = h.field
  JOIN stored_reach r ON r."column" = l."column" AND r.strength <> 'possible'
  JOIN consumer c ON c.key = r.consumer AND c.counts
  GROUP BY h.kind, h.key
)
SELECT x.id AS subject, x.place,
       'Renew it with `expires: ' || p.until || '`, or move the readers off it and drop it.' AS fix,
       x.expires AS date, coalesce(r.users, 'readers of its rows') AS users,
       CASE
         WHEN p.until IS NOT NULL THEN ', and needed by ' || p.use_cases || ' until ' || p.until
         WHEN p.use_cases IS NOT NULL THEN ', and needed by ' || p.use_cases || ' without an end'
         ELSE ', though no use case names it'
       END AS need
FROM used x
LEFT JOIN purposes p ON p.kind = x.kind AND p.key = x.key
LEFT JOIN readers r ON r.kind = x.kind AND r.key = x.key
