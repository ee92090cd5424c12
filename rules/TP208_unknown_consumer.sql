/*
id: TP208
name: unknown-consumer
title: A use case lists a consumer that does not exist
message: "The use case {subject} lists the consumer {detail}, which does not exist."
severity: warning
category: use-cases
cause: people
requires: [use_cases, consumers]
why: >
  A use case justifies what its consumers reach. One that is gone or misspelled justifies nothing, so what it was
  meant to justify shows up as undeclared or idle.
fix: Correct the name, or remove it from the list.
fixer: {edit: correct-name, safe: true}
*/
SELECT u.id AS subject, c.place, c.selector AS detail, c.hint AS fix
FROM unknown_consumer c
JOIN use_case u ON u.key = c.use_case
