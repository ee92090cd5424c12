"""What the edges of linked statements lead to, as numbers of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trackplan.link.edges import Edge
from trackplan.link.frames import NAMED, ROWS, WHOLE
from trackplan.link.layouts import Layouts
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block
from trackplan.sql.values import BY_ORDER, LENGTH, ORDERED, by_name, joined, part

# A column of so many edges is a struct made of many parts, of which one is asked for at a time.
_MANY = 8

Ends = tuple[Sequence[int], Sequence[int]]
"""The nodes that something leads to: those that are surely meant, and those that only may be."""

Step = tuple[Sequence[int], Sequence[int], Sequence[int], int]
"""From some nodes of a table to others: to those that are surely meant, and to those that may be.

The last number tells whether the table itself, as one that asks, takes these too: by name, by a star, or both.
"""

TAKES, STARS = 1, 2


class Targets(Struct):
    """Finds the nodes behind the columns of statements, and remembers those behind whole ones."""

    linked: Sequence[Linked]
    nodes: Nodes
    layouts: Layouts
    _known: dict[int, tuple[object, Ends]] = {}
    _parts: dict[int, tuple[Sequence[Edge], _Parts]] = {}
    _clear: dict[int, tuple[Sequence[Edge], Sequence[Edge]]] = {}
    _members: dict[tuple[int, str], list[int]] = {}

    def behind(self, block: Block, edges: Sequence[Edge]) -> Ends:
        """The nodes that a whole column of a statement leads to; many columns may share them."""
        if len(edges) == 1:  # which statements may share, though not what stands behind it
            return self.each(block, (edges,))[0]
        known = self._known.get(id(edges))
        if known is None:
            known = self._known[id(edges)] = (edges, self.each(block, (edges,))[0])
        return known[1]

    def each(self, block: Block, columns: Iterable[Sequence[Edge]]) -> list[Ends]:
        """The nodes that each of some whole columns of a statement leads to."""
        slots, base = self.layouts.slots(block), self.linked[block.number].first
        nodes, paths = self.nodes, self.nodes.paths
        found: list[Ends] = []
        for edges in columns:
            if len(edges) == 1:
                slot, key, path, _, _, strength = edges[0]
                if isinstance(key, int) and key >= 0:  # as most
                    number, at = slots[slot - base]
                    node = at[key]
                    if path:
                        node = paths[number].get((node, path)) or nodes.inside(number, node, by_name(path))
                    found.append(((node,), ()) if strength == NAMED else ((), (node,)))
                    continue
            sure: list[int] = []
            perhaps: list[int] = []
            for slot, key, path, _, _, strength in edges:
                number, at = slots[slot - base]
                ends = sure if strength == NAMED else perhaps
                if not isinstance(key, int):
                    ends.append(nodes.node(number, key, path))
                elif key == WHOLE:
                    ends += self._part_of_row(number, path)
                else:
                    node = at[key]
                    if path and key != ROWS:
                        inside = paths[number].get((node, path))
                        if inside is None and BY_ORDER in path:
                            found += self.each(block, (self._told(block, edges),))
                            break
                        node = inside or nodes.inside(number, node, path)
                    ends.append(node)
            else:
                found.append((_once(sure), _once(perhaps)))
        return found

    def inside(self, block: Block, edges: Sequence[Edge], asked: str, own: int) -> Ends:
        """The nodes that the part `asked` of a column of a statement, which fills the table `own`, leads to."""
        slots, base = block.slots, self.linked[block.number].first
        if len(edges) == 1:
            slot, key, path, into, clear, strength = edges[0]
            if not into and (not path or not clear):  # as most
                return self.each(block, (((slot, key, asked if clear else path, "", False, strength),),))[0]
        met: list[Edge] = []
        if ORDERED in [edge[4] for edge in edges]:
            edges = self._told(block, edges)
        for slot, key, path, into, clear, strength in self._met(edges, asked):
            way = path
            if into:
                found = part(path, into, clear, asked)
                if found is None:
                    continue
                way = found[0]
            elif clear and not (path and slots[slot - base] == own and f".{path}." in f".{asked}."):
                # What a table asks of itself would grow with each round: then all that is at the path counts.
                way = joined(path, asked)
            met.append((slot, key, way, "", False, strength))
        return self.each(block, (met,))[0]

    def _told(self, block: Block, edges: Sequence[Edge]) -> Sequence[Edge]:
        """The edges of a column, or of the rows, where order joins nothing any more."""
        known = self._clear.get(id(edges))
        if known is None:
            known = self._clear[id(edges)] = (edges, self.layouts.told(block, edges))
        return known[1]

    def _part_of_row(self, table: int, way: str) -> list[int]:
        """The nodes that a part of a table's row leads to."""
        known = self._members.get((table, way))
        if known is None:
            asked = self.nodes.members(table, way) if way != LENGTH else ()
            known = self._members[table, way] = [self.nodes.node(table, *member) for member in asked]
        return known

    def forget(self) -> None:
        """Let go of what was found, which takes as much room as all else that a closure needs."""
        self.layouts.forget()
        self._known.clear()
        self._parts.clear()
        self._clear.clear()
        self._members.clear()

    def _met(self, edges: Sequence[Edge], asked: str) -> Sequence[Edge]:
        """Those of a column's edges that the part `asked` of it can meet, found at once where there are many."""
        if len(edges) < _MANY:
            return edges
        known = self._parts.get(id(edges))
        if known is None:
            known = self._parts[id(edges)] = (edges, _Parts(edges))
        return known[1].met(asked)

    def rest(self, block: Block, excluded: frozenset[str]) -> Ends:
        """The nodes of what an open statement may take besides its columns, but for some names."""
        linked = self.linked[block.number]
        known = self._known.get(id(linked.rest)) if not excluded else None
        if known is None:
            edges: list[Edge] = [
                (slot, key | excluded if keeps and not isinstance(key, int) else key, path, "", False, strength)
                for slot, key, path, strength, keeps, guard in linked.rest
                if guard not in excluded
            ]
            known = (linked.rest, self.each(block, (edges,))[0])
            if not excluded:
                self._known[id(linked.rest)] = known
        return known[1]


def _once(nodes: list[int]) -> tuple[int, ...]:
    """Each of some nodes once, in as little room as can be."""
    return tuple(dict.fromkeys(nodes)) if len(nodes) > 1 else tuple(nodes)


class _Parts:
    """The edges of a column by the part of its value that each of them makes."""

    __slots__ = ("_at", "_below", "_edges")

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._edges = edges
        self._at: dict[str, list[int]] = {}
        self._below: dict[str, list[int]] = {}
        for number, edge in enumerate(edges):
            self._at.setdefault(edge[3], []).append(number)
            for above in _prefixes(edge[3]):
                self._below.setdefault(above, []).append(number)

    def met(self, asked: str) -> list[Edge]:
        """The edges that make what is asked for, something in it, or something around it."""
        found = [*self._at.get("", ()), *self._at.get(asked, ()), *self._below.get(asked, ())]
        for above in _prefixes(asked):
            found += self._at.get(above, ())
        return [self._edges[number] for number in sorted(found)]


def _prefixes(path: str) -> list[str]:
    """What `path` is in: `a` and `a.b` of `a.b.c`."""
    return [path[:at] for at, char in enumerate(path) if char == "."]
