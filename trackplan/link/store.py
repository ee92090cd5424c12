"""The linked program → facts: relations, columns, uses, flows, reach, and everything that stayed unresolved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import Column
from trackplan.findings import Place
from trackplan.link.askers import Askers
from trackplan.link.columns import Stored, columns_of
from trackplan.link.expand import Expanded
from trackplan.link.gaps import store_coverage, store_unresolved
from trackplan.link.graph import ROWS
from trackplan.link.program import Block, Program
from trackplan.link.reach import NONE, Masks, Point, below, bits, covers
from trackplan.link.references import shortened
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.names import join_id

_COLUMN = ("key", "id", "relation", "parent", "name", "path", "type", "description", "sensitivity", "declared",
           "pipeline", "place")  # fmt: skip
_MOST_STEPS = 300
# A statement that nobody understands may be anybody's: a few names are enough to look into it.
_MOST_POSSIBLE = 20
_STRENGTHS = ("named", "star", "possible")


@dataclass(slots=True)
class Keys:
    """The keys that relations and columns got: columns by container, position and lower-case path."""

    relations: dict[int, int] = field(default_factory=dict)
    columns: dict[tuple[int, int, str], int] = field(default_factory=dict)
    consumers: dict[int, int] = field(default_factory=dict)


def store(
    base: FactBase,
    program: Program,
    expanded: Expanded,
    resolver: Resolver,
    askers: Askers,
    masks: dict[Point, Masks],
    governed: dict[str, Relation],
) -> Keys:
    """Write everything that linking found, and return the keys of relations and columns."""
    writer = _Writer(base, program, resolver, askers, governed, _by_column(masks), Keys())
    writer.relations()
    writer.columns()
    writer.consumers()
    writer.reach(masks)
    writer.uses()
    writer.flows()
    store_unresolved(base, program, resolver, expanded)
    store_coverage(base, program, askers, writer.keys.relations)
    return writer.keys


def _by_column(masks: dict[Point, Masks]) -> dict[int, dict[int | frozenset[str], dict[str, Masks]]]:
    found: dict[int, dict[int | frozenset[str], dict[str, Masks]]] = {}
    for (number, key, path), value in masks.items():
        found.setdefault(number, {}).setdefault(key, {})[path] = value
    return found


@dataclass(slots=True)
class _Writer:
    base: FactBase
    program: Program
    resolver: Resolver
    askers: Askers
    governed: dict[str, Relation]
    masks: dict[int, dict[int | frozenset[str], dict[str, Masks]]]
    keys: Keys
    stored: dict[int, list[Stored]] = field(default_factory=dict)
    _whole: dict[int, list[tuple[frozenset[str], dict[str, Masks]]]] = field(default_factory=dict)

    def relations(self) -> None:
        rows: list[Row] = []
        temporary = {id(relation) for unit in self.program.units for relation in unit.temporary.values()}
        for container in self.program.containers:
            relation = container.relation
            if relation is None or id(relation) in temporary:
                continue
            key = self.keys.relations[container.number] = len(rows) + 1
            place = None if relation.place is None else self.base.place(relation.place)
            rows.append(
                (key, relation.id, relation.kind, int(relation.raw), int(container.open), int(relation.declared),
                 int(relation.id in self.governed), relation.description, relation.owner, place)
            )  # fmt: skip
        names = ("key", "id", "kind", "raw", "open", "declared", "governed", "description", "owner", "place")
        self.base.insert("relation", names, rows)

    def columns(self) -> None:
        rows: list[Row] = []
        tags: list[Row] = []
        seen: set[str] = set()
        for number, relation_key in self.keys.relations.items():
            container = self.program.containers[number]
            if container.relation is None:
                continue
            found = columns_of(self.program, self.resolver, container, self.masks.get(number, {}))
            self.stored[number] = found
            for column in found:
                segments = (container.names[column.position], *column.path)
                id_ = join_id((*container.relation.parts, *segments))
                if id_ in seen:
                    # `raw.t.items` read as a table has the names of what is in the column items of raw.t.
                    continue
                seen.add(id_)
                key = self.keys.columns[number, column.position, column.lower] = len(rows) + 1
                parent = self.keys.columns.get((number, column.position, column.parent)) if column.path else None
                declared = column.declared or Column(segments[-1], Place(""))
                place = None if column.place is None else self.base.place(column.place)
                pipeline = column.pipeline(container.relation.id in self.governed)
                rows.append(
                    (key, id_, relation_key, parent, segments[-1],
                     json.dumps(segments, ensure_ascii=False), declared.type, declared.description,
                     declared.sensitivity, int(column.known), int(pipeline), place)
                )  # fmt: skip
                tags.extend((key, tag) for tag in dict.fromkeys(declared.tags))
        self.base.insert("column", _COLUMN, rows)
        self.base.insert("column_tag", ("column", "tag"), tags)

    def consumers(self) -> None:
        rows: list[Row] = []
        for bit, consumer in enumerate(self.askers.consumers):
            key = self.keys.consumers[bit] = bit + 1
            place = self.base.place(consumer.place)
            name = join_id((consumer.kind, consumer.name))
            rows.append((key, name, consumer.kind, consumer.name, consumer.title, consumer.owner, 1, place))
        self.base.insert("consumer", ("key", "id", "kind", "name", "title", "owner", "counts", "place"), rows)

    def reach(self, masks: dict[Point, Masks]) -> None:
        reach: list[Row] = []
        carry: set[tuple[int, int]] = set()
        doubt: set[tuple[int, str]] = set()
        for number, points in self.masks.items():
            self._whole[number] = [(k, paths) for k, paths in points.items() if isinstance(k, frozenset)]
        for number, found in self.stored.items():
            relation = self.program.containers[number].relation
            raw = relation is not None and relation.raw
            for column in found:
                key = self.keys.columns.get((number, column.position, column.lower))
                if key is None:
                    continue
                value = self._reaching(number, column)
                reach.extend((key, k, s) for k, s in self._consumers(value))
                if raw:
                    carry.update((key, r) for r in self._models(value))
                doubt.update((key, reason) for reason in self.askers.reasons(value, column.word))
        self.base.insert("reach", ("column", "consumer", "strength"), reach)
        self.base.insert("carry", ("column", "relation"), sorted(carry))
        self.base.insert("doubt", ("column", "reason"), sorted(doubt))
        rows = [
            (key, consumer, strength)
            for number, key in self.keys.relations.items()
            for consumer, strength in self._consumers(masks.get((number, ROWS, ""), NONE))
        ]
        self.base.insert("relation_reach", ("relation", "consumer", "strength"), rows)

    def _reaching(self, number: int, column: Stored) -> Masks:
        """Who reaches a column: whoever asks for it, for a key of it, for what it is in, or for all columns."""
        named = star = possible = 0
        name = self.program.containers[number].names[column.position].lower()
        mine = self.masks.get(number, {})
        asked = [mine.get(column.position, {}), *(p for k, p in self._whole.get(number, ()) if name not in k)]
        for paths in asked:
            for path, value in paths.items():
                if not column.path or covers(path, column.lower):
                    named, star, possible = named | value[0], star | value[1], possible | value[2]
        return named, star, possible

    def _consumers(self, value: Masks) -> Iterator[tuple[int, str]]:
        seen = 0
        for mask, strength in zip(value, _STRENGTHS, strict=True):
            mine = mask & self.askers.consumer_bits & ~seen
            seen |= mask
            most = _MOST_POSSIBLE if strength == "possible" else None
            yield from ((self.keys.consumers[b], strength) for b in islice(bits(mine), most))

    def _models(self, value: Masks) -> Iterator[int]:
        for bit in bits((value[0] | value[1]) & self.askers.model_bits):
            relation = self.keys.relations.get(self.askers.model(bit))
            if relation is not None:
                yield relation

    def uses(self) -> None:
        rows: dict[Row, None] = {}
        for use in self.resolver.uses:
            owner = self._owner(use.block)
            if owner is None or use.relation not in self.keys.relations:
                continue
            place = self.base.place(use.block.unit.lines.place(use.span))
            for key in self._used(use.relation, use.key, use.path):
                rows[(*owner, key, use.how, int(use.certain), place)] = None
        for bit, taken, position in self.askers.taken:
            column = self.keys.columns.get((taken[0], position, ""))
            if column is not None:
                rows[None, self.keys.consumers[bit], column, taken[1], 1, self.base.place(taken[2])] = None
        names = ("key", "relation", "consumer", "column", "how", "certain", "place")
        self.base.insert("use", names, ((k, *row) for k, row in enumerate(rows, 1)))

    def _owner(self, block: Block) -> tuple[int | None, int | None] | None:
        if block.unit.consumer is not None:
            bit = self.askers.bit_of(block.unit.consumer)
            return (None, self.keys.consumers[bit])
        target = None if block.target is None else self.program.relation(block.target).number
        key = self.keys.relations.get(target) if target is not None else None
        if key is None and block.unit.relation is not None:
            key = self.keys.relations.get(self.program.relation(block.unit.relation).number)
        return None if key is None else (key, None)

    def _used(self, number: int, key: int | frozenset[str], path: str) -> Iterable[int]:
        if isinstance(key, int):
            exact = self.keys.columns.get((number, key, path)) or self.keys.columns.get((number, key, ""))
            return [exact] if exact is not None else []
        names = self.program.containers[number].names
        found = (
            self.keys.columns.get((number, position, ""))
            for position, name in enumerate(names)
            if name.lower() not in key
        )
        return [k for k in found if k is not None]

    def flows(self) -> None:
        rows: set[tuple[int, int]] = set()
        for number in self.keys.relations:
            if self.program.builders.get(number):
                self._flows_into(number, rows)
        self.base.insert("flow", ("source", "target"), sorted(rows))

    def _flows_into(self, number: int, rows: set[tuple[int, int]]) -> None:
        for position in range(len(self.program.containers[number].names)):
            target = self.keys.columns.get((number, position, ""))
            if target is None:
                continue
            pending = list(self._behind((number, position, "")))
            seen = set(pending)
            while pending:
                point = pending.pop()
                container, key, path = point
                if container in self.keys.relations:
                    rows.update((s, target) for s in self._used(container, key, path))
                    continue
                for fresh in self._behind(point):
                    if len(seen) > _MOST_STEPS:
                        # Too many ways into one value: from here on whole values are followed.
                        fresh = (fresh[0], fresh[1], "")
                    if fresh not in seen:
                        seen.add(fresh)
                        pending.append(fresh)
            rows.discard((target, target))

    def _behind(self, point: Point) -> Iterator[Point]:
        """What flows by value into a point."""
        number, key, path = point
        container = self.program.containers[number]
        for position in range(len(container.names)) if isinstance(key, frozenset) else (key,):
            for edge in container.edges[position] or ():
                inner = below(edge, path) if edge.key != ROWS else None
                if inner is not None:
                    yield edge.container, edge.key, shortened(inner)
