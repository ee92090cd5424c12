/*
id: TP501
name: shadow-column
title: A stored column that no plan declares
message: "{subject} is stored beside the fields of {events}, but no plan declares it."
severity: warning
category: drift
cause: machinery
requires: [plans, warehouse]
rests_on: event
why: >
  What arrives without being planned was decided by nobody: a code change, an SDK or an old version. It is in no
  record of processing.
fix: Add it to the plan with a purpose, or stop sending it and drop the column.
references: ["GDPR Art. 30(1)"]
*/
-- Of a struct in no plan only the outermost is shown. Where nobody uses it, TP103 or TP106 warns already.
SELECT c.id AS subject, coalesce(c.place, r.place) AS place,
       CASE WHEN s.status = 'waste' THEN 'info' END AS severity, coalesce(listing(e.id), 'a plan') AS events
FROM column_status s
JOIN stored_column c ON c.key = s."column"
JOIN relation r ON r.key = c.relation
LEFT JOIN column_status p ON p."column" = c.parent
LEFT JOIN landing_relation l ON l.relation = r.key
LEFT JOIN event e ON e.key = l.event
WHERE s.shadow AND NOT c.pipeline AND NOT coalesce(p.shadow, 0)
GROUP BY c.key
