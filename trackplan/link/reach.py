"""The closure: for every column, which askers (consumers, models, texts not understood) it reaches, and how surely.

Askers are bits of one integer, so that a column's whole answer is three integers, one per strength.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from trackplan.link.components import components
from trackplan.link.graph import ALL, NAMED, POSSIBLE, ROWS, STAR, Edge, Key
from trackplan.link.program import Choice, Program, Renamed
from trackplan.link.references import shortened
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.sql.records import Select, Union

Point = tuple[int, Key, str]
"""A container, a column of it (or its rows, or all its columns), and the way into that column's value."""

Masks = tuple[int, int, int]
"""The askers that reach a point: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)

# A table that is built from itself can make new paths each time round: beyond these the whole value counts.
_MOST_PATHS = 1_000


@dataclass(slots=True)
class Closure:
    """Spreads the askers' bits from what they ask for to everything that stands behind it.

    What is named, or taken by a star, spreads along sure edges alone; what is only possible along all of them.
    """

    program: Program
    resolver: Resolver
    _points: list[Point] = field(default_factory=list)
    _numbers: dict[Point, int] = field(default_factory=dict)
    _edges: list[list[tuple[int, int]]] = field(default_factory=list)
    _asked: dict[int, Masks] = field(default_factory=dict)
    _paths: dict[tuple[int, Key], int] = field(default_factory=dict)

    def ask(self, point: Point, bits: int, strength: int) -> None:
        """Askers take what is at `point`."""
        masks = (bits, 0, 0) if strength == NAMED else (0, bits, 0) if strength == STAR else (0, 0, bits)
        number = self._number(point)
        self._asked[number] = merged(self._asked.get(number, NONE), masks)

    def run(self) -> dict[Point, Masks]:
        """Who reaches each column and the rows of each relation."""
        while len(self._edges) < len(self._points):
            point = self._points[len(self._edges)]
            self._edges.append([(self._number(p), s) for p, s in self._follow(point)])
        sure = [[target for target, strength in edges if strength == NAMED] for edges in self._edges]
        whole = [[target for target, _ in edges] for edges in self._edges]
        asked = [self._asked.get(n, NONE) for n in range(len(self._points))]
        order = list(components(sure))
        named = spread([masks[0] for masks in asked], sure, order)
        star = spread([masks[1] for masks in asked], sure, order)
        anyhow = [n | s | masks[2] for n, s, masks in zip(named, star, asked, strict=True)]
        possible = spread(anyhow, whole, list(components(whole)))
        return {
            point: (named[n], star[n], possible[n])
            for n, point in enumerate(self._points)
            if self.program.containers[point[0]].relation is not None
        }

    def _number(self, point: Point) -> int:
        number = self._numbers.get(point)
        if number is None:
            bounded = self._bounded(point) if point[2] else point
            number = self._numbers.get(bounded)
            if number is None:
                number = self._numbers[bounded] = len(self._points)
                self._points.append(bounded)
            self._numbers[point] = number
        return number

    def _bounded(self, point: Point) -> Point:
        number, key, path = point
        path = shortened(path)
        known = self._paths.get((number, key), 0)
        if known >= _MOST_PATHS:
            return number, key, ""
        self._paths[number, key] = known + 1
        return number, key, path

    def _follow(self, point: Point) -> Iterator[tuple[Point, int]]:
        number, key, path = point
        container = self.program.containers[number]
        for text in container.perhaps:
            yield (text, ROWS, ""), POSSIBLE
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
            yield from ((b, excluded, node.strength) for b in node.bases)
        elif isinstance(node, Renamed):
            yield node.base, ALL, NAMED
        elif isinstance(node, tuple):
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


def spread(masks: list[int], edges: list[list[int]], order: list[list[int]]) -> list[int]:
    """`masks` passed on along `edges`. `order` has the strongly connected parts, each after those it leads to.

    Inside a part everybody reaches everybody, so all of it has one mask, and each edge is walked once.
    """
    found = list(masks)
    for part in reversed(order):
        mask = 0
        for number in part:
            mask |= found[number]
        for number in part:
            found[number] = mask
            if mask:
                for target in edges[number]:
                    found[target] |= mask
    return found


def merged(first: Masks, second: Masks) -> Masks:
    """The askers of both."""
    return first[0] | second[0], first[1] | second[1], first[2] | second[2]


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


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
