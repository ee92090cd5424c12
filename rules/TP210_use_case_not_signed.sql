/*
id: TP210
name: use-case-not-signed
title: Personal data for a purpose that nobody signed off
message: "The use case {subject} uses personal data ({fields}), and nobody signed it off."
severity: info
category: use-cases
cause: people
requires: [use_cases]
rests_on: event
why: >
  Whoever answers for data protection has to know each purpose that personal data serves. A sign-off says who agreed to
  what, and a change of the use case asks for it again.
fix: "Add `sign_off: {by: …, on: …, content: …}`; `trackplan explain` shows the content's fingerprint."
references: ["GDPR Art. 5(2)", "GDPR Art. 24", "GDPR Art. 30(1)(b)"]
*/
WITH personal AS (
  SELECT 'field' AS kind, key FROM field WHERE sensitivity IN ('personal', 'special')
  UNION ALL
  SELECT 'column', key FROM stored_column WHERE sensitivity IN ('personal', 'special')
)
SELECT u.id AS subject, u.place, listing(s.id) AS fields
FROM use_case u
JOIN named_need n ON n.use_case = u.key
JOIN personal p ON p.kind = n.kind AND p.key = n.key
JOIN subject s ON s.kind = n.kind AND s.key = n.key
WHERE u.signed_by = ''
GROUP BY u.key
