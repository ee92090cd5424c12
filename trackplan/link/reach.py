"""The closure: for every column, which askers (consumers, models, texts not understood) it reaches, and how surely.

Askers are bits of one integer, so that a column's whole answer is three integers, one per strength.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from trackplan.link.graph import ALL, NAMED, POSSIBLE, ROWS, STAR, Edge, Key
from trackplan.link.program import Choice, Program, Renamed
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.sql.records import Select, Union

Point = tuple[int, Key, str]
"""A container, a column of it (or its rows, or all its columns), and the way into that column's value."""

Masks = tuple[int, int, int]
"""The askers that reach a point: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)

# A table that is built from itself can make a path longer each time round: from here on the whole value counts.
_DEEPEST = 8
_MOST_PATHS = 2_000


@dataclass(slots=True)
class Closure:
    """Spreads the askers' bits from what they ask for to everything that stands behind it."""

    program: Program
    resolver: Resolver
    _masks: dict[Point, Masks] = field(default_factory=dict)
    _queue: deque[Point] = field(default_factory=deque)
    _waiting: set[Point] = field(default_factory=set)
    _edges: dict[Point, list[tuple[Point, int]]] = field(default_factory=dict)
    _paths: dict[tuple[int, Key], int] = field(default_factory=dict)

    def ask(self, point: Point, bit: int, strength: int) -> None:
        """An asker takes what is at `point`."""
        self._push(point, (bit, 0, 0) if strength == NAMED else (0, bit, 0) if strength == STAR else (0, 0, bit))

    def run(self) -> dict[Point, Masks]:
        """All points that anybody reaches, with who does."""
        while self._queue:
            point = self._queue.popleft()
            self._waiting.discard(point)
            masks = self._masks[point]
            for target, strength in self._behind(point):
                self._push(target, weakened(masks, strength))
        return self._masks

    def _push(self, point: Point, masks: Masks) -> None:
        if point not in self._masks and point[2]:
            point = self._bounded(point)
        old = self._masks.get(point, NONE)
        new = (old[0] | masks[0], old[1] | masks[1], old[2] | masks[2])
        if new != old:
            self._masks[point] = new
            if point not in self._waiting:
                self._waiting.add(point)
                self._queue.append(point)

    def _bounded(self, point: Point) -> Point:
        number, key, path = point
        path = shortened(path)
        known = self._paths.get((number, key), 0)
        if known >= _MOST_PATHS:
            return number, key, ""
        self._paths[number, key] = known + 1
        return number, key, path

    def _behind(self, point: Point) -> list[tuple[Point, int]]:
        edges = self._edges.get(point)
        if edges is None:
            edges = self._edges[point] = list(self._follow(point))
        return edges

    def _follow(self, point: Point) -> Iterator[tuple[Point, int]]:
        number, key, path = point
        container = self.program.containers[number]
        if isinstance(key, frozenset):
            yield from self._all(number, key, path)
        elif key == ROWS:
            yield from (((e.container, e.key, e.path), e.strength) for e in container.rows)
        else:
            for edge in container.edges[key] or ():
                inner = below(edge, path)
                if inner is not None:
                    yield (edge.container, edge.key, inner), edge.strength

    def _all(self, number: int, excluded: frozenset[str], path: str) -> Iterator[tuple[Point, int]]:
        container = self.program.containers[number]
        for position, name in enumerate(container.names):
            if name.lower() not in excluded:
                yield (number, position, path), NAMED
        if container.open:
            yield from (((n, k, ""), s) for n, k, s in self._open(number, excluded))

    def _open(self, number: int, excluded: frozenset[str]) -> Iterator[tuple[int, Key, int]]:
        node = self.program.nodes[number]
        if isinstance(node, Relation):
            yield from ((b, excluded, NAMED) for b in self.program.builders.get(number, ()))
        elif isinstance(node, Choice):
            yield from ((b, excluded, POSSIBLE) for b in node.bases)
        elif isinstance(node, Renamed):
            yield node.base, ALL, NAMED
        else:
            block, scope = node
            if isinstance(scope, Select):
                yield from self._stars(number, scope, excluded)
            elif isinstance(scope, Union):
                yield from ((block.first + m, excluded, NAMED) for m in scope.members)
            else:
                edges = self.resolver.opaque_edges(number)
                yield from ((e.container, e.key, e.strength) for e in edges)

    def _stars(self, number: int, scope: Select, excluded: frozenset[str]) -> Iterator[tuple[int, Key, int]]:
        node = self.program.nodes[number]
        block = node[0] if isinstance(node, tuple) else None
        for output in scope.outputs:
            star = output.star
            if star is None or block is None:
                continue
            if star.members_of is not None or output.refs:
                edges = self.resolver.star_edges(number, output)
                yield from ((e.container, e.key, e.strength) for e in edges)
            hidden = frozenset() if star.rename else excluded | {e.lower() for e in star.exclude}
            for index, source in enumerate(scope.sources):
                if source.in_star if star.source is None else star.source == index:
                    yield self.program.source(block, source), hidden, NAMED


def weakened(masks: Masks, strength: int) -> Masks:
    """What is left of `masks` behind an edge of the given strength."""
    if strength == NAMED:
        return masks
    if strength == STAR:
        return (0, masks[0] | masks[1], masks[2])
    return (0, 0, masks[0] | masks[1] | masks[2])


def below(edge: Edge, path: str) -> str | None:
    """Where in the edge's target the asked `path` is found; None if it is another part of the value."""
    rest = path
    if edge.into:
        if path == edge.into:
            rest = ""
        elif path.startswith(f"{edge.into}."):
            rest = path[len(edge.into) + 1 :]
        elif not path or edge.into.startswith(f"{path}."):
            rest = ""
        else:
            return None
    if not edge.clear or not rest:
        return edge.path
    return f"{edge.path}.{rest}" if edge.path else rest


def covers(asked: str, key: str) -> bool:
    """Whether asking for the path `asked` takes the key `key`: the same, a part of it, or something around it."""
    return not asked or asked == key or key.startswith(f"{asked}.") or asked.startswith(f"{key}.")


def shortened(path: str) -> str:
    """`path`, or as much of it as is followed."""
    return ".".join(path.split(".")[:_DEEPEST]) if path.count(".") >= _DEEPEST else path
