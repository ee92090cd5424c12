/*
id: TP303
name: undeclared-sensitivity
title: Data on people that is not declared as such
message: "{subject} seems to be {category} ({evidence}), but its sensitivity is not declared."
severity: warning
category: privacy
cause: method
requires: [plans]
why: >
  What is known to be personal can be guarded: it needs a purpose that names it, and shows up in reviews. What nobody
  has marked slips through.
fix: "Declare `sensitivity: personal` (or `special`); if it is not about a person, declare `none`."
references: ["GDPR Art. 5(2)", "GDPR Art. 30(1)(c)"]
*/
SELECT id AS subject, place, category, evidence
FROM personal_subject
WHERE kind = 'field' AND NOT declared
