/*
id: TP310
name: collected-credential
title: A password or key among the data
message: "{subject} seems to hold {category} ({evidence})."
severity: error
category: privacy
cause: material
requires: [plans|warehouse]
why: >
  Whoever reads a stored password, token or key can act as that person. No analysis needs one, and each copy has to be
  taken for stolen.
fix: Stop collecting it at once, delete what is stored, and have them changed.
references: ["GDPR Art. 5(1)(f)", "GDPR Art. 32(1)"]
*/
SELECT id AS subject, place, category, evidence
FROM personal_subject
WHERE category LIKE 'user.authorization%'
