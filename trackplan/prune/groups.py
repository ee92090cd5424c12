"""Waste → groups that can only go together: fields of one place or column, what lies in them, whole events, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.prune.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from trackplan.prune.world import Subject, World

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """What goes together. `columns` are those that can be dropped, `tables` and `events` what goes as a whole."""

    subjects: tuple[Subject, ...]
    columns: tuple[int, ...]
    tables: tuple[int, ...]
    events: tuple[int, ...]
    parts: tuple[Group, ...] = ()  # what could go alone, of groups that were put together

    @property
    def alone(self) -> tuple[Group, ...]:
        """The smallest groups that it is made of."""
        return self.parts or (self,)

    @property
    def fields(self) -> tuple[int, ...]:
        """The keys of the fields among the subjects."""
        return tuple(s.key for s in self.subjects if s.kind == "field")


def together(found: Sequence[Group]) -> Group:
    """Several groups as one."""
    if len(found) == 1:
        return found[0]
    return Group(
        tuple(subject for group in found for subject in group.subjects),
        tuple(key for group in found for key in group.columns),
        tuple(key for group in found for key in group.tables),
        tuple(key for group in found for key in group.events),
        tuple(part for group in found for part in group.alone),
    )


def bundles(world: World) -> list[Group]:
    """The groups, but columns of one table that no plan knows and that the same models carry are reviewed as one."""
    found: dict[object, list[Group]] = {}
    for number, group in enumerate(groups(world)):
        bare = not (group.fields or group.tables or group.events)
        kinds = {(world.columns[s.key].relation, s.models, s.others) for s in group.subjects} if bare else set()
        key = next(iter(kinds)) if len(kinds) == 1 else number
        found.setdefault(key, []).append(group)
    return [together(members) for members in found.values()]


class _Sets:
    """Sets that are united as it turns out what belongs together."""

    def __init__(self, members: Iterable[Key]) -> None:
        self.above = {member: member for member in members}

    def find(self, member: Key) -> Key:
        while self.above[member] != member:
            member = self.above[member]
        return member

    def unite(self, members: Iterable[Key]) -> None:
        known = [self.find(member) for member in members if member in self.above]
        for other in known[1:]:
            self.above[self.find(other)] = self.find(known[0])


def groups(world: World) -> list[Group]:
    """The groups, in the order of their first subjects."""
    kept = wanted(world)
    subjects = {(s.kind, s.key): s for s in world.waste if (s.kind, s.key) not in kept}
    sets = _Sets(subjects)
    places: dict[object, list[Key]] = {}
    for kind, key in subjects:
        if kind == "field":
            field = world.fields[key]
            places.setdefault(field.place, []).append((kind, key))
            sets.unite([(kind, key), ("field", field.parent or 0)])
            for column in world.landings.get(key, ()):
                sets.unite([(kind, key), *(("field", other) for other in world.landed.get(column, ()))])
        else:
            sets.unite([(kind, key), ("column", world.columns[key].parent or 0)])
    for members in places.values():
        sets.unite(members)
    whole_events, whole_tables = _wholes(world, subjects, sets, kept)
    found: dict[Key, list[Subject]] = {}
    for member, subject in subjects.items():
        found.setdefault(sets.find(member), []).append(subject)
    return [_group(world, members, whole_events, whole_tables, kept) for members in found.values()]


def _wholes(
    world: World, subjects: dict[Key, Subject], sets: _Sets, kept: Collection[Key]
) -> tuple[set[int], set[int]]:
    """The events and tables that go as a whole; all in them is united."""
    in_table: dict[int, list[int]] = {}
    for column in world.columns.values():
        if column.key in world.statuses:
            in_table.setdefault(column.relation, []).append(column.key)
    lands: dict[int, list[int]] = {}
    for event, tables in world.tables.items():
        for table in tables:
            lands.setdefault(table, []).append(event)
    unread = {
        table
        for table, columns in in_table.items()
        if table in world.unread
        and all(world.statuses[column] == "waste" for column in columns)
        and all(world.events[event].unused for event in lands.get(table, ()))
        and world.relations[table].kind == "table"
        and not any(("column", column) in kept for column in columns)
    }
    bound = {world.fields[key].event for kind, key in kept if kind == "field"}
    events = {
        key for key, event in world.events.items() if event.unused and set(world.tables.get(key, ())) <= unread
        and world.tables.get(key) and key not in bound
    }  # fmt: skip
    whole = {table for table in unread if set(lands.get(table, ())) <= events}
    for table in whole:
        sets.unite([k for k in (("column", c) for c in in_table[table]) if k in subjects])
    for event in events:
        mine = [("field", f.key) for f in world.fields.values() if f.event == event]
        stored = [("column", c) for table in world.tables[event] for c in in_table.get(table, ())]
        sets.unite([*mine, *(key for key in stored if key in subjects)])
    return events, whole


def _group(world: World, members: list[Subject], events: set[int], tables: set[int], kept: Collection[Key]) -> Group:
    own = {(s.kind, s.key) for s in members}
    held = {c for s in members if s.kind == "field" for c in world.landings.get(s.key, ())}
    held |= {s.key for s in members if s.kind == "column"}
    columns = {
        c
        for c in held
        if world.statuses.get(c) == "waste" and all(("field", f) in own for f in world.landed.get(c, ()))
    }
    columns |= _emptied(world, columns)
    columns = {c for c in columns if ("column", c) not in kept}
    whole_events = {world.fields[s.key].event for s in members if s.kind == "field"} & events
    whole_tables = {world.columns[c].relation for c in columns} & tables
    ordered = tuple(sorted(members, key=lambda s: (s.kind != "field", s.id)))
    return Group(ordered, tuple(sorted(columns)), tuple(sorted(whole_tables)), tuple(sorted(whole_events)))


def _emptied(world: World, columns: set[int]) -> set[int]:
    """The columns all of whose known keys go, and that nobody uses as a whole."""
    above = {parent for c in columns if (parent := world.columns[c].parent) is not None}
    inner = {p: {c.key for c in world.columns.values() if c.parent == p} for p in above}
    return {p for p in above if world.statuses.get(p) == "waste" and p not in world.landed and inner[p] <= columns}
