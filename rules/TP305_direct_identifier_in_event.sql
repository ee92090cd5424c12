/*
id: TP305
name: direct-identifier-in-event
title: An event that names the person
message: "{subject} puts {category} into every such event."
severity: warning
category: privacy
cause: material
requires: [plans]
rests_on: event
why: >
  An event stream is copied to many places and kept for long. A name or an e-mail address in it makes all of those
  copies personal in the strongest sense; an id that only one table can resolve does the same job.
fix: Send a pseudonymous user id with the event, and keep the identity in one profile (an identify call).
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
*/
-- Identify and group calls are where identity belongs.
SELECT p.id AS subject, p.place,
       CASE WHEN l.action NOT IN ('none', 'unknown') THEN l.advice
            ELSE 'Send a pseudonymous user id, and keep the identity in one profile. ' || l.advice END AS fix,
       p.category
FROM personal_subject p
JOIN event e ON e.key = p.event
JOIN less_data l ON l.kind = p.kind AND l.key = p.key
WHERE e.type IN ('track', 'page', 'screen', 'context')
  AND (p.category LIKE 'user.contact.email%' OR p.category LIKE 'user.contact.phone_number%'
       OR p.category LIKE 'user.contact.address.street%' OR p.category = 'user.contact.address'
       OR p.category LIKE 'user.name%' OR p.category LIKE 'user.government_id%'
       OR p.category LIKE 'user.financial.bank_account%' OR p.category LIKE 'user.financial.credit_card%')
