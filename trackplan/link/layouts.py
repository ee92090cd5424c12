"""The structs of tables: which members they have, in which order, as far as anybody knows.

Where order joins structs (`STRUCTS_BY_ORDER`), a name means the same part of each only where their layouts are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from trackplan.errors import TooMuchError
from trackplan.facts.declared import Column
from trackplan.link import filling
from trackplan.link.edges import Edge
from trackplan.link.frames import WHOLE
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes, Slot
from trackplan.link.program import Block, Table
from trackplan.link.sheets import Sheet
from trackplan.link.structs import ANYTHING, LOST, OPEN, Layout, below, bounded, place, united
from trackplan.sql.values import BY_ORDER, ORDERED, by_name, joined

Spot = tuple[int, int]
"""A column of a table: their numbers."""


class Layouts(Struct):
    """Finds the layouts of the columns of tables, and remembers those that were `asked` for.

    `()` is that of what is no struct, or of which nobody knows.
    """

    linked: Sequence[Linked]
    nodes: Nodes
    asked: dict[Spot, Layout] = {}
    _missing: dict[Spot, None] = {}
    _slots: dict[int, list[Slot]] = {}
    _ways: dict[int, Sequence[Sequence[int]]] = {}

    def slots(self, block: Block) -> list[Slot]:
        """The tables that a statement reads, as it sees them."""
        known = self._slots.get(block.number)
        if known is None:
            known = self._slots[block.number] = self.nodes.slots(block, self.linked[block.number])
        return known

    def forget(self) -> None:
        """Let go of all but the layouts that were asked for."""
        self._slots.clear()
        self._ways.clear()

    def told(self, block: Block, edges: Sequence[Edge]) -> Sequence[Edge]:
        """Edges of one column, or of the rows, of a statement: either clear or not, whatever order joins there."""
        groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for number, (_, _, path, into, clear, _) in enumerate(edges):
            if clear == ORDERED or BY_ORDER in path:
                before, _, rest = path.partition(BY_ORDER)
                groups.setdefault((into, rest), []).append((number, before.removesuffix(".")))
        told = list(edges)
        for group in groups.values():
            alike = self._alike(block, [(edges[number], before) for number, before in group])
            for number, before in group:
                slot, key, path, into, clear, strength = edges[number]
                told[number] = slot, key, by_name(path) if alike else before, into, alike and bool(clear), strength
        return told

    def fits(self, table: Table, position: int, block: Block, at: int) -> bool:
        """Whether a statement gives a column of a table that is there the members that it has, in their order."""
        spot = table.number, position
        return not block.ordered or self._found(lambda: united([self._of(spot), self._column(block, at)]) is not None)

    def _alike(self, block: Block, group: Sequence[tuple[Edge, str]]) -> bool:
        behind = self._behind
        return len(group) < 2 or self._found(lambda: united(behind(block, *each) for each in group) is not None)

    def _found(self, ask: Callable[[], bool]) -> bool:
        """What `ask` gives once all that it asks for is known."""
        while True:
            self._missing.clear()
            answer = ask()
            if not self._missing:
                return answer
            self._find(list(self._missing))

    def _find(self, pending: list[Spot]) -> None:
        """Find the layouts of some columns, those first that others rest on: one by one, since they may go deep."""
        under_way = set(pending)
        while pending:
            spot = pending[-1]
            if spot not in self.asked:
                self._missing.clear()
                layout = self._layout(spot)
                fresh = [each for each in self._missing if each not in under_way]
                if fresh:
                    pending += fresh
                    under_way.update(fresh)
                    continue
                self.asked[spot] = layout
            pending.pop()

    def _of(self, spot: Spot) -> Layout:
        """The layout of a column of a table; that of anything as long as it is not known."""
        known = self.asked.get(spot)
        if known is None:
            self._missing[spot] = None
            return ANYTHING
        return known

    def _layout(self, spot: Spot) -> Layout:
        """The layout of a column of a table, as far as those are known that it rests on."""
        number, position = spot
        nodes, table = self.nodes, self.nodes.tables[number]
        name = nodes.names[number][position].lower()
        bases = (*table.bases, *table.copied)
        found = [self._of((base, nodes.index[base][name])) for base in bases if name in nodes.index[base]]
        for block in table.builders:
            if not (block.hollow or block.ordered):
                found += [self._column(block, at) for at in self._places(table, block)[position]]
        column = table.relation.columns.get(name) if table.relation is not None else None
        return _either(found) if found else tuple(_declared(column)) if column is not None else ()

    def _places(self, table: Table, block: Block) -> Sequence[Sequence[int]]:
        known = self._ways.get(block.number)
        if known is None:
            linked = self.linked[block.number]
            known = self._ways[block.number] = filling.ways(table, block, linked, self.nodes)
        return known

    def _column(self, block: Block, at: int) -> Layout:
        """The layout of a column that a statement gives."""
        linked = self.linked[block.number]
        if not linked.columns[at]:
            return ANYTHING
        places: dict[str, list[Edge]] = {}
        for edge in linked.columns[at]:
            places.setdefault(edge[3], []).append(edge)
        ways: list[str] = []
        for way in linked.layouts.get(at) or [joined(into, OPEN) for into in places]:
            if way.endswith(OPEN):
                clear = [each for each in places.get(place(way), ()) if each[4]]
                inner = _either(self._behind(block, each, each[2]) for each in clear) if clear else ()
                ways += [joined(place(way), each) for each in inner or ("",)]
            else:
                ways.append(way)
        return bounded([way for way in ways if way])

    def _behind(self, block: Block, edge: Edge, path: str) -> Layout:
        """The layout of what is at a path behind an edge."""
        nodes, key = self.nodes, edge[1]
        number, at = self.slots(block)[edge[0] - self.linked[block.number].first]
        path = by_name(path)
        if not isinstance(key, int):
            return ()
        if key >= 0:
            return below(self._of((number, at[key] - nodes.first[number])), path)
        if key != WHOLE:
            return ()
        ways: list[str] = []
        for position, name in enumerate(nodes.names[number]):
            ways += [joined(name.lower(), way) for way in self._of((number, position)) or ("",)]
        return below(bounded(ways), path)


class Recalled(Layouts, kw_only=True):
    """Tells the layouts that a whole run asked for. Raises `TooMuchError` for others."""

    sheet: Callable[[int], Sheet]

    def _layout(self, spot: Spot) -> Layout:
        for position, layout in self.sheet(spot[0]).layouts:
            if position == spot[1]:
                return layout
        raise TooMuchError


def _either(layouts: Iterable[Layout]) -> Layout:
    """The layout of one of several values; one that is like no other where they differ."""
    found = united(layouts)
    return LOST if found is None else found


def _declared(column: Column) -> list[str]:
    """The ways to the members of a column that is declared."""
    found: list[str] = []
    for member in column.columns:
        found += [joined(member.name.lower(), way) for way in _declared(member) or [""]]
    return found
