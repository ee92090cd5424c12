"""The facts → events, tables and dashboards that are nearly the same: from 90 % of their parts on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.prune.alike import CONSUMERS, EVENTS, TABLES, alike
from trackplan.report.model import Overlap

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

_MOST = 200  # what is told


def overlaps(base: FactBase) -> tuple[Overlap, ...]:
    """Groups of things that are alike, kind by kind, the largest overlap first."""
    return tuple(
        Overlap(kind, each.members, each.common, each.most, each.share)
        for kind in (EVENTS, TABLES, CONSUMERS)
        for each in alike(base, kind)[:_MOST]
    )
