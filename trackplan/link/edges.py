"""Edges between the columns and rows of one statement's frames, and what two of them in a row come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trackplan.link.frames import NAMED, Key
from trackplan.sql.values import BY_ORDER, ORDERED, by_name, joined, part

Edge = tuple[int, Key, str, str, "bool | int", int]
"""From a column, or rows, of one frame to another: frame, key, `path`, `into`, `clear` (see `Ref`), and strength."""

DEEPEST = 8
_MOST = 300  # frames, and columns of each
_same: dict[tuple[int, int], tuple[Edge]] = {}


def same(frame: int, position: int) -> tuple[Edge]:
    """The edges of a column that is the very same as one of a frame; those of most are shared by all statements."""
    known = _same.get((frame, position))
    if known is None:
        known = ((frame, position, "", "", True, NAMED),)
        if frame < _MOST and position < _MOST:
            _same[frame, position] = known
    return known


def shortened(path: str) -> str:
    """`path`, or as much of it as is followed: what is asked below that counts as asking for everything there."""
    return ".".join(path.split(".")[:DEEPEST]) if path.count(".") >= DEEPEST else path


def composed(outer: Edge, inner: Edge) -> Edge | None:
    """Two edges in a row as one; None if what the first asks for is another part of the value."""
    _, _, path, into, clear, strength = outer
    frame, key, below, place, open_, sure = inner
    if path:
        found = part(below, place, open_, path)
        if found is None:
            return None
        below, place = shortened(found[0]), found[1]
    if place and clear:
        # What is asked goes on behind `path`; only what leads to `place` is met.
        whole = joined(into, place)
        into = shortened(whole)
        open_ = open_ if into == whole else False
    return frame, key, below, into, clear and open_ and clear | open_, strength if strength < sure else sure


def parts(edges: Iterable[Edge], asked: str) -> list[Edge]:
    """Edges to a part of what others lead to."""
    found = ((edge, part(edge[2], edge[3], edge[4], asked)) for edge in edges)
    return [(f, k, *way, c, s) for (f, k, _, _, c, s), way in found if way is not None]


def settled(edges: Iterable[Edge], clear: Mapping[str, bool | int]) -> list[Edge]:
    """Edges where it is known, by the place, whether names tell the parts of what order joins there."""
    found: list[Edge] = []
    for frame, key, path, into, by, strength in edges:
        now = clear[into] if by == ORDERED else by
        if by == ORDERED and now != ORDERED:
            path = by_name(path) if now else path.partition(BY_ORDER)[0].removesuffix(".")
        found.append((frame, key, path, into, now, strength))
    return found
