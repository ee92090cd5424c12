/*
id: TP202
name: use-case-without-owner
title: A use case without an owner
message: "The use case {subject} has no owner."
severity: info
category: use-cases
cause: people
requires: [use_cases]
why: Without an owner nobody answers for the purpose, and nobody says when it has ended.
fix: "Add `owner:` with a person or team that answers for this purpose."
references: ["GDPR Art. 5(2)"]
*/
SELECT id AS subject, place FROM use_case WHERE owner = ''
