"""Waste that a team keeps: who gave a reason for it in a suppression has answered what a proposal would ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.derive.reasons import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.findings import Place
    from trackplan.prune.world import World

Key = tuple[str, int]


def wanted(world: World) -> dict[Key, str]:
    """Kind and key of fields and columns that are to stay → the reason that is given.

    What they lie in, land on, or are declared with cannot go without them, so it stays too.
    """
    beside: dict[Place, list[int]] = {}
    for key, field in world.fields.items():
        if field.place is not None:
            beside.setdefault(field.place, []).append(key)
    found: dict[Key, str] = {}
    todo = list(_said(world, _reasons(world)))
    while todo:
        member, reason = todo.pop()
        if member not in found:
            found[member] = reason
            todo += [(other, reason) for other in _tied(world, member, beside)]
    return found


def told(world: World) -> Iterator[str]:
    """What is left out of the proposals, and why, if anything is."""
    kept = wanted(world)
    stays = [f"{s.id} ({kept[s.kind, s.key]})" for s in world.waste if (s.kind, s.key) in kept]
    if stays:
        many = len(stays) > 1
        count = f"{len(stays):,} unused fields and columns are" if many else "1 unused field or column is"
        kept_by = f"a suppression with a reason keeps {'them' if many else 'it'}"
        yield f"{count} not proposed, since {kept_by}: {listing(stays)}."


def _reasons(world: World) -> dict[str, str]:
    """The ids that rules on purpose have found, and a reason silences as of today."""
    report = world.report
    if report is None:
        return {}
    purpose = {rule.id for rule in report.rules if rule.category == "purpose"}
    return {s.finding.subject: s.reason for s in report.silenced if s.reason and s.finding.rule in purpose}


def _said(world: World, reasons: dict[str, str]) -> Iterator[tuple[Key, str]]:
    """The waste that a reason is given for: its own, or that of its event or table."""
    for s in world.waste if reasons else ():
        whole = (
            world.events[world.fields[s.key].event].id
            if s.kind == "field"
            else world.relations[world.columns[s.key].relation].id
        )
        reason = reasons.get(s.id) or reasons.get(whole)
        if reason:
            yield (s.kind, s.key), reason


def _tied(world: World, member: Key, beside: dict[Place, list[int]]) -> Iterable[Key]:
    """What has to stay with it."""
    kind, key = member
    if kind == "column":
        above = world.columns[key].parent
        return [*([("column", above)] if above is not None else []), *(("field", f) for f in world.landed.get(key, ()))]
    field = world.fields[key]
    columns = [("column", column) for column in world.landings.get(key, ())]
    above = field.parent
    shared = beside.get(field.place, ()) if field.place is not None else ()
    return [*columns, *([("field", above)] if above is not None else []), *(("field", other) for other in shared)]
