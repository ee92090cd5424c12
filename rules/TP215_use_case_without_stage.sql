/*
id: TP215
name: use-case-without-stage
title: A use case without a stage of the customer journey
message: "The use case {subject} names no stage of the customer journey."
severity: info
category: use-cases
cause: method
requires: [use_cases]
why: >
  Stages show at a glance where a team measures too much and where it measures nothing. A use case without one is in no
  picture.
fix: "Add `stage:`, in the words that the other use cases have."
*/
-- Only where the team works with stages at all.
SELECT id AS subject, place FROM use_case
WHERE stage = '' AND state IN ('active', 'proposed') AND EXISTS (SELECT 1 FROM use_case u WHERE u.stage <> '')
