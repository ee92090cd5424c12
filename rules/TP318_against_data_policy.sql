/*
id: TP318
name: against-data-policy
title: Personal data that the team's own policy does not allow
message: "{subject} is {category}, and {breach}."
severity: error
category: privacy
cause: method
requires: [plans|warehouse]
rests_on: event
why: >
  The team has agreed on what may be done with which data, on what basis and for how long (`policy.personal_data`). A
  field that breaks the agreement is either a mistake or a reason to agree anew, in the open.
fix: Stop collecting it, change the use case that needs it, or change the policy with whoever answers for it.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 5(1)(e)", "GDPR Art. 6(1)", "GDPR Art. 24(2)"]
*/
-- One finding for each kind of breach; `detail` tells which.
WITH policed AS MATERIALIZED (SELECT * FROM policed_subject),
needed AS MATERIALIZED (
  SELECT p.*, u.id AS use_case, u.data_use, u.legal_basis, u.retention AS needed_for, u.retention_days
  FROM policed p
  JOIN (SELECT DISTINCT kind, key, use_case FROM named_need) n ON n.kind = p.kind AND n.key = p.key
  JOIN use_case u ON u.key = n.use_case
), breach AS (
  SELECT kind, key, id, place, category, 'forbidden' AS detail, '' AS use_case, policy || ' is forbidden' AS breach
  FROM policed WHERE forbidden
  UNION ALL
  SELECT kind, key, id, place, category, 'use', use_case,
         use_case || ' uses it for ' || data_use || ', which the policy for ' || policy || ' does not allow'
  FROM needed n
  WHERE NOT forbidden AND data_use <> ''
    AND EXISTS (SELECT 1 FROM data_policy_word w WHERE w.category = n.policy AND w.kind = 'use')
    AND NOT EXISTS (SELECT 1 FROM data_policy_word w WHERE w.category = n.policy AND w.kind = 'use'
                    AND (n.data_use = w.word OR n.data_use LIKE w.word || '.%'))
  UNION ALL
  SELECT kind, key, id, place, category, 'legal basis', use_case,
         use_case || ' rests on ' || legal_basis || ', which the policy for ' || policy || ' does not accept'
  FROM needed n
  WHERE NOT forbidden AND legal_basis <> ''
    AND EXISTS (SELECT 1 FROM data_policy_word w WHERE w.category = n.policy AND w.kind = 'legal_basis')
    AND NOT EXISTS (SELECT 1 FROM data_policy_word w
                    WHERE w.category = n.policy AND w.kind = 'legal_basis' AND n.legal_basis = w.word)
  UNION ALL
  SELECT kind, key, id, place, category, 'retention', use_case,
         use_case || ' keeps it for ' || needed_for || ', longer than the ' || retention || ' of the policy for ' || policy
  FROM needed WHERE NOT forbidden AND retention_days > days
)
SELECT b.id AS subject, b.place, b.detail, coalesce(nullif(b.category, ''), 'as declared') AS category, min(b.breach) AS breach
FROM breach b
GROUP BY b.kind, b.key, b.detail
