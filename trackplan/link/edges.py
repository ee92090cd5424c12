"""Edges between the columns and rows of one statement's frames, and what two of them in a row come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trackplan.link.frames import NAMED, Key
from trackplan.sql.values import joined, part

Edge = tuple[int, Key, str, str, bool, int]
"""From a column, or rows, of one frame to another: frame, key, `path`, `into`, `clear` (see `Ref`), and strength."""

DEEPEST = 8
_whole: dict[int, list[tuple[Edge]]] = {}


def whole(frame: int, count: int) -> Sequence[tuple[Edge]]:
    """For each of the first columns of a frame, at least `count`, the edges of one that is the very same."""
    found = _whole.get(frame)
    if found is None:
        found = _whole[frame] = []
    if len(found) < count:
        found.extend(((frame, position, "", "", True, NAMED),) for position in range(len(found), count))
    return found


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
        into = joined(into, place)
    return frame, key, below, into, clear and open_, strength if strength < sure else sure


def parts(edges: Iterable[Edge], asked: str) -> list[Edge]:
    """Edges to a part of what others lead to."""
    found = ((edge, part(edge[2], edge[3], edge[4], asked)) for edge in edges)
    return [(f, k, *way, c, s) for (f, k, _, _, c, s), way in found if way is not None]
