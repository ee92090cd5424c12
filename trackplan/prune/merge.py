"""Events and tables that are nearly the same → proposals to make them one: who stays, what is united, who has to move.

Whether two things mean the same is for people to say, so such a proposal is never a part of a wave.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.derive.reasons import listing
from trackplan.prune.alike import EVENTS, TABLES, alike
from trackplan.prune.evidence import evidence
from trackplan.prune.model import MERGE, Effort, Named, Proof, Proposal, Saving, Stage
from trackplan.sql import migrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from trackplan.prune.alike import Alike
    from trackplan.prune.groups import Group
    from trackplan.prune.world import World

_READERS = """
SELECT DISTINCT c.relation, coalesce(m.id, k.id) FROM use u JOIN "column" c ON c.key = u."column"
LEFT JOIN relation m ON m.key = u.relation LEFT JOIN consumer k ON k.key = u.consumer"""
_HAND = "somebody has to say that they mean the same, or say in their descriptions why they are two"


@dataclass(slots=True)
class _Case:
    """What is alike: its members with their tables, and who reads those. The `kept` one has the most readers."""

    group: Alike
    tables: dict[int, list[int]]
    readers: dict[int, list[str]]
    kept: int = 0
    moving: list[str] = field(default_factory=list)

    @property
    def events(self) -> bool:
        return self.group.kind == EVENTS

    def __post_init__(self) -> None:
        self.kept = max(self.group.keys, key=lambda key: (len(self.readers[key]), -self.group.keys.index(key)))
        self.moving = sorted({r for key in self.group.keys if key != self.kept for r in self.readers[key]})


def merges(world: World, today: date, going: Iterable[Group]) -> list[Proposal]:
    """The proposals, the largest overlap first. Whoever goes as a whole is not merged with anybody."""
    gone = list(going)
    found = [_proposal(world, case, today) for case in _cases(world, gone)]
    return sorted(found, key=lambda proposal: -proposal.score)


def _cases(world: World, going: list[Group]) -> Iterator[_Case]:
    events = {key for group in going for key in group.events}
    tables = {key for group in going for key in group.tables}
    covered: set[int] = set()
    for group in alike(world.base, EVENTS):
        if not events & set(group.keys):
            landed = {key: world.tables.get(key, []) for key in group.keys}
            covered |= {table for each in landed.values() for table in each}
            yield _Case(group, landed, {key: _reading(world, landed[key]) for key in group.keys})
    for group in alike(world.base, TABLES):
        if not tables & set(group.keys) and not covered >= set(group.keys):
            own = {key: [key] for key in group.keys}
            yield _Case(group, own, {key: _reading(world, [key]) for key in group.keys})


def _reading(world: World, tables: Iterable[int]) -> list[str]:
    """The models and consumers that read any of the tables."""
    wanted = set(tables)
    return sorted({str(reader) for table, reader in world.base.fetch(_READERS) if table in wanted})


def _proposal(world: World, case: _Case, today: date) -> Proposal:
    group = case.group
    kind = "event" if case.events else "table"
    place = {k: (world.events if case.events else world.relations)[k] for k in group.keys}
    owners = tuple(sorted({each.owner for each in place.values()} - {""}))
    others = [name for name, key in zip(group.members, group.keys, strict=True) if key != case.kept]
    kept = place[case.kept].id
    files = len({each.place.path for each in place.values() if each.place is not None})
    return Proposal(
        "P-" + hashlib.sha256("\n".join([MERGE, *group.members]).encode()).hexdigest()[:8],
        MERGE,
        f"Merge {listing(others)} into {kept}",
        tuple(Named(kind, each.id, str(each.place or "")) for each in place.values()),
        tuple(_why(world, case)),
        evidence(world.base),
        (_HAND, *(f"{listing(case.moving)} would have to read {kept} instead" for _ in case.moving[:1])),
        (),
        _saving(world, case),
        Effort(files, 0, owners),
        round(group.share, 3),
        tuple(_stages(world, case, kept, listing(others), today)),
        place[case.kept].owner,
        proof=Proof(reasons=("nothing is edited before somebody has decided",)),
    )


def _saving(world: World, case: _Case) -> Saving:
    gone = [key for key in case.group.keys if key != case.kept]
    tables = {table for key in gone for table in case.tables[key]}
    columns = sum(1 for c in world.columns.values() if c.relation in tables and len(c.path) == 1)
    fields = sum(1 for f in world.fields.values() if f.event in gone) if case.events else 0
    return Saving(fields, columns, len(tables))


def _why(world: World, case: _Case) -> Iterator[str]:
    group, noun = case.group, "properties" if case.events else "columns"
    yield (
        f"they have the same {group.most} {noun}"
        if group.common == group.most
        else f"they have {group.common} of {group.most} {noun} in common ({group.share:.0%})"
    )
    kinds = _kinds(world, case)
    for name in sorted(kinds):
        told = sorted({kind for _, kind in kinds[name] if kind})
        if len(told) > 1:
            yield f"{name} is {' in one and '.join(told)} in another: one type has to be chosen"
        lacking = len(group.keys) - len({key for key, _ in kinds[name]})
        if lacking:
            yield f"{name} is missing in {lacking} of {len(group.keys)}, and would be empty there"


def _kinds(world: World, case: _Case) -> dict[str, list[tuple[int, str]]]:
    """Name → in which members it is, and of which type."""
    found: dict[str, list[tuple[int, str]]] = {}
    if case.events:
        for each in world.fields.values():
            if each.event in case.group.keys and each.parent is None:
                found.setdefault(each.name, []).append((each.event, each.type))
    else:
        for column in world.columns.values():
            if column.relation in case.group.keys and len(column.path) == 1 and column.declared:
                found.setdefault(column.path[0], []).append((column.relation, column.type))
    return found


def _stages(world: World, case: _Case, kept: str, others: str, today: date) -> Iterator[Stage]:
    day = today.isoformat()
    yield Stage("decide", day, f"{_HAND}; who answers for {kept} and {others} agrees")
    if case.events:
        yield Stage("tell apart", day, f"give {kept} a property that says which of them it is, and send that")
    tables = [table for key in case.group.keys for table in case.tables[key]]
    if len(tables) > 1:
        view = migrations.union_view(
            [(world.relations[table].parts, _columns(world, table)) for table in tables], world.project.dialect
        )
        yield Stage(
            "unite", day, "a view over all of them, which readers can move to", f"{view.forward};\n", f"{view.back};\n"
        )
    if case.moving:
        yield Stage("move readers", day, f"let {listing(case.moving)} read the view")
    yield Stage("stop the others", day, f"once nobody reads {others}, they are waste: run `trackplan prune` again")


def _columns(world: World, table: int) -> list[str]:
    return [c.path[0] for c in world.columns.values() if c.relation == table and len(c.path) == 1 and c.declared]
