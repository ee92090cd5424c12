/*
id: TP303
name: undeclared-sensitivity
title: Data on people that is not declared as such
message: "{subject} seems to be {category} ({evidence}), but its sensitivity is not declared."
severity: warning
category: privacy
cause: method
requires: [plans]
rests_on: event
why: >
  What is known to be personal can be guarded: it needs a purpose that names it, and shows up in reviews. What nobody
  has marked slips through.
fix: "Declare `sensitivity: personal` (or `special`); if it is not about a person, declare `none`."
fixer: {edit: write-key, safe: false}
references: ["GDPR Art. 5(2)", "GDPR Art. 30(1)(c)"]
*/
SELECT p.id AS subject, p.place,
       'Declare `sensitivity: ' || p.sensitivity || '`; if it is not about a person, `none`. ' || l.advice AS fix,
       p.category, p.evidence
FROM personal_subject p
JOIN less_data l ON l.kind = p.kind AND l.key = p.key
WHERE p.kind = 'field' AND NOT p.declared
