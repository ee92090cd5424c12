/*
id: TP309
name: retention-missing
title: Personal data that is kept for no stated time
message: "The use case {subject} needs personal data ({fields}) and does not say how long it is kept."
severity: info
category: privacy
cause: method
requires: [use_cases]
rests_on: event
why: Data is kept no longer than its purpose needs. Where nobody says how long that is, it is kept for ever.
fix: "Add `retention:` to the use case, such as 13 months, and see that the data is deleted then."
references: ["GDPR Art. 5(1)(e)", "GDPR Art. 13(2)(a)", "GDPR Art. 30(1)(f)"]
*/
SELECT u.id AS subject, u.place, listing(p.id) AS fields
FROM use_case u
JOIN named_need n ON n.use_case = u.key
JOIN personal_subject p ON p.kind = n.kind AND p.key = n.key
WHERE u.retention = ''
GROUP BY u.key
