/*
id: TP401
name: missing-description
title: An event or field without a description
message: "The {kind} {subject} has no description."
severity: info
category: quality
cause: people
requires: [plans]
rests_on: event
why: A name alone means something else to everybody. Who cannot tell what a field holds cannot judge whether it is needed.
fix: "Add `description:` with one sentence that says what it is and when it is sent."
*/
-- Identify, group, page, screen and context are explained by what they are.
SELECT id AS subject, place, 'event' AS kind
FROM event WHERE description = '' AND type = 'track'
UNION ALL
SELECT id, place, 'field'
FROM field WHERE description = ''
