/*
id: TP307
name: identifying-combination
title: Fields that together name one person
message: "{subject} holds {fields}, which together single out most people."
severity: warning
category: privacy
cause: material
requires: [plans]
rests_on: event
why: >
  Birth date, postal code and gender are each shared by thousands, and together by nearly nobody: most people in a
  country are the only one with theirs. Without a name in it, such an event is still personal data.
fix: Keep only what the use case needs, coarser (year of birth, region), or keep them apart from each other.
references: ["GDPR Recital 26", "GDPR Art. 25(1)"]
*/
WITH part AS (
  SELECT p.event, p.kind, p.key, f.id, f.name,
         CASE WHEN p.category LIKE 'user.demographic.date_of_birth%' THEN 'birth'
              WHEN p.category LIKE 'user.contact.address.postal_code%' OR p.category LIKE 'user.location.precise%' THEN 'place'
              WHEN p.category LIKE 'user.demographic.gender%' OR p.category LIKE 'user.demographic.race_ethnicity%'
              THEN 'trait' END AS part
  FROM personal_subject p JOIN field f ON f.id = p.id
)
SELECT e.id AS subject, e.place,
       -- what the consumers need least of comes first
       (SELECT q.name || ': ' || l.advice
        FROM part q JOIN less_data l ON l.kind = q.kind AND l.key = q.key
        WHERE q.event = e.key AND q.part IS NOT NULL AND l.action NOT IN ('none', 'unknown')
        ORDER BY l.action <> 'drop', l.breaks <> '', q.id LIMIT 1) AS fix,
       listing(p.name) AS fields
FROM part p
JOIN event e ON e.key = p.event
WHERE p.part IS NOT NULL
GROUP BY e.key
HAVING count(DISTINCT p.part) = 3
