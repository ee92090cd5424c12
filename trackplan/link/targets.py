"""What the edges of linked statements lead to, as numbers of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trackplan.link.edges import Edge
from trackplan.link.frames import NAMED, WHOLE
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block
from trackplan.sql.values import LENGTH, part

Ends = tuple[Sequence[int], Sequence[int]]
"""The nodes that something leads to: those that are surely meant, and those that only may be."""


@dataclass(slots=True)
class Targets:
    """Finds the nodes behind the columns of statements, and remembers those behind whole ones."""

    linked: Sequence[Linked]
    nodes: Nodes
    _asked: dict[int, list[list[int]]] = field(default_factory=dict)
    _known: dict[int, tuple[object, Ends]] = field(default_factory=dict)

    def behind(self, block: Block, edges: Sequence[Edge]) -> Ends:
        """The nodes that whole columns of a statement lead to; many columns may share them."""
        known = self._known.get(id(edges))
        if known is None:
            known = self._known[id(edges)] = (edges, self.inside(block, edges, ""))
        return known[1]

    def inside(self, block: Block, edges: Sequence[Edge], asked: str) -> Ends:
        """The nodes that the part `asked` of a column of a statement leads to."""
        nodes, slots, base = self.nodes, block.slots, self.linked[block.number].first
        later = self._asked.get(block.number)
        if later is None:
            later = self._asked[block.number] = nodes.asked(block, self.linked[block.number])
        if len(edges) == 1 and not asked:
            slot, key, path, _, _, strength = edges[0]
            if strength == NAMED and not path and isinstance(key, int) and key >= 0:
                slot -= base
                number = slots[slot]
                known = len(nodes.tables[number].frame.names)
                return [nodes.first[number] + key if key < known else later[slot][key - known]], ()
        sure: dict[int, None] = {}
        perhaps: dict[int, None] = {}
        for slot, key, path, into, clear, strength in edges:
            way = path
            if asked and (into or clear):
                found = part(path, into, clear, asked)
                if found is None:
                    continue
                way = found[0]
            slot -= base
            number = slots[slot]
            if isinstance(key, int) and key >= 0:
                known = len(nodes.tables[number].frame.names)
                node = nodes.first[number] + key if key < known else later[slot][key - known]
                if way:
                    node = nodes.inside(number, node, way)
            elif key == WHOLE and way == LENGTH:
                continue
            else:
                node = nodes.node(number, *nodes.member(number, way) if key == WHOLE else (key, way))
            (sure if strength == NAMED else perhaps)[node] = None
        return list(sure), list(perhaps)

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
            known = (linked.rest, self.inside(block, edges, ""))
            if not excluded:
                self._known[id(linked.rest)] = known
        return known[1]
