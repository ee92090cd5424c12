/*
id: TP205
name: wildcard-need
title: A need that takes whatever there is
message: "The use case {use_case} needs {selector} as a whole: {matches} today, and whatever is added."
severity: info
category: use-cases
cause: method
requires: [use_cases]
rests_on: event
why: >
  A need with a wildcard or a tag, or for a whole event or table, justifies data that nobody has thought of. A purpose must be
  specific.
fix: Name the fields that the use case really needs.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 5(1)(c)"]
*/
SELECT n.id AS subject, n.place, u.id AS use_case, n.selector,
       CASE
         WHEN count(m.field) AND count(m."column")
           THEN counted(count(m.field), 'field') || ' and ' || counted(count(m."column"), 'column')
         WHEN count(m."column") THEN counted(count(m."column"), 'column')
         ELSE counted(count(m.field), 'field')
       END AS matches
FROM need n
JOIN use_case u ON u.key = n.use_case
JOIN need_match m ON m.need = n.key     -- one that matches nothing is TP201's
WHERE n.wildcard
GROUP BY n.key
