"""What silences findings on that which goes: it goes too, else the next check would find that it is of no use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits.text import EditError
from trackplan.errors import ReadError
from trackplan.fixes import stale
from trackplan.gate.model import BASELINE, INLINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.findings import Place
    from trackplan.prune.desk import Desk
    from trackplan.prune.groups import Group
    from trackplan.prune.world import World


def unsilence(desk: Desk, groups: Iterable[Group]) -> None:
    """Take out the comments and entries of the baseline that are for nothing but what goes.

    One that cannot be taken out stays: that stands in nobody's way.
    """
    report = desk.world.report
    if report is None:
        return
    gone = {id_ for group in groups for id_ in _ids(desk.world, group)}
    covers: dict[tuple[str, Place], set[str]] = {}
    for each in report.silenced:
        covers.setdefault((each.by, each.place), set()).add(each.finding.subject)
    for (kind, place), subjects in covers.items():
        if subjects <= gone and kind in (INLINE, BASELINE):
            _take_out(desk, kind, place)


def _take_out(desk: Desk, kind: str, place: Place) -> None:
    try:
        if kind == INLINE:
            desk.spare(place.path, stale.comment(desk.world.text(place.path), place))
            return
        entry = stale.entry(desk.document(place.path), place)
        if entry is not None:
            desk.remove(place.path, entry)
    except (EditError, ReadError):
        return


def _ids(world: World, group: Group) -> Iterable[str]:
    yield from (s.id for s in group.subjects)
    yield from (world.columns[key].id for key in group.columns)
    yield from (world.relations[key].id for key in group.tables)
    yield from (world.events[key].id for key in group.events)
