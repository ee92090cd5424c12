"""The proposals of a project without their edits: what would go and what that saves, at the cost of a few queries.

The ids are those of the whole proposals, which `trackplan prune` drafts and tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.derive.reasons import listing
from trackplan.prune import propose
from trackplan.prune.candidates import action_of, identity
from trackplan.prune.groups import bundles

if TYPE_CHECKING:
    from datetime import date

    from trackplan.prune.groups import Group
    from trackplan.prune.model import Saving
    from trackplan.prune.world import Subject, World


@dataclass(frozen=True, slots=True)
class Outline:
    """What can go together. `step` is 1 where nobody reads it, 2 where models carry it, 3 for whole events and tables.

    `personal` counts the data on people in it, `waits` tells who reads it without counting as a user, '' if nobody.
    """

    id: str
    action: str
    title: str
    subjects: tuple[Subject, ...]
    owner: str
    step: int
    saving: Saving
    personal: int
    waits: str


def outlines(world: World, today: date) -> list[Outline]:
    """An outline for all that is waste and was not turned down, in no order of worth."""
    turned_down = {each.proposal for each in propose.rejected(world, today)}
    found = [_outline(world, group) for group in bundles(world)]
    return [outline for outline in found if outline.id not in turned_down]


def _outline(world: World, group: Group) -> Outline:
    readers = listing([*{s.others: None for s in group.subjects if s.others}])
    return Outline(
        identity(world, group),
        action_of(group),
        propose.title(world, group),
        group.subjects,
        next((s.owner for s in group.subjects if s.owner), ""),
        3 if group.tables or group.events else 2 if any(s.models for s in group.subjects) else 1,
        propose.saving_of(world, group),
        sum(1 for _ in propose.gains_of(group.subjects)),
        f"it is read by {readers}, though that does not count as a use" if readers else "",
    )
