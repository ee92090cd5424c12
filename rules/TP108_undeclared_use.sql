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
WITH claimed AS MATERIALIZED (SELECT DISTINCT kind, key FROM subject_use_case)
SELECT s.id AS subject, s.place, listing(c.consumer_id) AS consumers,
       CASE WHEN u.key IS NULL THEN 'no use case needs it' ELSE 'no use case names it, as personal data requires' END
         AS lacking
FROM subject s
JOIN subject_consumer c ON c.kind = s.kind AND c.key = s.key AND c.strength = 'named'
LEFT JOIN claimed u ON u.kind = s.kind AND u.key = s.key
WHERE s.status = 'undeclared' AND NOT s.star_only
GROUP BY s.kind, s.key
