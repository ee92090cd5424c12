"""The facts and the findings → the figures of a report: evidence, quadrants, wasted events, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.findings import Evidence, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.engine import Outcome
    from trackplan.facts.base import FactBase
    from trackplan.findings import Failed, Finding, Silenced

_KINDS = ("plans", "use_cases", "warehouse", "models", "consumers", "tombstones")
# The rules whose findings decide about the next step.
_LEADING = frozenset({"TP001", "TP002", "TP102", "TP103", "TP108"})
_QUADRANTS = ("keep", "idle", "undeclared", "waste", "unknown", "gap")


def report(
    base: FactBase, outcome: Outcome, failed: Sequence[Failed] = (), silenced: tuple[Silenced, ...] = ()
) -> Report:
    """The report of a run on the frozen base; `failed` are rules that could not even be run."""
    return Report(
        today=next(str(today) for (today,) in base.fetch("SELECT today FROM run")),
        findings=outcome.findings,
        skipped=outcome.skipped,
        evidence=_evidence(base),
        quadrants=_quadrants(base),
        notes=tuple(str(text) for (text,) in base.fetch("SELECT text FROM note ORDER BY key")),
        rules_run=len(outcome.ran),
        fatal=bool(base.count("SELECT count(*) FROM problem WHERE fatal")),
        collapsed=collapsed(base),
        next_step=_next_step(base, outcome.findings),
        failed=tuple(sorted({*failed, *outcome.failed}, key=lambda each: (each.place, each.rule, each.message))),
        silenced=silenced,
    )


def leading(findings: Sequence[Finding]) -> dict[str, str]:
    """What a report tells of its findings besides the findings themselves."""
    found: dict[str, str] = {}
    for finding in findings:
        if finding.rule in _LEADING and finding.rule not in found:
            found[finding.rule] = f"{finding.place} {finding.subject}" if finding.rule in ("TP002", "TP108") else ""
    return found


def _evidence(base: FactBase) -> tuple[Evidence, ...]:
    rows = {str(row[0]): row for row in base.fetch(_EVIDENCE)}
    found = []
    for kind in _KINDS:
        configured, files, subjects, statements, understood, broken = (int(str(n)) for n in rows[kind][1:])
        found.append(Evidence(kind, bool(configured), files, subjects, statements, understood, bool(broken)))
    return tuple(found)


def _quadrants(base: FactBase) -> dict[str, int]:
    found = dict.fromkeys(_QUADRANTS, 0)
    for name, count in base.fetch("SELECT status, count(*) FROM subject GROUP BY status"):
        found[str(name)] = int(str(count))
    found["gap"] = base.count("SELECT count(*) FROM gap")
    return found


def collapsed(base: FactBase) -> dict[str, tuple[str, ...]]:
    """The fields of each event that is nothing but waste."""
    found: dict[str, list[str]] = {}
    for event, field_ in base.fetch(_WASTED):
        found.setdefault(str(event), []).append(str(field_))
    return {event: tuple(fields) for event, fields in found.items()}


def _next_step(base: FactBase, findings: Sequence[Finding]) -> str:
    """The one thing worth doing first: mend input, then make the unclear clear, then prune the largest waste."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.rule, finding)
    if "TP001" in first:
        return "Mend the input first: the files named above could not be read as they are."
    if "TP002" in first:
        return f"Make {first['TP002'].place} understandable first: what it mentions stays unknown until then."
    if not first.keys().isdisjoint({"TP102", "TP103"}):
        for (clause,) in base.fetch(_MOST_WASTED):
            return f"Begin with {clause!s} waste. `trackplan explain ID` shows why, `trackplan prune` what to change."
    if "TP108" in first:
        subject = first["TP108"].subject
        return f"Declare what {subject} is used for, or stop the use. `trackplan explain {subject}` shows it."
    return ""


_EVIDENCE = "SELECT kind, configured, files, subjects, statements, understood, broken FROM evidence"
_WASTED = """
SELECT e.id, f.id FROM event_status s JOIN event e ON e.key = s.event JOIN field f ON f.event = e.key
WHERE s.used = 0 AND s.fields > 0 AND s.waste = s.fields ORDER BY f.key
"""
_MOST_WASTED = """
SELECT r.id || ': ' || count(*) || ' of its columns ' || CASE count(*) WHEN 1 THEN 'is' ELSE 'are' END
FROM subject s LEFT JOIN landing l ON s.kind = 'field' AND l.field = s.key
JOIN stored_column c ON c.key = coalesce(l."column", CASE WHEN s.kind = 'column' THEN s.key END)
JOIN relation r ON r.key = c.relation WHERE s.status = 'waste' GROUP BY r.id ORDER BY count(*) DESC, r.id LIMIT 1
"""
