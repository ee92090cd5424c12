"""From a subject up or down the graph, nearest first, as far as is asked for → the part of the graph that is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trackplan.errors import TrackplanError
from trackplan.explain.find import Subject, find
from trackplan.explain.lineage.graph import Graph, Hop, Point
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.base import FactBase

Direction = Literal["up", "down"]

MOST = 1000
_MOST_HOPS = 5 * MOST
_PART = {"part"}
_KINDS = ("field", "column", "relation", "consumer", "event")


@dataclass(frozen=True, slots=True)
class Named:
    """What there is to say of a point: its kind, its id, where it is written; the class of a consumer."""

    kind: str
    id: str
    place: Place | None
    group: str = ""

    @property
    def key(self) -> str:
        """A name that no other point has, as the command line takes it: `column:orders.id`."""
        return f"{self.kind}:{self.id}"


@dataclass(slots=True)
class Branch:
    """One direction: the hops in the order in which they were found, nearest first; `cut` if there are more.

    A hop leads from a point nearer to the subject to `other`, which is new at this hop if it is in `fresh`.
    """

    direction: Direction
    hops: dict[Point, list[tuple[Hop, Point, bool]]]
    cut: bool = False


@dataclass(slots=True)
class Lineage:
    """What was found: the subject, the points where the walk begins (it and its parts), a branch for each direction."""

    subject: Named
    start: Point
    branches: list[Branch]
    names: dict[Point, Named]
    places: dict[int, Place]

    @property
    def cut(self) -> bool:
        """Whether a part is left out because there is too much of it."""
        return any(branch.cut for branch in self.branches)

    @property
    def note(self) -> str:
        """What to say where a part is left out; else ''."""
        if not self.cut:
            return ""
        size = f"more than {MOST:,} points or {_MOST_HOPS:,} hops"
        return f"Cut: {size} are not shown. Ask for less with --depth, or for one direction."

    def place(self, hop: Hop) -> Place | None:
        """Where a hop is written."""
        return None if hop.place is None else self.places.get(hop.place)


def trace(base: FactBase, name: str, directions: Sequence[Direction] = (), depth: int | None = None) -> Lineage:
    """The lineage of the one subject that `name` means; by default a consumer's sources, and of others where they go.

    Raises `TrackplanError` where the name means nothing, several things, or something that has no lineage.
    """
    subject = find(base, name)
    if subject.kind not in _KINDS:
        raise TrackplanError(f"a {subject.kind} has no lineage", "Name a field, column, event, relation or consumer.")
    graph = Graph.of(base)
    start = (subject.kind, subject.key)
    wanted = directions or (("up",) if subject.kind == "consumer" else ("down",))
    branches = [_branch(graph, _starts(base, subject), start, way, depth) for way in wanted]
    seen: dict[Point, None] = {start: None}
    for branch in branches:
        for found in branch.hops.values():
            seen.update((other, None) for _, other, _ in found)
    places = _places(base)
    names = {point: _name(base, point, places) for point in seen}
    return Lineage(names[start], start, branches, names, places)


def _starts(base: FactBase, subject: Subject) -> list[Point]:
    """What lies directly in a subject: the columns of a relation, the fields of an event."""
    inside = {
        "relation": ('SELECT key FROM "column" WHERE relation = :key AND parent IS NULL ORDER BY id', "column"),
        "event": ("SELECT key FROM field WHERE event = :key AND parent IS NULL ORDER BY id", "field"),
    }
    if subject.kind not in inside:
        return []
    sql, kind = inside[subject.kind]
    return [(kind, key) for (key,) in base.fetch(sql, {"key": subject.key}) if isinstance(key, int)]


def _branch(graph: Graph, parts: list[Point], start: Point, direction: Direction, depth: int | None) -> Branch:
    """Breadth first: what is nearest is told first, and a circle ends where it closes."""
    branch = Branch(direction, {start: [(_part(start, part), part, True) for part in parts[: MOST - 1]]})
    branch.cut = len(parts) >= MOST
    level = [start, *(part for _, part, _ in branch.hops[start])]
    seen = set(level)
    steps = hops = 0
    while level and (depth is None or steps < depth):
        steps += 1
        following: list[Point] = []
        for point in level:
            found = branch.hops.setdefault(point, [])
            for hop, other in _hops(graph, point, direction):
                fresh = other not in seen
                hops += 1
                if hops > _MOST_HOPS or (fresh and len(seen) >= MOST):
                    branch.cut = True
                    break
                if fresh:
                    seen.add(other)
                    following.append(other)
                found.append((hop, other, fresh))
        level = following
    return branch


def _part(whole: Point, part: Point) -> Hop:
    hop = Hop(whole, part)
    hop.add("part", "", "named", None)
    return hop


def _hops(graph: Graph, point: Point, direction: Direction) -> list[tuple[Hop, Point]]:
    """The hops from a point. Its parts belong to it either way; what it is a part of is no source of it."""
    below = graph.down.get(point, {})
    if direction == "down":
        return [(hop, other) for other, hop in below.items()]
    parts = [(hop, other) for other, hop in below.items() if hop.hows == _PART]
    return parts + [(hop, other) for other, hop in graph.up.get(point, {}).items() if hop.hows != _PART]


def _places(base: FactBase) -> dict[int, Place]:
    found = base.fetch('SELECT p.key, f.path, p.line, p."column" FROM place p JOIN file f ON f.key = p.file')
    return {
        key: Place(str(path), line, column)
        for key, path, line, column in found
        if isinstance(key, int) and isinstance(line, int) and isinstance(column, int)
    }


_NAMES = {
    "field": "SELECT id, place, '' FROM field WHERE key = :key",
    "event": "SELECT id, place, '' FROM event WHERE key = :key",
    "column": "SELECT c.id, coalesce(c.place, r.place), '' FROM \"column\" c JOIN relation r ON r.key = c.relation "
    "WHERE c.key = :key",
    "relation": "SELECT id, place, '' FROM relation WHERE key = :key",
    "consumer": "SELECT id, place, class FROM consumer WHERE key = :key",
}


def _name(base: FactBase, point: Point, places: dict[int, Place]) -> Named:
    kind, key = point
    id_, place, group = next(iter(base.fetch(_NAMES[kind], {"key": key})))
    return Named(kind, str(id_), places.get(place) if isinstance(place, int) else None, str(group))
