/*
id: TP605
name: expired-and-unused
title: Data past its end that nobody uses
message: "The {kind} {subject} expired on {date}, and nobody uses it."
severity: warning
category: lifecycle
cause: people
requires: [plans, models|consumers]
rests_on: event
why: It was meant to be gone by now, and nobody would miss it. Every further day keeps data for nothing.
fix: Stop collecting it, and drop what is stored of it.
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 5(1)(e)"]
*/
SELECT id AS subject, place, kind, expires AS date
FROM expired
WHERE used = 0
