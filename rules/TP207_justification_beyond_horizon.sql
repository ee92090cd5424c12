/*
id: TP207
name: justification-beyond-horizon
title: A use case beyond the planning horizon
message: "The use case {subject} reaches to {horizon}, beyond the planning horizon, which ends on {planning_end}."
severity: warning
category: use-cases
cause: method
requires: [use_cases]
why: Data for a purpose that nobody plans to act on yet is collected in stock. Such a purpose justifies nothing today.
fix: Set the day until which the use case is really planned, or collect when its time comes.
references: ["GDPR Art. 5(1)(b)"]
*/
SELECT u.id AS subject, u.place, u.horizon, run.planning_end
FROM use_case u JOIN run
WHERE u.state = 'beyond'
