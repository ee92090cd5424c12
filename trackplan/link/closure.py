"""The closure: for every column, which askers (consumers, models, texts not understood) it reaches, and how surely.

Askers are bits of one integer, so that a column's whole answer is three integers, one per strength. What is named, or
taken by a star, spreads along sure edges alone; what is only possible along all of them. Tables are handled after all
that read them, so that each edge is walked once; only what depends on itself is gone through until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trackplan.link.components import components
from trackplan.link.frames import ALL, NAMED, STAR, Key
from trackplan.link.linked import FlatEdge, Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Program, Table

Masks = tuple[int, int, int]
"""The askers that reach something: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)


@dataclass(slots=True)
class Closure:
    """Spreads the askers' bits from what they ask for to everything that stands behind it.

    `takers` are the bits that ask a built table for all it has, by table. `trail` are the sure steps from a node to
    others, in the order in which they were gone, time and again if the program is `circular`; `perhaps` has who asks a
    table that a text may write to, by the text.
    """

    program: Program
    linked: Sequence[Linked]
    nodes: Nodes
    takers: dict[int, int] = field(default_factory=dict)
    trail: list[tuple[int, int]] = field(default_factory=list)
    perhaps: dict[int, int] = field(default_factory=dict)
    circular: bool = False
    _named: list[int] = field(default_factory=list)
    _star: list[int] = field(default_factory=list)
    _possible: list[int] = field(default_factory=list)
    _asked: dict[int, list[list[int]]] = field(default_factory=dict)
    _changed: bool = False

    def ask(self, table: int, key: Key, bits: int, strength: int) -> None:
        """Askers take a column, the rows, or all columns of a table."""
        self._ask(self.nodes.node(table, key, ""), bits, strength)

    def ask_node(self, node: int, bits: int, strength: int) -> None:
        """Askers take what is at a node."""
        masks = (bits, 0, 0) if strength == NAMED else (0, bits, 0) if strength == STAR else (0, 0, bits)
        self._push(-1, node, NAMED, masks)

    _ask = ask_node

    def take(self, block: Block, bits: int, source: int = -1) -> None:
        """Askers take all that a statement gives."""
        linked = self.linked[block.number]
        named, star = (bits, 0, 0), (0, bits, 0)
        for position, edges in enumerate(linked.columns):
            starred = linked.starred is not None and linked.starred[position]
            self._through(source, block, edges, "", star if starred else named)
        if linked.open:
            self._rest(source, block, ALL, star)
        self._through(source, block, linked.rows, "", named)

    def masks(self, node: int) -> Masks:
        """Who reaches a node; only after `run`."""
        return (self._named[node], self._star[node], self._possible[node]) if node < len(self._named) else NONE

    def run(self) -> None:
        """Spread what was asked for to its ends."""
        reads: list[set[int]] = [set() for _ in self.program.tables]
        for table in self.program.tables:
            reads[table.number].update(table.bases, table.copied)
            for block in table.builders:
                reads[table.number].update(block.slots)
        for part in reversed(list(components([sorted(needed) for needed in reads]))):
            circular = len(part) > 1 or part[0] in reads[part[0]]
            self.circular = self.circular or circular
            self._changed = True
            while self._changed:
                self._changed = False
                for number in sorted(part):
                    self._spread(self.program.tables[number])
                if not circular:
                    break
        self._grow()

    def _grow(self) -> None:
        for masks in (self._named, self._star, self._possible):
            masks.extend([0] * (self.nodes.count - len(masks)))

    def _push(self, source: int, node: int, strength: int, masks: Masks) -> None:
        """Pass masks on along one edge."""
        if node >= len(self._named):
            self._grow()
        named, star, possible = masks
        if strength != NAMED:
            named, star, possible = 0, 0, named | star | possible
        elif source >= 0:
            self.trail.append((source, node))
        for mine, fresh in ((self._named, named), (self._star, star), (self._possible, possible)):
            if fresh and fresh | mine[node] != mine[node]:
                mine[node] |= fresh
                self._changed = True

    def _through(self, source: int, block: Block, edges: Sequence[FlatEdge], path: str, masks: Masks) -> None:
        """Pass masks on along the edges of a column of a statement, of which `path` is asked."""
        nodes, slots = self.nodes, block.slots
        asked = self._asked.get(block.number)
        if asked is None:
            asked = self._asked[block.number] = nodes.asked(block, self.linked[block.number])
        for slot, key, inside, into, clear, strength in edges:
            way: str | None = inside
            if path:
                way = below(inside, into, clear, path)
                if way is None:
                    continue
            number = slots[slot]
            if isinstance(key, int) and key >= 0:
                known = len(nodes.tables[number].frame.names)
                node = nodes.first[number] + key if key < known else asked[slot][key - known]
                if way:
                    node = nodes.inside(number, node, way)
            else:
                node = nodes.node(number, key, way or "")
            self._push(source, node, strength, masks)

    def _rest(self, source: int, block: Block, excluded: frozenset[str], masks: Masks) -> None:
        """Pass masks on to what an open statement may take besides its columns, but for some names."""
        for slot, key, path, strength, keeps, guard in self.linked[block.number].rest:
            if guard not in excluded:
                hidden = key | excluded if keeps and not isinstance(key, int) else key
                self._through(source, block, ((slot, hidden, path, "", False, strength),), "", masks)

    def _spread(self, table: Table) -> None:
        """Pass on what reaches a table to what it is made of."""
        self._grow()
        number, nodes = table.number, self.nodes
        done = 0
        while done < len(nodes.alls[number]):
            for (excluded, path), node in list(nodes.alls[number].items())[done:]:
                done += 1
                self._all(table, excluded, path, node)
        itself = nodes.itself(number)
        for block in table.builders:
            if number in self.takers:
                self.take(block, self.takers[number], itself)
            self._built(table, block)
        for base in (*table.bases, *table.copied):
            self._shown(table, base)
        if table.perhaps:
            self._written(table)

    def _built(self, table: Table, block: Block) -> None:
        """What a statement gives for the columns of the table that it fills."""
        nodes, linked, number = self.nodes, self.linked[block.number], table.number
        first, count = nodes.first[number], len(nodes.names[number])
        ways = self.ways(table, block)
        for position, found in enumerate(ways):
            masks = self.masks(first + position)
            if masks != NONE:
                for at in found:
                    self._through(first + position, block, linked.columns[at], "", masks)
        masks = self.masks(first + count)
        if masks != NONE:
            self._through(first + count, block, linked.rows, "", masks)
        done = 0
        while done < len(nodes.paths[number]):
            for (column, path), node in list(nodes.paths[number].items())[done:]:
                done += 1
                for at in ways[column - first]:
                    self._through(node, block, linked.columns[at], path, self.masks(node))
        if block.by_position and (table.frame.open or linked.open):
            self._anywhere(table, block, linked)

    def ways(self, table: Table, block: Block) -> Sequence[Sequence[int]]:
        """For each column of a table, where it stands in what a statement that builds it gives."""
        linked = self.linked[block.number]
        names = self.nodes.names[table.number]
        if block.by_position:
            unclear = table.frame.open or linked.open
            return [() if unclear or p >= len(linked.columns) else (p,) for p in range(len(names))]
        index = linked.index()
        return [linked.positions(name, index) for name in names]

    def _anywhere(self, table: Table, block: Block, linked: Linked) -> None:
        """A statement that fills a table by position, where nobody knows the positions."""
        number = table.number
        first = self.nodes.first[number]
        asked = 0
        for node in (*range(first, first + len(self.nodes.names[number])), *self.nodes.paths[number].values()):
            asked |= _any(self.masks(node))
        for edges in linked.columns:
            self._through(-1, block, edges, "", (0, 0, asked))
        self._rest(-1, block, ALL, (0, 0, asked))

    def _shown(self, table: Table, base: int) -> None:
        """What a table that stands for others, or is a copy of another, takes from one of them."""
        nodes, number = self.nodes, table.number
        first = nodes.first[number]
        for name, position in nodes.index[number].items():
            target = nodes.index[base].get(name)
            if target is not None:
                self._push(first + position, nodes.first[base] + target, table.strength, self.masks(first + position))
        rows = nodes.rows(number)
        self._push(rows, nodes.rows(base), table.strength, self.masks(rows))
        for (column, path), node in list(nodes.paths[number].items()):
            target = nodes.index[base].get(nodes.names[number][column - first].lower())
            if target is not None:
                inner = nodes.inside(base, nodes.first[base] + target, path)
                self._push(node, inner, table.strength, self.masks(node))
        if number in self.takers:
            self._taken(table, base)

    def _taken(self, table: Table, base: int) -> None:
        bits, itself = self.takers[table.number], self.nodes.itself(table.number)
        for position in range(len(self.nodes.names[base])):
            self._push(itself, self.nodes.first[base] + position, NAMED, (0, bits, 0))
        self._push(itself, self.nodes.rows(base), NAMED, (bits, 0, 0))
        if table.frame.open:
            self._push(itself, self.nodes.node(base, ALL, ""), NAMED, (0, bits, 0))

    def _all(self, table: Table, excluded: frozenset[str], path: str, node: int) -> None:
        """All columns of a table but some: those that are known, and what else it may have."""
        nodes, number, masks = self.nodes, table.number, self.masks(node)
        first = nodes.first[number]
        for position, name in enumerate(nodes.names[number]):
            if name.lower() not in excluded:
                self._push(node, nodes.inside(number, first + position, path), NAMED, masks)
        if not table.frame.open:
            return
        for block in table.builders:
            linked = self.linked[block.number]
            for name, edges in zip(linked.names, linked.columns, strict=True):
                if name.lower() not in excluded and (block.by_position or not name):
                    self._through(node, block, edges, "", masks)
            self._rest(node, block, excluded, masks)
        for base in (*table.bases, *table.copied):
            self._push(node, nodes.node(base, excluded, ""), table.strength, masks)

    def _written(self, table: Table) -> None:
        """Whoever asks a table that a text may have written asks that text."""
        number = table.number
        first = self.nodes.first[number]
        asked = 0
        for node in (
            *range(first, first + len(self.nodes.names[number]) + 1),
            *self.nodes.paths[number].values(),
            *self.nodes.alls[number].values(),
        ):
            asked |= _any(self.masks(node))
        for text in table.perhaps:
            self.perhaps[text] = self.perhaps.get(text, 0) | asked


def _any(masks: Masks) -> int:
    return masks[0] | masks[1] | masks[2]


def below(path: str, into: str, clear: bool, asked: str) -> str | None:
    """Where in an edge's target the `asked` path is found; None if it is another part of the value."""
    rest = asked
    if into:
        if asked == into:
            rest = ""
        elif asked.startswith(f"{into}."):
            rest = asked[len(into) + 1 :]
        elif not asked or into.startswith(f"{asked}."):
            rest = ""
        else:
            return None
    if not clear or not rest:
        return path
    return f"{path}.{rest}" if path else rest
