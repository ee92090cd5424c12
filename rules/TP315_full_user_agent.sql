/*
id: TP315
name: full-user-agent
title: A full user agent where a part of it would do
message: "{subject} holds full user agents, though {evidence}."
severity: info
category: privacy
cause: machinery
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  A user agent string is most of a fingerprint of the device. The browser's and the system's name, kept apart, tell what
  is mostly asked.
fix: "Keep the browser, the system and their main versions, or nothing."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)", "GDPR Recital 30"]
options:
  words:
    default: user agent, useragent, ua, ua string
    description: Words in names of what holds user agents, parted by commas.
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category LIKE 'user.device%' AND mentions(name, :words) IS NOT NULL
