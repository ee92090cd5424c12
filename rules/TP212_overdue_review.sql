/*
id: TP212
name: overdue-review
title: A review that is overdue
message: "The use case {subject} was to be reviewed by {date}."
severity: warning
category: use-cases
cause: people
requires: [use_cases]
why: A purpose that nobody looks at again keeps its data for ever, whether or not it still pays.
fix: "Ask the owner whether it still pays; then set the next `review_by`, or retire the use case."
references: ["GDPR Art. 5(1)(e)", "GDPR Art. 5(2)"]
*/
SELECT id AS subject, place, review_by AS date
FROM use_case
WHERE review_by < :today AND state IN ('active', 'beyond')
