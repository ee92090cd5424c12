/*
id: TP211
name: sign-off-outdated
title: A use case that changed after it was signed off
message: "The use case {subject} is not what {by} signed on {date}: its content is {content}."
severity: warning
category: use-cases
cause: people
requires: [use_cases]
why: An agreement covers what was agreed to. A purpose that has grown since has nobody's agreement.
fix: "Ask for a new sign-off, and write today's fingerprint in `sign_off.content`; or take the change back."
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 5(2)"]
*/
SELECT id AS subject, place, signed_by AS by, signed_on AS date, fingerprint AS content
FROM use_case
WHERE signed_by <> '' AND signed <> fingerprint AND status <> 'retired'
