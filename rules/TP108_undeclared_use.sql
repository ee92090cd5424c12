/*
id: TP108
name: undeclared-use
title: Data used for a purpose that nobody declared
message: "{subject} is used by {consumers}, but {lacking}."
severity: warning
category: purpose
cause: method
requires: [use_cases]
rests_on: event
why: >
  Personal data is collected for specified purposes and not used for others. A use outside every declared use case is
  a purpose that nobody has agreed to.
fix: Add it to the needs of the use case that this serves (or list the consumer there), or stop the use.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 30(1)(b)"]
*/
-- A use by stars alone is listed by TP107 and is no evidence of a purpose. Of data that is not on people, it is a remark.
SELECT s.id AS subject, s.place, CASE WHEN p.key IS NULL AND NOT s.withheld THEN 'info' END AS severity,
       s.users AS consumers,
       CASE WHEN s.withheld THEN 'no use case names it, as personal data requires' ELSE 'no use case needs it' END AS lacking
FROM subject s
LEFT JOIN personal_subject p ON p.kind = s.kind AND p.key = s.key
WHERE s.status = 'undeclared' AND NOT s.star_only
