/*
id: TP311
name: unmarked-personal-columns
title: A table with data on people that nobody has marked
message: "{subject} seems to hold data on people that nothing marks: {columns}."
severity: info
category: privacy
cause: method
requires: [warehouse]
rests_on: event
why: >
  Personal data that no plan rules over is found by nobody who has to list, guard or delete it, unless the warehouse's
  own files say what it is.
fix: "Mark the columns where the table is described: a sensitivity, a tag or a fideslang category."
references: ["GDPR Art. 5(2)", "GDPR Art. 30(1)(c)"]
*/
-- One line for a table; what the loader adds to each is TP110's, and what a plan lands is judged at the plan's fields.
WITH personal AS MATERIALIZED (SELECT key, place, category FROM personal_subject WHERE kind = 'column' AND NOT declared)
SELECT r.id AS subject, coalesce(r.place, p.place) AS place,
       'Mark the columns where the table is described: a sensitivity, a tag or a fideslang category.'
         || coalesce(' Drop what no consumer uses: ' || listing(CASE s.used WHEN 0 THEN c.name END) || '.', '') AS fix,
       listing(c.name || ' (' || p.category || ')') AS columns
FROM personal p
JOIN stored_column c ON c.key = p.key
JOIN relation r ON r.key = c.relation
JOIN column_status s ON s."column" = c.key
WHERE NOT c.pipeline
GROUP BY r.key
