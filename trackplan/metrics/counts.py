"""What is counted: each in words, and as SQL on the facts."""

from __future__ import annotations

from trackplan.metrics.model import Count


def _subjects(status: str) -> str:
    return f"SELECT count(*) FROM subject WHERE status = '{status}'"


# In force, even if only needed later: what the rules about use cases look at.
_IN_FORCE = "state IN ('active', 'beyond')"
_NEEDS_PERSONAL = """
SELECT count(DISTINCT u.key) FROM use_case u JOIN named_need n ON n.use_case = u.key
JOIN personal_subject p ON p.kind = n.kind AND p.key = n.key"""
_PERSONAL = "FROM personal_subject p JOIN subject s ON s.kind = p.kind AND s.key = p.key"
_TOOLS = """
SELECT count(*) FROM (
  SELECT d.destination FROM event_destination d LEFT JOIN event_status s ON s.event = d.event
  GROUP BY d.destination HAVING max(coalesce(s.used, 1)) = 0)"""
_SERVING = (
    "SELECT 1 FROM serves s JOIN use_case u ON u.key = s.use_case WHERE s.consumer = c.key AND u.state = 'active'"
)

COUNTS = {
    "subjects": Count("fields of plans, and stored columns in which no field lands", "SELECT count(*) FROM subject"),
    "keep": Count("those that are needed and used", _subjects("keep")),
    "idle": Count("those that a use case needs and nobody uses", _subjects("idle")),
    "undeclared": Count("those that somebody uses and no use case needs", _subjects("undeclared")),
    "waste": Count("those that are neither needed nor used", _subjects("waste")),
    "unknown": Count("those of which nobody can say whether they are used", _subjects("unknown")),
    "claimed": Count(
        "those that a use case needs, used or idle", "SELECT count(*) FROM subject WHERE status IN ('keep', 'idle')"
    ),
    "star_only": Count(
        "those that are needed, and used by a star alone",
        "SELECT count(*) FROM subject WHERE status = 'keep' AND star_only",
    ),
    "needs": Count("needs of use cases", "SELECT count(*) FROM need"),
    "gaps": Count("needs that nothing collected or stored matches", "SELECT count(*) FROM gap"),
    "personal": Count("fields and columns that are data on people", "SELECT count(*) FROM personal_subject"),
    "personal_unneeded": Count(
        "data on people that no active use case needs", f"SELECT count(*) {_PERSONAL} WHERE NOT s.needed"
    ),
    "personal_baseless": Count(
        "data on people that no active use case needs, or one without a legal basis",
        f"""SELECT count(*) {_PERSONAL} WHERE NOT s.needed OR EXISTS (
          SELECT 1 FROM named_need n JOIN use_case u ON u.key = n.use_case
          WHERE n.kind = p.kind AND n.key = p.key AND u.legal_basis = '')""",
    ),
    "personal_excess": Count(
        "data on people of which less would do",
        "SELECT count(*) FROM (SELECT kind, key FROM personal_subject INTERSECT SELECT kind, key FROM excess)",
    ),
    "use_cases": Count("use cases in force", f"SELECT count(*) FROM use_case WHERE {_IN_FORCE}"),
    "unreviewed": Count(
        "use cases in force whose review is overdue, or has no day",
        f"SELECT count(*) FROM use_case JOIN run WHERE {_IN_FORCE} AND coalesce(review_by, '') < run.today",
    ),
    "signed": Count(
        "use cases in force that somebody signed as they are now",
        f"SELECT count(*) FROM use_case WHERE {_IN_FORCE} AND signed <> '' AND signed = fingerprint",
    ),
    "personal_use_cases": Count("active use cases with a need that selects data on people", _NEEDS_PERSONAL),
    "endless_use_cases": Count(
        "active use cases with a need that selects data on people, and that do not say how long it is kept",
        f"{_NEEDS_PERSONAL} WHERE u.retention = ''",
    ),
    "tools": Count("tools that events are sent to", "SELECT count(DISTINCT destination) FROM event_destination"),
    "unused_tools": Count("tools that receive no event of which anything is used", _TOOLS),
    "consumers": Count("consumers whose use counts", "SELECT count(*) FROM consumer WHERE counts"),
    "purposeless_consumers": Count(
        "consumers whose use counts and that serve no active use case",
        f"SELECT count(*) FROM consumer c WHERE c.counts AND NOT EXISTS ({_SERVING})",
    ),
    "statements": Count("SQL statements of models and consumers", "SELECT coalesce(sum(statements), 0) FROM evidence"),
    "understood": Count("statements that are understood", "SELECT coalesce(sum(understood), 0) FROM evidence"),
    "findings": Count("errors and warnings that count"),
    "put_up_with": Count("findings that are put up with"),
    "merged": Count("proposals that were merged since the quarter began"),
}
