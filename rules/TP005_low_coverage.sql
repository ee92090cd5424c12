/*
id: TP005
name: low-coverage
title: Too little of the SQL that reads a relation is understood
message: "Of the {statements} that read {subject}, {understood} understood."
severity: info
category: input
cause: machinery
requires: [models|consumers]
why: >
  Below the policy's `minimum_coverage` nothing in a relation is called unused: the part that is not understood may
  use it.
fix: Correct the statements that TP002 lists, or lower policy.minimum_coverage if you know what they do.
*/
SELECT r.id AS subject, r.place, counted(v.statements, 'statement') AS statements,
       CASE v.understood WHEN 0 THEN 'none is' WHEN 1 THEN '1 is' ELSE v.understood || ' are' END AS understood
FROM coverage v
JOIN relation r ON r.key = v.relation
JOIN run
WHERE r.raw AND v.understood < run.minimum_coverage * v.statements
