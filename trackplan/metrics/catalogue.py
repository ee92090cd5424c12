"""The metrics that a team agrees on. Ids are never used twice; docs/scorecard.md explains how they hold together."""

from __future__ import annotations

from trackplan.metrics.model import Metric

_JUDGED = ("plans|warehouse", "models|consumers")
_PURPOSE = (*_JUDGED, "use_cases")
_FOUND = (
    Metric(
        "minimization_score",
        "Minimization score",
        "higher",
        "keep",
        "subjects",
        "How much of what is collected and stored is needed and used. What nobody can judge does not count as needed, "
        "so that SQL which is not understood never betters it; the share of what is unknown tells how much that is.",
        _PURPOSE,
    ),
    Metric(
        "waste_share",
        "Waste",
        "lower",
        "waste",
        "subjects",
        "What can go: nobody uses it, and no use case needs it.",
        _PURPOSE,
    ),
    Metric(
        "undeclared_use",
        "Undeclared use",
        "lower",
        "undeclared",
        "subjects",
        "Data that works for a purpose that nobody declared.",
        _PURPOSE,
    ),
    Metric(
        "idle_claims",
        "Idle claims",
        "lower",
        "idle",
        "claimed",
        "Needs that are claimed and not drawn on.",
        _PURPOSE,
    ),
    Metric(
        "unknown_share",
        "Unknown",
        "lower",
        "unknown",
        "subjects",
        "What nobody can judge, for SQL that is not understood or names that could be two things.",
        _JUDGED,
    ),
    Metric(
        "star_only_share",
        "Kept by stars alone",
        "lower",
        "star_only",
        "keep",
        "Data that counts as used because somebody takes all columns there are; it keeps the score honest.",
        _PURPOSE,
    ),
    Metric(
        "unmet_needs",
        "Unmet needs",
        "lower",
        "gaps",
        "needs",
        "What use cases need and nobody collects.",
        ("use_cases",),
    ),
)
_PERSONAL = (
    Metric(
        "personal_without_need",
        "Personal data without need",
        "lower",
        "personal_unneeded",
        "personal",
        "Data on people that no active purpose asks for (GDPR Art. 5(1)(c)).",
        ("plans|warehouse", "use_cases"),
    ),
    Metric(
        "personal_without_basis",
        "Personal data without legal basis",
        "lower",
        "personal_baseless",
        "personal",
        "Data on people of which a purpose lacks a legal basis (GDPR Art. 6(1)), or that has no purpose.",
        ("plans|warehouse", "use_cases"),
    ),
    Metric(
        "personal_excess",
        "Personal data finer than needed",
        "lower",
        "personal_excess",
        "personal",
        "Data on people whose consumers would do with a coarser, shorter or hashed form.",
        _JUDGED,
    ),
    Metric(
        "retention_missing",
        "Purposes without an end of storage",
        "lower",
        "endless_use_cases",
        "personal_use_cases",
        "Purposes that keep data on people for no stated time (GDPR Art. 5(1)(e)).",
        ("use_cases",),
    ),
)
_PEOPLE = (
    Metric(
        "overdue_reviews",
        "Overdue reviews",
        "lower",
        "unreviewed",
        "use_cases",
        "Purposes that nobody looked at again in time; one without a day for it is overdue.",
        ("use_cases",),
    ),
    Metric(
        "signed_use_cases",
        "Signed use cases",
        "higher",
        "signed",
        "use_cases",
        "Purposes that somebody answers for as they are written today.",
        ("use_cases",),
    ),
    Metric(
        "unused_tools",
        "Unused tools",
        "lower",
        "unused_tools",
        "tools",
        "Destinations that are sent events of which nothing is used.",
        ("plans", "models|consumers"),
    ),
    Metric(
        "consumers_without_purpose",
        "Consumers without purpose",
        "lower",
        "purposeless_consumers",
        "consumers",
        "Dashboards, queries and syncs that no use case lists.",
        ("use_cases", "models|consumers"),
    ),
)
_WORK = (
    Metric(
        "evidence_coverage",
        "Coverage of evidence",
        "higher",
        "understood",
        "statements",
        "How much of the SQL is understood, and so how far the other metrics can be trusted.",
        ("models|consumers",),
    ),
    Metric(
        "open_findings",
        "Open findings",
        "lower",
        "findings",
        "",
        "What a check counts as errors and warnings.",
    ),
    Metric(
        "put_up_with",
        "Findings put up with",
        "lower",
        "put_up_with",
        "",
        "What comments, the project file and the baseline silence.",
    ),
    Metric(
        "proposals_merged",
        "Proposals merged",
        "higher",
        "merged",
        "",
        "Proposals to prune that were carried out in the quarter.",
        resets=True,
    ),
)
METRICS = (*_FOUND, *_PERSONAL, *_PEOPLE, *_WORK)
