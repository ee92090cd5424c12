/*
id: TP203
name: use-case-without-outcome
title: A use case without an outcome
message: "The use case {subject} names no metric as its outcome."
severity: info
category: use-cases
cause: measurement
requires: [use_cases]
why: >
  A purpose that moves no measure cannot be judged: nobody can tell whether the data collected for it was worth
  collecting.
fix: "Add `outcome: {metric: …, goal: …}` with the measure that this use case is meant to move."
references: ["GDPR Art. 5(1)(b)"]
*/
SELECT id AS subject, place FROM use_case WHERE metric = ''
