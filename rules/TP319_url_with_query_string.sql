/*
id: TP319
name: url-with-query-string
title: A whole address of a page where a part of it would do
message: "{subject} holds whole addresses of pages, though {evidence}."
severity: info
category: privacy
cause: machinery
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  What follows the ? carries e-mail addresses, tokens and search terms that nobody meant to collect. The path alone tells
  which page it was.
fix: "Cut the address at the ?, or keep the host."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 5(1)(f)", "GDPR Art. 25(1)"]
options:
  words:
    default: url, uri, href, referrer, referer, location
    description: Words in names of what holds addresses of pages, parted by commas.
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category LIKE 'user.behavior.browsing_history%' AND mentions(name, :words) IS NOT NULL
