/*
id: TP209
name: vanity-outcome
title: An outcome that pays nobody
message: "The use case {subject} wants more {metric}, which is a vanity metric: {why}."
severity: warning
category: use-cases
cause: measurement
requires: [use_cases]
why: >
  Views, likes and followers can grow without anybody being better off. Data collected for them is collected for a
  figure and not for a result, unless the use case says which business result the figure moves.
fix: "Name the business result in `outcome.moves`, such as revenue or retention, or choose it as the metric."
references: ["GDPR Art. 5(1)(c)"]
options:
  metrics:
    default: >-
      page view, pageview, view, impression, like, follower, fan, share, hit, visit, visitor, session, click,
      download, install, registered user, signup, open rate, mention, reach, time on site, time on page
    description: Metrics that count as vanity, parted by commas.
  allowed:
    default: click through rate, conversion, retention, churn, revenue, cost, error, refund, latency
    description: Words that make a metric a business metric though it mentions one of the others.
*/
SELECT id AS subject, place, metric,
       CASE WHEN moves = '' THEN 'no business result is named that it moves' ELSE moves || ' is one too' END AS why
FROM use_case
WHERE state IN ('active', 'proposed')
  AND mentions(metric, :metrics) IS NOT NULL AND mentions(metric, :allowed) IS NULL
  AND (moves = '' OR (mentions(moves, :metrics) IS NOT NULL AND mentions(moves, :allowed) IS NULL))
