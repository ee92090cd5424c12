/*
id: TP204
name: use-case-without-review-date
title: A use case without a review date
message: "The use case {subject} has no review date."
severity: info
category: use-cases
cause: people
requires: [use_cases]
why: A purpose that is never looked at again justifies collecting for ever.
fix: "Add `review_by:` with the day on which the owner decides whether it goes on."
references: ["GDPR Art. 5(1)(e)"]
*/
SELECT id AS subject, place FROM use_case WHERE review_by IS NULL
