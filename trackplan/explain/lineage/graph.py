"""The facts as a graph: what is read on one side, what is made of it on the other, and where this is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase

Point = tuple[str, int]  # a kind of subject, and its key in the table of that kind; a relation stands for its rows

# How a use can bear on the rows of what is made, strongest word first; the others pass the value on.
_ROWS = ("filter", "join", "group", "order", "window", "distinct")
_HOWS = ("lands", "output", *_ROWS, "star", "rows", "part")
_STRENGTHS = ("named", "star", "possible")


@dataclass(slots=True)
class Hop:
    """One step from `source` to `target`: how it is taken, what is made of the value, and the key of its place.

    `strength` is `named`, `star` if only a relation taken whole holds it, or `possible` if a name may mean another.
    """

    source: Point
    target: Point
    hows: set[str] = field(default_factory=set)
    transforms: set[str] = field(default_factory=set)
    strength: str = "possible"
    place: int | None = None

    @property
    def how(self) -> tuple[str, ...]:
        """How it is taken: output, filter, join …, in an order that is always the same."""
        return tuple(sorted(self.hows, key=_HOWS.index))

    def add(self, how: str, transform: str, strength: str, place: object) -> None:
        """Take on one more use, whose place counts if it is the first."""
        self.hows.add(how)
        if transform:
            self.transforms.add(transform)
        self.strength = min(self.strength, strength, key=_STRENGTHS.index)
        if self.place is None and isinstance(place, int):
            self.place = place


@dataclass(slots=True)
class Graph:
    """All hops, by where they come from and by where they lead."""

    down: dict[Point, dict[Point, Hop]] = field(default_factory=dict)
    up: dict[Point, dict[Point, Hop]] = field(default_factory=dict)

    @classmethod
    def of(cls, base: FactBase) -> Graph:
        """The graph of a frozen fact base."""
        graph = cls()
        _Filling(base, graph).fill()
        return graph

    def hop(self, source: Point, target: Point) -> Hop:
        """The hop between two points, added if it is not there."""
        known = self.down.setdefault(source, {}).get(target)
        if known is None:
            known = self.down[source][target] = self.up.setdefault(target, {})[source] = Hop(source, target)
        return known


class _Filling:
    """Adds the facts to a graph, in the order of the places where they are written."""

    def __init__(self, base: FactBase, graph: Graph) -> None:
        self.base = base
        self.graph = graph
        self.owner: dict[int, int] = {}  # the relation of each column
        self.uses: dict[tuple[int, int], list[tuple[str, str, str, object]]] = {}  # by column and relation
        self.readers: set[int] = set()  # consumers with SQL or columns of their own

    def fill(self) -> None:
        """Add everything."""
        for column, relation, parent in self._keys(_COLUMNS):
            self.owner[column] = relation
            if parent:
                self.graph.hop(("column", parent), ("column", column)).add("part", "", "named", None)
        self._landings()
        self._uses()
        self._flows()
        self._stand_ins()

    def _keys(self, sql: str) -> Iterator[list[int]]:
        """Rows of keys, 0 where there is none."""
        for row in self.base.fetch(sql):
            yield [value if isinstance(value, int) else 0 for value in row]

    def _landings(self) -> None:
        for field_, column, place in self._keys(_LANDINGS):
            self.graph.hop(("field", field_), ("column", column)).add("lands", "", "named", place or None)
        for event, relation, place in self._keys(_EVENTS):
            self.graph.hop(("event", event), ("relation", relation)).add("lands", "", "named", place or None)
        for field_, parent in self._keys("SELECT key, parent FROM field WHERE parent IS NOT NULL ORDER BY key"):
            self.graph.hop(("field", parent), ("field", field_)).add("part", "", "named", None)

    def _uses(self) -> None:
        for column, relation, consumer, how, certain, place, transform in self.base.fetch(_USES):
            if not isinstance(column, int):
                continue
            strength = "possible" if not certain else "star" if how == "star" else "named"
            use = (str(how), str(transform), strength, place)
            rows = ("relation", self.owner[column])
            if isinstance(consumer, int):
                self.readers.add(consumer)
                self.graph.hop(("column", column), ("consumer", consumer)).add(*use)
                self.graph.hop(rows, ("consumer", consumer)).add("rows", "", "named", place)
            elif isinstance(relation, int):
                self.uses.setdefault((column, relation), []).append(use)
                if how in _ROWS:
                    self.graph.hop(("column", column), ("relation", relation)).add(*use)
                if relation != rows[1]:
                    self.graph.hop(rows, ("relation", relation)).add("rows", "", "named", place)

    def _flows(self) -> None:
        for source, target, place in self._keys(_FLOWS):
            hop = self.graph.hop(("column", source), ("column", target))
            uses = self.uses.get((source, self.owner[target]), [])
            passing = [use for use in uses if use[0] not in _ROWS]
            for use in passing:
                hop.add(*use)
            if not passing:  # a star passes it on
                hop.add("star" if not uses else "output", "", "named", uses[0][3] if uses else place or None)

    def _stand_ins(self) -> None:
        """Consumers that no use names: leaf models that stand in, and those that count rows alone."""
        leaves = {}
        for consumer, relation, place in self._keys(_LEAVES):
            leaves[consumer] = relation
            self.graph.hop(("relation", relation), ("consumer", consumer)).add("rows", "", "named", place or None)
            for column, owner in self.owner.items():
                if owner == relation and not self._is_part(column):
                    self.graph.hop(("column", column), ("consumer", consumer)).add("output", "", "named", place or None)
        reached: dict[int, dict[int, int]] = {}
        for consumer, relation, place in self._keys(_REACHED_ROWS):
            if consumer not in self.readers and consumer not in leaves:
                reached.setdefault(consumer, {})[relation] = place
        for consumer, relations in reached.items():
            for relation, place in relations.items():
                below = self.graph.down.get(("relation", relation), {})
                if not any(kind == "relation" and key in relations for kind, key in below):
                    hop = self.graph.hop(("relation", relation), ("consumer", consumer))
                    hop.add("rows", "", "named", place or None)

    def _is_part(self, column: int) -> bool:
        return any(hop.hows == {"part"} for hop in self.graph.up.get(("column", column), {}).values())


_COLUMNS = 'SELECT key, relation, parent FROM "column" ORDER BY key'
_LANDINGS = """
SELECT l.field, l."column", coalesce(c.place, r.place) FROM landing l JOIN "column" c ON c.key = l."column"
JOIN relation r ON r.key = c.relation ORDER BY 1, 2
"""
_EVENTS = """
SELECT l.event, l.relation, r.place FROM landing_relation l JOIN relation r ON r.key = l.relation ORDER BY 1, 2
"""
_USES = """
SELECT u."column", u.relation, u.consumer, u.how, u.certain, u.place, u.transform
FROM use u LEFT JOIN place p ON p.key = u.place LEFT JOIN file f ON f.key = p.file
ORDER BY f.path, p.line, p."column", u.key
"""
_FLOWS = """
SELECT w.source, w.target, coalesce(c.place, r.place) FROM flow w JOIN "column" c ON c.key = w.target
JOIN relation r ON r.key = c.relation ORDER BY 1, 2
"""
_LEAVES = """
SELECT c.key, r.key, r.place FROM consumer c JOIN relation r ON r.id = c.name WHERE c.kind = 'model' ORDER BY 1
"""
_REACHED_ROWS = """
SELECT h.consumer, h.relation, c.place FROM relation_reach h JOIN consumer c ON c.key = h.consumer
WHERE h.strength <> 'possible' ORDER BY 1, 2
"""
