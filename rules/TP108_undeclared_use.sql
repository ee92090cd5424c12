/*
id: TP108
name: undeclared-use
title: Data used for a purpose that nobody declared
message: "{subject} is used by {consumers}, but {lacking}."
severity: warning
category: purpose
cause: method
requires: [use_cases]
why: >
  Personal data is collected for specified purposes and not used for others. A use outside every declared use case is
  a purpose that nobody has agreed to.
fix: Add it to the needs of the use case that this serves (or list the consumer there), or stop the use.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 30(1)(b)"]
*/
-- A use by stars alone is listed by TP107 and is no evidence of a purpose.
SELECT id AS subject, place, users AS consumers,
       CASE WHEN withheld THEN 'no use case names it, as personal data requires' ELSE 'no use case needs it' END AS lacking
FROM subject
WHERE status = 'undeclared' AND NOT star_only
