/*
id: TP104
name: unused-event
title: An event that nobody uses
message: "No consumer uses the rows of {subject}, and {fields}."
severity: warning
category: purpose
cause: measurement
requires: [plans, models|consumers]
rests_on: event
why: >
  Where neither the fields of an event nor the fact that it happened is used, the whole call can go: less code, less
  traffic, less to explain to the people it is about.
fix: Remove the call from the product and the event from the plan.
references: ["GDPR Art. 5(1)(c)"]
*/
SELECT e.id AS subject, e.place,
       CASE s.fields
         WHEN 0 THEN 'it has no fields'
         WHEN 1 THEN 'its only field is unused'
         ELSE 'all of its ' || counted(s.fields, 'field') || ' are unused'
       END AS fields
FROM event_status s
JOIN event e ON e.key = s.event
WHERE s.used = 0 AND NOT s.needed AND s.waste = s.fields
  AND e.type <> 'context'               -- what every event carries is no call of its own
  AND e.key IN (SELECT event FROM landing_relation)
  AND e.key NOT IN (
    SELECT l.event FROM landing_relation l JOIN relation_status d ON d.relation = l.relation WHERE d.doubted)
