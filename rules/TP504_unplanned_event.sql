/*
id: TP504
name: unplanned-event
title: An event that is stored and in no plan
message: "{subject} lies where the events of {plans} land and looks like one, but no plan has it."
severity: warning
category: drift
cause: machinery
requires: [plans, warehouse]
why: >
  Somebody sends it: an old version, a script, another team. All that it holds was decided by nobody and is in no record
  of processing.
fix: >
  Add it to the plan with its purpose; or stop sending it, and drop the table. Where all events are rows of one table
  (the landing `json-column`), no file tells which there are: compare `SELECT DISTINCT` of their names with the plan.
references: ["GDPR Art. 30(1)"]
*/
SELECT r.id AS subject, r.place, u.plans
FROM unplanned_table u
JOIN relation r ON r.key = u.relation
