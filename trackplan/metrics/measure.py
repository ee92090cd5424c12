"""Facts and findings → what each metric came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.findings import Severity
from trackplan.metrics.catalogue import METRICS
from trackplan.metrics.counts import COUNTS
from trackplan.metrics.model import Measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report
    from trackplan.metrics.model import Metric

_WORDS = {"plans": "plans", "use_cases": "use cases", "warehouse": "a warehouse", "models": "models"}
_BY_RULES, _NOBODY_KNOWS = ("findings", "put_up_with"), -1
_EVIDENCE = "SELECT kind FROM evidence WHERE configured OR subjects"


def measure(base: FactBase, report: Report, merged: int = 0) -> dict[str, Measured]:
    """All metrics by their ids, of a frozen base, what the rules found on it, and the proposals that were merged."""
    counts = {name: base.count(count.sql) if count.sql else 0 for name, count in COUNTS.items()}
    counts["findings"] = sum(finding.severity >= Severity.WARNING for finding in report.findings)
    counts["put_up_with"] = len(report.silenced)
    counts["merged"] = merged
    if report.failed:
        counts |= dict.fromkeys(_BY_RULES, _NOBODY_KNOWS)
    given = {str(kind) for (kind,) in base.fetch(_EVIDENCE)}
    return {metric.id: _measured(metric, counts, given) for metric in METRICS}


def _measured(metric: Metric, counts: Mapping[str, int], given: set[str]) -> Measured:
    missing = next((group for group in metric.requires if given.isdisjoint(group.split("|"))), "")
    if missing:
        named = " or ".join(_WORDS.get(kind, kind) for kind in missing.split("|"))
        return Measured(metric, unknown=f"without {named} nobody can say")
    if counts[metric.of] == _NOBODY_KNOWS:
        return Measured(metric, unknown="a rule failed; `trackplan check` tells which")
    if not metric.over:
        return Measured(metric, counts[metric.of])
    if not counts[metric.over]:
        return Measured(metric, unknown=f"there are no {COUNTS[metric.over].words}")
    return Measured(metric, counts[metric.of], counts[metric.over])
