/*
id: TP502
name: unlanded-field
title: A field that lands nowhere
message: "{subject} lands in no column: {reason}."
severity: info
category: drift
cause: measurement
requires: [plans, warehouse]
rests_on: event
why: >
  A field without a column is either not sent, lost on its way, or stored under another name. Until that is known
  nobody can say whether it is used.
fix: "Send it, give the property its `column:`, correct `landing:` in the project file, or remove it from the plan."
*/
-- What is planned or blocked is not expected in the warehouse.
SELECT f.id AS subject, f.place, u.reason
FROM unlanded u
JOIN field f ON f.key = u.field
JOIN event e ON e.key = f.event
WHERE f.status NOT IN ('planned', 'blocked') AND e.status NOT IN ('planned', 'blocked')
