/*
id: TP301
name: personal-data-without-legal-basis
title: Personal data that no legal basis covers
message: "{subject} is personal data ({category}), and {cases} {verb} it without a legal basis."
severity: warning
category: privacy
cause: method
requires: [use_cases]
rests_on: event
why: >
  Processing personal data is lawful only on one of six bases. A purpose that names none has not been thought through,
  and the record of processing has a hole there.
fix: "Add `legal_basis:` to the use case, or do without the field."
references: ["GDPR Art. 6(1)", "GDPR Art. 30(1)(b)"]
*/
SELECT p.id AS subject, p.place,
       'Add `legal_basis:` to ' || listing(u.id) || ', or do without the data. ' || l.advice AS fix,
       coalesce(nullif(p.category, ''), 'as declared') AS category, listing(u.id) AS cases,
       CASE count(DISTINCT u.id) WHEN 1 THEN 'needs' ELSE 'need' END AS verb
FROM personal_subject p
JOIN named_need n ON n.kind = p.kind AND n.key = p.key
JOIN use_case u ON u.key = n.use_case
JOIN less_data l ON l.kind = p.kind AND l.key = p.key
WHERE u.legal_basis = ''
GROUP BY p.kind, p.key
