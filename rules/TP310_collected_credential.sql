/*
id: TP310
name: collected-credential
title: A password or key among the data
message: "{subject} seems to hold {category} ({evidence})."
severity: error
category: privacy
cause: material
requires: [plans|warehouse]
rests_on: event
why: >
  Whoever reads a stored password, token or key can act as that person. No analysis needs one, and each copy has to be
  taken for stolen.
fix: Stop collecting it at once, delete what is stored, and have them changed.
references: ["GDPR Art. 5(1)(f)", "GDPR Art. 32(1)"]
*/
SELECT p.id AS subject, p.place,
       'Stop collecting it at once, delete what is stored, and have them changed.'
         || coalesce(' What reads it has to do without: ' || nullif(s.users, '') || '.', '') AS fix,
       p.category, p.evidence
FROM personal_subject p
JOIN subject s ON s.kind = p.kind AND s.key = p.key
WHERE p.category LIKE 'user.authorization%'
