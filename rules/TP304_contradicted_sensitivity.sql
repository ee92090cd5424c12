/*
id: TP304
name: contradicted-sensitivity
title: Data that is declared less personal than it seems
message: "{subject} is declared {declared}, but seems to be {category} ({evidence})."
severity: warning
category: privacy
cause: method
requires: [plans|warehouse]
rests_on: event
why: A declaration that is wrong takes data out of every check for personal data.
fix: "Correct the declaration; if it is right, the name misleads: give the field a clearer one."
references: ["GDPR Art. 5(1)(d)", "GDPR Art. 5(2)"]
*/
SELECT s.id AS subject, s.place,
       'Correct the declaration, or give it a clearer name if it is right. ' || l.advice AS fix,
       coalesce(nullif(c.sensitivity, ''), 'none') || CASE c.category WHEN '' THEN '' ELSE ' (' || c.category || ')' END
         AS declared,
       c.contradicts AS category, c.evidence
FROM classification c
JOIN subject s ON s.kind = c.kind AND s.key = c.key
JOIN less_data l ON l.kind = c.kind AND l.key = c.key
WHERE c.contradicts <> ''
