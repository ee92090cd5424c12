/*
id: TP306
name: free-text-field
title: A field that takes whatever people write
message: "{subject} takes free text ({word})."
severity: info
category: privacy
cause: material
requires: [plans]
rests_on: event
why: >
  People write names, phone numbers and illnesses into free text. Nobody can say what such a field holds, and so nobody
  can protect it or delete a part of it.
fix: Collect a choice from a list, a length or a yes or no; or keep the text in one guarded system and not in events.
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
options:
  words:
    default: >-
      comment, message, note, free text, feedback, remark, question, answer text, review text, search term, search query,
      search text, query text, bio, about me, transcript, body text, other reason, reason text
    description: Words in names of fields that take free text, parted by commas.
*/
SELECT f.id AS subject, f.place,
       CASE s.used WHEN 0 THEN 'Drop it: no consumer uses it.' END AS fix,
       mentions(f.name, :words) AS word
FROM field f
JOIN field_status s ON s.field = f.key
WHERE f.type IN ('string', 'any') AND f."values" IS NULL AND mentions(f.name, :words) IS NOT NULL
  AND mentions(f.path, 'field mapping, column mapping, provider response, server response, api response') IS NULL  -- not people's
  AND mentions(f.name, 'error, exception, log, push, toast, id, count, length, type, status, code, number, flag, action, version, source, channel, language, at, date, time')
      IS NULL
