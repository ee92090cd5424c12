/*
id: TP008
name: unused-suppression
title: A suppression that silences nothing
message: "{detail} silences nothing."
severity: warning
category: input
cause: method
why: >
  What it silenced is mended or gone. Left in its place, it would silence the next finding of that kind unseen.
fix: Take it away.
fixer: {edit: remove-suppression, safe: true}
*/
SELECT subject, place, text AS detail
FROM suppression
WHERE kind <> 'baseline' AND problem IS NULL AND judged AND hits = 0
