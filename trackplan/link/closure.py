"""The closure: for every column, which askers (consumers, models, texts not understood) it reaches, and how surely.

Askers are bits of one integer, so that a column's whole answer is three integers, one per strength. What is named, or
taken by a star, spreads along sure edges alone; what is only possible along all of them. Tables are handled after all
that read them, so that each edge is walked once; only what depends on itself is gone through until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trackplan.link.components import components
from trackplan.link.edges import Edge
from trackplan.link.frames import ALL, NAMED, STAR, Key, unnamed
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Program, Table
from trackplan.link.targets import Ends, Targets

Masks = tuple[int, int, int]
"""The askers that reach something: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)


@dataclass(slots=True)
class Closure:
    """Spreads the askers' bits from what they ask for to everything that stands behind it.

    `takers` are the bits that ask a built table for all it has, by table. `trail` are the sure steps from nodes to
    others, in the order in which they were gone, time and again if the program is `circular`; `perhaps` has who asks a
    table that a text may write to, by the text.
    """

    program: Program
    linked: Sequence[Linked]
    nodes: Nodes
    targets: Targets
    takers: dict[int, int] = field(default_factory=dict)
    trail: list[tuple[Sequence[int], Sequence[int]]] = field(default_factory=list)
    perhaps: dict[int, int] = field(default_factory=dict)
    circular: bool = False
    _named: list[int] = field(default_factory=list)
    _star: list[int] = field(default_factory=list)
    _possible: list[int] = field(default_factory=list)
    _changed: bool = False

    def ask(self, table: int, key: Key, bits: int, strength: int) -> None:
        """Askers take a column, the rows, or all columns of a table."""
        masks = (bits, 0, 0) if strength == NAMED else (0, bits, 0) if strength == STAR else (0, 0, bits)
        self._give((), ([self.nodes.node(table, key, "")], []), masks)

    def take(self, block: Block, bits: int) -> None:
        """Askers take all that a statement gives."""
        linked = self.linked[block.number]
        named, star = (bits, 0, 0), (0, bits, 0)
        for position, edges in enumerate(linked.columns):
            starred = linked.starred is not None and linked.starred[position]
            self._give((), self.targets.behind(block, edges), star if starred else named)
        if linked.open:
            self._rest((), block, ALL, star)
        self._give((), self.targets.behind(block, linked.rows), named)

    def masks(self, node: int) -> Masks:
        """Who reaches a node."""
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
        self.targets.forget()

    def ways(self, table: Table, block: Block) -> Sequence[Sequence[int]]:
        """For each column of a table, where it stands in what a statement that builds it gives."""
        linked = self.linked[block.number]
        names = self.nodes.names[table.number]
        if block.by_position:
            unclear = table.frame.open or linked.open
            return [() if unclear or p >= len(linked.columns) else (p,) for p in range(len(names))]
        if names == linked.names and len(self.nodes.index[table.number]) == len(names):  # each name stands there once
            return [(position,) for position in range(len(names))]
        index = linked.index()
        found = [linked.positions(name, index) for name in names]
        mine = [position for position, name in enumerate(names) if not name]
        nameless = unnamed(linked.names) if mine else []
        for nth, position in enumerate(mine):
            found[position] = nameless[nth : nth + 1] if len(mine) == len(nameless) else nameless
        return found

    def _grow(self) -> None:
        missing = [0] * (self.nodes.count - len(self._named))
        for masks in (self._named, self._star, self._possible):
            masks.extend(missing)

    def _give(self, sources: Sequence[int], targets: Ends, masks: Masks) -> None:
        """Pass masks on to nodes: to those that are surely meant, and to those that may be."""
        if self.nodes.count > len(self._named):
            self._grow()
        sure, perhaps = targets
        if sources and sure:
            self.trail.append((sources, sure))
        named, star, possible = masks
        if sure and named:
            self._mark(self._named, sure, named)
        if sure and star:
            self._mark(self._star, sure, star)
        if sure and possible:
            self._mark(self._possible, sure, possible)
        if perhaps:
            self._mark(self._possible, perhaps, named | star | possible)

    def _mark(self, known: list[int], nodes: Sequence[int], fresh: int) -> None:
        """Add askers to those of some nodes."""
        for node in nodes:
            before = known[node]
            after = before | fresh if before else fresh  # most are reached once, and share one number
            if after != before:
                known[node] = after
                self._changed = True

    def _rest(self, sources: Sequence[int], block: Block, excluded: frozenset[str], masks: Masks) -> None:
        """Pass masks on to what an open statement may take besides its columns, but for some names."""
        self._give(sources, self.targets.rest(block, excluded), masks)

    def _spread(self, table: Table) -> None:
        """Pass on what reaches a table to what it is made of."""
        self._grow()
        number, nodes = table.number, self.nodes
        done = 0
        while done < len(nodes.alls[number]):
            for (excluded, path), node in list(nodes.alls[number].items())[done:]:
                done += 1
                self._all(table, excluded, path, node)
        for block in table.builders:
            if not block.hollow:
                self._built(table, block)
        for base in (*table.bases, *table.copied):
            self._shown(table, base)
        if table.perhaps:
            self._written(table)

    def _built(self, table: Table, block: Block) -> None:
        """What a statement gives for the columns of the table that it fills, and to the table itself."""
        nodes, linked, number = self.nodes, self.linked[block.number], table.number
        first, count = nodes.first[number], len(nodes.names[number])
        bits, itself = self.takers.get(number, 0), nodes.itself(number)
        ways = self.ways(table, block)
        askers: list[list[int]] = [[] for _ in linked.columns]
        for position, found in enumerate(ways):
            for at in found:
                askers[at].append(first + position)
        # Columns that take the very same (all of a wide table, say) pass on what reaches them together.
        together: dict[int, tuple[Sequence[Edge], list[int], Masks]] = {}
        for at, (edges, sources) in enumerate(zip(linked.columns, askers, strict=True)):
            if not edges:
                continue
            starred = linked.starred is not None and linked.starred[at]
            named, star, possible = (0, bits, 0) if starred else (bits, 0, 0)
            for source in sources:
                named |= self._named[source]
                star |= self._star[source]
                possible |= self._possible[source]
            if named or star or possible:
                known = together.get(id(edges))
                if known is None:
                    together[id(edges)] = (edges, [itself, *sources], (named, star, possible))
                else:
                    known[1].extend(sources)
                    n, s, p = known[2]
                    together[id(edges)] = (edges, known[1], (named | n, star | s, possible | p))
        for edges, sources, masks in together.values():
            self._give(sources, self.targets.behind(block, edges), masks)
        named, star, possible = self.masks(first + count)
        self._give((first + count, itself), self.targets.behind(block, linked.rows), (named | bits, star, possible))
        if linked.open and bits:
            self._rest((itself,), block, ALL, (0, bits, 0))
        done = 0
        while done < len(nodes.paths[number]):
            for (column, path), node in list(nodes.paths[number].items())[done:]:
                done += 1
                for at in ways[column - first]:
                    if edges := linked.columns[at]:
                        self._give((node,), self.targets.inside(block, edges, path), self.masks(node))
        if block.by_position and (table.frame.open or linked.open):
            self._anywhere(table, block, linked)

    def _anywhere(self, table: Table, block: Block, linked: Linked) -> None:
        """A statement that fills a table by position, where nobody knows the positions."""
        number = table.number
        first = self.nodes.first[number]
        asked = self._asking((*range(first, first + len(self.nodes.names[number])), *self.nodes.paths[number].values()))
        for edges in linked.columns:
            self._give((), self.targets.behind(block, edges), (0, 0, asked))
        self._rest((), block, ALL, (0, 0, asked))

    def _shown(self, table: Table, base: int) -> None:
        """What a table that stands for others, or is a copy of another, takes from one of them."""
        nodes, number = self.nodes, table.number
        first = nodes.first[number]
        for name, position in nodes.index[number].items():
            target = nodes.index[base].get(name)
            if target is not None:
                self._step(first + position, nodes.first[base] + target, table.strength)
        for column, source in ((c, s) for c in _unnamed(nodes, base) for s in _unnamed(nodes, number)):
            self._step(source, column, table.strength)
        rows = nodes.rows(number)
        self._step(rows, nodes.rows(base), table.strength)
        for (column, path), node in list(nodes.paths[number].items()):
            target = nodes.index[base].get(nodes.names[number][column - first].lower())
            if target is not None:
                self._step(node, nodes.inside(base, nodes.first[base] + target, path), table.strength)
        if number in self.takers:
            self._taken(table, base)

    def _step(self, source: int, node: int, strength: int) -> None:
        """Pass on what reaches one node to another."""
        targets: Ends = ([node], []) if strength == NAMED else ([], [node])
        self._give((source,), targets, self.masks(source))

    def _taken(self, table: Table, base: int) -> None:
        bits, itself = self.takers[table.number], (self.nodes.itself(table.number),)
        first = self.nodes.first[base]
        self._give(itself, (range(first, first + len(self.nodes.names[base])), []), (0, bits, 0))
        self._give(itself, ([self.nodes.rows(base)], []), (bits, 0, 0))
        if table.frame.open:
            self._give(itself, ([self.nodes.node(base, ALL, "")], []), (0, bits, 0))

    def _all(self, table: Table, excluded: frozenset[str], path: str, node: int) -> None:
        """All columns of a table but some: those that are known, and what else it may have."""
        nodes, number, masks = self.nodes, table.number, self.masks(node)
        first = nodes.first[number]
        columns = [first + p for p, name in enumerate(nodes.names[number]) if name.lower() not in excluded]
        known = [nodes.inside(number, column, path) for column in columns] if path else columns
        self._give((node,), (known, []), masks)
        if not table.frame.open:
            return
        for block in table.builders:
            if block.hollow:
                continue
            linked = self.linked[block.number]
            for name, edges in zip(linked.names, linked.columns, strict=True):
                if name.lower() not in excluded and (block.by_position or not name):
                    self._give((node,), self.targets.behind(block, edges), masks)
            self._rest((node,), block, excluded, masks)
        for base in (*table.bases, *table.copied):
            self._step(node, nodes.node(base, excluded, ""), table.strength)

    def _written(self, table: Table) -> None:
        """Whoever asks a table that a text may have written asks that text."""
        number = table.number
        first = self.nodes.first[number]
        columns = range(first, first + len(self.nodes.names[number]) + 1)
        asked = self._asking((*columns, *self.nodes.paths[number].values(), *self.nodes.alls[number].values()))
        for text in table.perhaps:
            self.perhaps[text] = self.perhaps.get(text, 0) | asked

    def _asking(self, nodes: Sequence[int]) -> int:
        """Who reaches any of some nodes, however surely."""
        asked = 0
        for node in nodes:
            named, star, possible = self.masks(node)
            asked |= named | star | possible
        return asked


def _unnamed(nodes: Nodes, table: int) -> list[int]:
    """The nodes of the columns that nobody named."""
    return [nodes.first[table] + position for position, name in enumerate(nodes.names[table]) if not name]
