"""Which columns and keys of a relation are worth a row: declared, landed on, or named by somebody's SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trackplan.facts.declared import Column
from trackplan.findings import Place
from trackplan.link.graph import Container
from trackplan.link.program import Program, Renamed
from trackplan.link.reach import Masks
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.names import is_pipeline
from trackplan.sql.records import Select


@dataclass(frozen=True, slots=True)
class Stored:
    """A column (`path` empty) or a key in it. `known` tells that a warehouse or a model declares it."""

    position: int
    path: tuple[str, ...]
    known: bool
    declared: Column | None
    place: Place | None
    name: str

    @property
    def lower(self) -> str:
        """The path as the linker writes it."""
        return ".".join(self.path).lower()

    @property
    def parent(self) -> str:
        """The path of what it is in."""
        return ".".join(self.path[:-1]).lower()

    @property
    def word(self) -> str:
        """The name by which a text that is not understood may mention it."""
        return (self.path[-1] if self.path else self.name).lower()

    def pipeline(self, governed: bool) -> bool:
        """Whether the loader puts it there."""
        return not self.path and is_pipeline(self.name, governed)


def columns_of(
    program: Program,
    resolver: Resolver,
    container: Container,
    masks: Mapping[int | frozenset[str], Mapping[str, Masks]],
) -> list[Stored]:
    """The columns and keys of a relation, parents before what is in them."""
    relation = container.relation
    if relation is None:
        return []
    found: list[Stored] = []
    for position, name in enumerate(container.names):
        column = relation.columns.get(name.lower())
        asked = {path: value[0] | value[1] for path, value in masks.get(position, {}).items()}
        landed = name.lower() in relation.keys or name.lower() in relation.wanted
        known = column is not None or relation.built
        if not known and not landed and not any(asked.values()):
            # Asked for only by a name that may mean another column: no reason to believe in it.
            continue
        place = column.place if column is not None else _place(program, container, name) or relation.place
        found.append(Stored(position, (), known, column, place, name))
        if relation.raw:
            paths = [p for p, value in asked.items() if value and p]
            found.extend(_keys(relation, resolver, position, name, paths, place))
    return found


def _keys(
    relation: Relation, resolver: Resolver, position: int, name: str, asked: list[str], place: Place | None
) -> Iterator[Stored]:
    column = relation.columns.get(name.lower())
    declared = dict(_declared(column, ())) if column is not None else {}
    spelled: dict[str, tuple[str, ...]] = {".".join(p).lower(): p for p in declared}
    for path in sorted(relation.keys.get(name.lower(), ())):
        for length in range(1, len(path) + 1):
            spelled.setdefault(".".join(path[:length]).lower(), path[:length])
    for text in sorted(asked):
        segments = tuple(resolver.spelled.get(text, text).split("."))
        if text in spelled:
            continue
        for length in range(1, len(segments) + 1):
            spelled.setdefault(".".join(segments[:length]).lower(), segments[:length])
    for _, path in sorted(spelled.items(), key=lambda item: (len(item[1]), item[0])):
        member = declared.get(path)
        where = member.place if member is not None else place
        yield Stored(position, path, member is not None, member, where, name)


def _declared(column: Column, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Column]]:
    for member in column.columns:
        path = (*above, member.name)
        yield path, member
        yield from _declared(member, path)


def _place(program: Program, container: Container, name: str) -> Place | None:
    """Where a model's select list names the column."""
    for builder in program.builders.get(container.number, ()):
        number = builder
        node = program.nodes[number]
        if isinstance(node, Renamed):
            node = program.nodes[node.base]
        if isinstance(node, tuple) and isinstance(node[1], Select):
            for position in program.containers[builder].positions(name):
                span = program.containers[builder].spans[position]
                if span[0] >= 0:
                    return node[0].unit.lines.place(span)
    return None
