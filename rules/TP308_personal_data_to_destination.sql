/*
id: TP308
name: personal-data-to-destination
title: Personal data sent on without a purpose
message: "{subject} is personal data ({category}) and is sent to {destinations}, though no use case names it."
severity: warning
category: privacy
cause: machinery
requires: [plans, use_cases]
rests_on: event
why: >
  Each tool that receives personal data is a recipient that has to be told of, and a place from which it has to be
  deleted. Sending it there "because all events go there" is no purpose.
fix: Keep the field out of what the tool receives, or name it in the needs of the use case that the tool serves.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 13(1)(e)", "GDPR Art. 30(1)(d)"]
options:
  own:
    default: warehouse, data lake, bigquery, snowflake, redshift, databricks, postgres, s3
    description: Destinations that are the team's own stores and no recipients, parted by commas.
*/
-- Of an object and what is in it, the object is told.
SELECT p.id AS subject, p.place,
       CASE l.action WHEN 'drop' THEN l.advice END AS fix,
       coalesce(nullif(p.category, ''), 'as declared') AS category,
       listing(d.destination) AS destinations
FROM personal_subject p
JOIN field f ON f.key = p.key
JOIN event_destination d ON d.event = p.event AND mentions(d.destination, :own) IS NULL
JOIN less_data l ON l.kind = p.kind AND l.key = p.key
WHERE NOT EXISTS (SELECT 1 FROM named_need n WHERE n.kind = p.kind AND n.key = p.key)
  AND NOT EXISTS (SELECT 1 FROM personal_subject q WHERE q.kind = 'field' AND q.key = f.parent)
GROUP BY p.kind, p.key
