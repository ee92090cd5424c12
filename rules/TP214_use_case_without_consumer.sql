/*
id: TP214
name: use-case-without-consumer
title: A use case that nothing serves
message: "No consumer serves the use case {subject}: {why}."
severity: info
category: use-cases
cause: method
requires: [use_cases, consumers]
why: >
  A purpose comes true in a dashboard, a model or an export that somebody uses. Without one, the data is collected and
  the purpose is not pursued.
fix: "List the consumers that serve it under `consumers`, build what is missing, or retire the use case."
references: ["GDPR Art. 5(1)(c)"]
*/
SELECT u.id AS subject, u.place,
       coalesce((SELECT listing(x.selector) || CASE count(DISTINCT x.selector) WHEN 1 THEN ' does' ELSE ' do' END || ' not exist'
                 FROM unknown_consumer x WHERE x.use_case = u.key), 'it lists none') AS why
FROM use_case u
WHERE u.state = 'active' AND NOT EXISTS (SELECT 1 FROM serves s WHERE s.use_case = u.key)
