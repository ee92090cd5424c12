/*
id: TP007
name: expired-suppression
title: A suppression whose time is over
message: "{detail} ended on {ended}: {findings} again."
severity: warning
category: input
cause: method
why: >
  It was meant to last until a day that has passed, so what it silenced is told again. Whoever set the day wanted to
  be asked.
fix: Mend what it silenced, or set a new day and say why.
fixer: {edit: remove-suppression, safe: false}
*/
SELECT subject, place, text AS detail,
       until || CASE reason WHEN '' THEN '' ELSE ' (' || reason || ')' END AS ended,
       counted(hits, 'finding') || CASE hits WHEN 1 THEN ' counts' ELSE ' count' END AS findings
FROM suppression
CROSS JOIN run
WHERE until < today AND hits > 0
