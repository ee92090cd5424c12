"""Lineage for people, as a tree in which each hop tells where it is written, and for programs, as plain data.

The data have the shape of `schemas/lineage.schema.json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.lookup import left
from trackplan.explain.tree import Node, draw

if TYPE_CHECKING:
    from trackplan.explain.lineage.graph import Hop, Point
    from trackplan.explain.lineage.walk import Branch, Lineage, Named
    from trackplan.findings import Place

_HEADINGS = {"up": "comes from", "down": "goes to"}
_WORDS = {"lands": "lands", "part": "inside it", "rows": "by its rows", "star": "taken whole"}
_UNSURE = "possibly: the name may mean another column"


def as_tree(lineage: Lineage, *, plain: bool = False) -> str:
    """The lineage as a tree; what was shown before is not opened again. `plain` draws it in ASCII."""
    root = Node(_titled(lineage.subject) + _at(lineage.subject.place))
    for branch in lineage.branches:
        heading = root.add(_HEADINGS[branch.direction])
        _grow(lineage, branch, heading)
        if not heading.children:
            heading.text = "comes from nothing that was read" if branch.direction == "up" else "goes nowhere"
    if lineage.note:
        root.add(lineage.note)
    return draw(root, plain=plain)


def describe(hop: Hop) -> str:
    """How a hop is taken, and what is made of the value: `output (truncated to month)`."""
    words = ", ".join(_WORDS.get(how, how) for how in hop.how)
    made = ", ".join(sorted(filter(None, map(left, hop.transforms))))
    return f"{words} ({made})" if made else words


def as_data(lineage: Lineage) -> dict[str, object]:
    """The lineage as plain data: points, and hops that lead from where data is to where it goes."""
    points = lineage.names
    hops: dict[tuple[Point, Point], Hop] = {}
    for branch in lineage.branches:
        for found in branch.hops.values():
            hops.update({(hop.source, hop.target): hop for hop, _, _ in found})
    return {
        "version": 1,
        "subject": lineage.subject.key,
        "directions": [branch.direction for branch in lineage.branches],
        "cut": lineage.cut,
        "points": [
            {"key": n.key, "kind": n.kind, "id": n.id, "class": n.group or None, "place": _spot(n.place)}
            for n in points.values()
        ],
        "hops": [
            {
                "source": points[hop.source].key,
                "target": points[hop.target].key,
                "how": list(hop.how),
                "transforms": sorted(hop.transforms),
                "strength": hop.strength,
                "place": _spot(lineage.place(hop)),
            }
            for hop in hops.values()
            if hop.source in points and hop.target in points
        ],
    }


def _grow(lineage: Lineage, branch: Branch, root: Node) -> None:
    pending = [(lineage.start, root)]
    while pending:
        point, node = pending.pop()
        opened = []
        for hop, other, fresh in branch.hops.get(point, ()):
            unsure = f", {_UNSURE}" if hop.strength == "possible" else ""
            again = "" if fresh or not branch.hops.get(other) else "  (shown elsewhere)"
            where = _at(lineage.place(hop))
            child = node.add(f"{_titled(lineage.names[other])}: {describe(hop)}{unsure}{where}{again}")
            if fresh:
                opened.append((other, child))
        pending += reversed(opened)


def _titled(named: Named) -> str:
    if named.kind == "relation":
        return f"rows of {named.id}"
    return f"{named.id} ({named.group})" if named.group else named.id


def _at(place: Place | None) -> str:
    return f"  [{place}]" if place is not None else ""


def _spot(place: Place | None) -> dict[str, str | int] | None:
    return None if place is None else {"path": place.path, "line": place.line, "column": place.column}
