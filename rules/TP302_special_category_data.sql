/*
id: TP302
name: special-category-data
title: A special category of data that nothing allows
message: "{subject} is data of a special category ({category}), and {why}."
severity: error
category: privacy
cause: method
requires: [use_cases]
rests_on: event
why: >
  Data on health, beliefs, origin, sex life, genes and biometrics is forbidden ground unless one of ten exceptions
  applies. A leak of it harms people most.
fix: "Stop collecting it; if it is really needed, name the exception in `special_category_basis` of the use case."
references: ["GDPR Art. 9(1)", "GDPR Art. 9(2)", "GDPR Art. 10"]
*/
SELECT p.id AS subject, p.place,
       'Stop collecting it, unless an exception applies: `special_category_basis` of the use case names it. '
         || l.advice AS fix,
       coalesce(nullif(p.category, ''), 'as declared') AS category,
       coalesce((SELECT listing(u.id) || CASE count(DISTINCT u.id) WHEN 1 THEN ' names' ELSE ' name' END
                        || ' nothing that allows it'
                 FROM named_need n JOIN use_case u ON u.key = n.use_case
                 WHERE n.kind = p.kind AND n.key = p.key),
                'no use case names it') AS why
FROM personal_subject p
JOIN less_data l ON l.kind = p.kind AND l.key = p.key
WHERE p.sensitivity = 'special'
  AND NOT EXISTS (
    SELECT 1 FROM named_need n JOIN use_case u ON u.key = n.use_case
    WHERE n.kind = p.kind AND n.key = p.key AND u.special_category_basis <> '')
