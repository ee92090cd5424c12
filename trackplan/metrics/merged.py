"""What was pruned: proposals that were carried out, by the tombstones and by the journal of `trackplan prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.facts.base import FactBase
    from trackplan.metrics.quarter import Quarter

_TOMBSTONES = "SELECT id, pruned, by, reason, proposal FROM tombstone ORDER BY pruned, id"


class Pruned(NamedTuple):
    """Something that is gone: from which day, who decided it, why, and by which proposal; text may be empty."""

    id: str
    day: str
    by: str
    reason: str
    proposal: str


class Applied(NamedTuple):
    """A proposal that the journal has, and the day on which it was applied."""

    proposal: str
    day: str


def pruned(base: FactBase) -> list[Pruned]:
    """All tombstones, by day and id."""
    return [Pruned(*map(str, row)) for row in base.fetch(_TOMBSTONES)]


def merged(base: FactBase, applied: Iterable[Applied], quarter: Quarter, today: str) -> list[str]:
    """The proposals that were carried out from the quarter's first day to `today`, each once.

    A tombstone that names no proposal is one of its own.
    """
    first, last = quarter.start.isoformat(), min(quarter.end.isoformat(), today)
    found = {each.proposal for each in applied if first <= each.day <= last}
    found |= {each.proposal or each.id for each in pruned(base) if first <= each.day <= last}
    return sorted(found)
