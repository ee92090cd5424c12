"""The outlines of what can go → the proposals of the report, those that save most first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.prune.outline import outlines
from trackplan.report.model import Proposal

if TYPE_CHECKING:
    from datetime import date

    from trackplan.prune.outline import Outline
    from trackplan.prune.world import World


def proposals(world: World, today: date) -> tuple[Proposal, ...]:
    """All that can go: first what saves money, then volume, then data on people, then the most fields and columns."""
    found = sorted((_proposal(each) for each in outlines(world, today)), key=_worth)
    return tuple(found)


def _proposal(outline: Outline) -> Proposal:
    saving = outline.saving
    return Proposal(
        outline.id,
        outline.title,
        outline.action,
        outline.owner,
        outline.step,
        outline.waits,
        tuple(subject.id for subject in outline.subjects),
        saving.fields,
        saving.columns,
        saving.tables,
        outline.personal,
        saving.values,
        saving.bytes,
        saving.money,
        saving.currency,
    )


def _worth(each: Proposal) -> tuple[float, int, int, int, str]:
    size = each.fields + each.columns + 5 * each.tables
    return (-(each.money or 0), -(each.bytes or 0), -each.personal, -size, each.id)
