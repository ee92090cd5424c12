/*
id: TP312
name: full-ip-address
title: A full address where a part of it would do
message: "{subject} holds full IP addresses, though {evidence}."
severity: warning
category: privacy
cause: machinery
requires: [plans|warehouse, models|consumers]
rests_on: event
why: >
  An IP address leads to a connection, and so to a household. Where nobody needs all of it, its network, a hash or nothing
  at all tells as much.
fix: "Keep what the consumers need: the network (10.1.2.0), a keyed hash, or nothing."
references: ["GDPR Art. 5(1)(c)", "GDPR Art. 25(1)"]
*/
SELECT id AS subject, place, advice AS fix, evidence
FROM excess
WHERE category LIKE 'user.device.ip_address%'
