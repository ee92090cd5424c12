/*
id: TP101
name: no-purpose
title: No purpose is declared, and use cannot be judged
message: "No use case needs {subject}, and nobody can say whether it is used: {reason}."
severity: warning
category: purpose
cause: method
requires: [use_cases]
rests_on: event
why: >
  Data may be collected for a specified purpose only. Where use cannot be seen, a declared purpose is all that is
  left to justify it.
fix: Declare the use case that needs it, or stop collecting it.
references: ["GDPR Art. 5(1)(b)", "GDPR Art. 5(1)(c)"]
*/
-- What the loader adds weighs no more here than in TP110; where SQL is read, TP002 warns of what keeps a column dark.
SELECT id AS subject, place,
       CASE WHEN pipeline OR (kind = 'column' AND EXISTS (
              SELECT 1 FROM evidence WHERE kind IN ('models', 'consumers') AND subjects > 0)) THEN 'info' END AS severity,
       reason
FROM subject
WHERE status = 'unknown' AND NOT needed
