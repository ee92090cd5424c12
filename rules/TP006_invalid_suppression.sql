/*
id: TP006
name: invalid-suppression
title: A suppression that cannot be used
message: "{detail} {problem}."
severity: error
category: input
cause: method
why: >
  Somebody meant to silence a finding, and it is not silenced: the rule is misspelt, the date is no date, or nobody
  said why it may stay. A suppression without a reason cannot be judged by whoever comes later.
fix: Correct it, or take it away.
*/
SELECT subject, place, text AS detail, problem
FROM suppression
WHERE problem IS NOT NULL
