/*
id: TP009
name: stale-baseline-entry
title: An entry of the baseline that is no longer found
message: "{detail} no longer finds {what}."
severity: info
category: input
cause: method
why: >
  It is mended: good. While the entry stays, the same waste could come back unseen.
fix: Run `trackplan baseline --prune`, which takes out what is mended.
fixer: {edit: remove-entry, safe: true}
*/
SELECT subject, place, text AS detail,
       subject || CASE hits WHEN 0 THEN '' ELSE ' so often: ' || hits || ' of ' || count || ' times' END AS what
FROM suppression
WHERE kind = 'baseline' AND problem IS NULL AND judged AND hits < count
