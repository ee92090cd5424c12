"""The closure: for every column, which askers (consumers, models, texts not understood) it reaches, and how surely.

Askers are bits of one integer, so that a column's whole answer is three integers, one per strength. What is named, or
taken by a star, spreads along sure edges alone; what is only possible along all of them. Tables are handled after all
that read them, so that each edge is walked once; only what depends on itself is gone through until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from trackplan.link import filling
from trackplan.link.components import components
from trackplan.link.edges import Edge
from trackplan.link.frames import ALL, NAMED, STAR, Key
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Program, Table
from trackplan.link.reached import NONE, Masks, Reached
from trackplan.link.reached import own as own_masks
from trackplan.link.targets import STARS, TAKES, Ends, Step, Targets


class Closure(Struct):
    """Spreads the askers' bits from what they ask for to everything that stands behind it.

    `takers` are the bits that ask a built table for all it has, by table. `steps` are those from a table's nodes to
    others, by table; `parts` has the tables in the order in which they are gone through, those of a circle together and
    time and again. The steps of a consumer's statement, which start nowhere, are in `taken`, and what else is `asked`
    for by node. `perhaps` has who asks a table that a text may write to, by the text.
    """

    program: Program
    linked: Sequence[Linked]
    nodes: Nodes
    targets: Targets
    takers: dict[int, int] = {}
    steps: dict[int, list[Step]] = {}
    taken: dict[int, list[Step]] = {}
    asked: dict[int, Masks] = {}
    perhaps: dict[int, int] = {}
    parts: list[tuple[list[int], bool]] = []
    reached: Reached = field(default_factory=Reached)

    def ask(self, table: int, key: Key, bits: int, strength: int) -> None:
        """Askers take a column, the rows, or all columns of a table."""
        node = self.nodes.node(table, key, "")
        named, star, possible = self.asked.get(node, NONE)
        if strength == NAMED:
            named |= bits
        elif strength == STAR:
            star |= bits
        else:
            possible |= bits
        self.asked[node] = named, star, possible

    def take(self, block: Block, bits: int) -> None:
        """Askers take all that a statement gives."""
        linked, behind = self.linked[block.number], self.targets.behind
        steps: list[Step] = []
        for position, edges in enumerate(linked.columns):
            starred = linked.starred is not None and linked.starred[position]
            steps.append(((), *behind(block, edges), STARS if starred else TAKES))
        if linked.open:
            steps.append(((), *self.targets.rest(block, ALL), STARS))
        steps.append(((), *behind(block, linked.rows), TAKES))
        self.taken[block.number] = steps
        self._grow()
        self.reached.forget()
        self.reached.go(steps, own_masks(bits))

    def masks(self, node: int) -> Masks:
        """Who reaches a node."""
        masks = self.reached.masks
        return masks[node] if node < len(masks) else NONE

    def run(self) -> None:
        """Spread what was asked for to its ends."""
        self._grow()
        for node, masks in self.asked.items():
            self.reached.give((node,), masks)
        reads: list[set[int]] = [set() for _ in self.program.tables]
        for table in self.program.tables:
            reads[table.number].update(table.bases, table.copied)
            for block in table.builders:
                reads[table.number].update(block.slots)
        for part in reversed(list(components([sorted(needed) for needed in reads]))):
            circular = len(part) > 1 or part[0] in reads[part[0]]
            self.parts.append((sorted(part), circular))
            self.reached.changed = True
            while self.reached.changed:
                self.reached.changed = False
                for number in self.parts[-1][0]:
                    self.reached.forget()
                    self.spread(self.program.tables[number])
                if not circular:
                    break
        self._grow()
        self.targets.forget()

    def ways(self, table: Table, block: Block) -> Sequence[Sequence[int]]:
        """For each column of a table, where it stands in what a statement that builds it gives."""
        return filling.ways(table, block, self.linked[block.number], self.nodes)

    def _grow(self) -> None:
        self.reached.grow(self.nodes.count)

    def _go(self, table: int, sources: Sequence[int], ends: Ends, own: int = 0) -> None:
        """Pass on what reaches some nodes of a table, and what itself takes, to others."""
        self._pass(table, [(sources, *ends, own)])

    def _pass(self, table: int, steps: Sequence[Step]) -> None:
        """Go some steps of a table, one after the other."""
        self.steps[table] += steps
        self._grow()
        self.reached.go(steps, own_masks(self.takers.get(table, 0)))

    def spread(self, table: Table) -> None:
        """Pass on what reaches a table to what it is made of."""
        self._grow()
        number, nodes = table.number, self.nodes
        self.steps[number] = []
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
        alike = not block.by_position and filling.is_alike(table, linked, self.nodes)
        ways = self.ways(table, block) if not alike else []
        askers: list[list[int]] = [[] for _ in linked.columns] if not alike else []
        for position, found in enumerate(ways):
            for at in found:
                askers[at].append(first + position)
        # Columns that take the very same (all of a wide table, say) pass on what reaches them together.
        together: dict[int, int] = {}
        taken: list[Sequence[Edge]] = []
        askers_of: list[list[int]] = []
        owns: list[int] = []
        for at, edges in enumerate(linked.columns):
            if not edges:
                continue
            own = STARS if linked.starred is not None and linked.starred[at] else TAKES
            sources = [first + at] if alike else askers[at]
            if len(edges) > 1:
                known = together.setdefault(id(edges), len(taken))
                if known < len(taken):
                    askers_of[known] += sources
                    owns[known] |= own
                    continue
            taken.append(edges)
            askers_of.append(sources)
            owns.append(own)
        ends = self.targets.each(block, taken)
        self._pass(number, [(s, *end, own) for s, end, own in zip(askers_of, ends, owns, strict=True)])
        self._go(number, (first + count,), self.targets.behind(block, linked.rows), TAKES)
        if linked.open:
            self._go(number, (), self.targets.rest(block, ALL), STARS)
        done = 0
        while done < len(nodes.paths[number]):
            for (column, path), node in list(nodes.paths[number].items())[done:]:
                done += 1
                for at in (column - first,) if alike else ways[column - first]:
                    if not (edges := linked.columns[at]):
                        continue
                    if self.targets.layouts.fits(table, column - first, block, at):
                        self._go(number, (node,), self.targets.inside(block, edges, path, number))
                    else:
                        self._go(number, (node,), self.targets.behind(block, edges))
        if block.by_position and filling.is_unclear(table, block, linked, self.nodes):
            self._anywhere(table, block, linked)

    def _anywhere(self, table: Table, block: Block, linked: Linked) -> None:
        """A statement that fills a table by position, where nobody knows the positions."""
        number = table.number
        first = self.nodes.first[number]
        asked = [*range(first, first + len(self.nodes.names[number])), *self.nodes.paths[number].values()]
        ends = [self.targets.behind(block, edges) for edges in linked.columns] + [self.targets.rest(block, ALL)]
        for sure, perhaps in ends:
            self._go(number, asked, ((), [*sure, *perhaps]))

    def _shown(self, table: Table, base: int) -> None:
        """What a table that stands for others, or is a copy of another, takes from one of them."""
        nodes, number = self.nodes, table.number
        first = nodes.first[number]
        for name, position in nodes.index[number].items():
            target = nodes.index[base].get(name)
            if target is not None:
                self._step(table, first + position, nodes.first[base] + target)
        for column, source in ((c, s) for c in _unnamed(nodes, base) for s in _unnamed(nodes, number)):
            self._step(table, source, column)
        rows = nodes.rows(number)
        self._step(table, rows, nodes.rows(base))
        for (column, path), node in list(nodes.paths[number].items()):
            target = nodes.index[base].get(nodes.names[number][column - first].lower())
            if target is not None:
                self._step(table, node, nodes.inside(base, nodes.first[base] + target, path))
        if number in self.takers:
            self._taken(table, base)

    def _step(self, table: Table, source: int, node: int) -> None:
        """Pass on what reaches one node to another."""
        self._go(table.number, (source,), ([node], ()) if table.strength == NAMED else ((), [node]))

    def _taken(self, table: Table, base: int) -> None:
        first = self.nodes.first[base]
        self._go(table.number, (), (range(first, first + len(self.nodes.names[base])), ()), STARS)
        self._go(table.number, (), ([self.nodes.rows(base)], ()), TAKES)
        if table.frame.open:
            self._go(table.number, (), ([self.nodes.node(base, ALL, "")], ()), STARS)

    def _all(self, table: Table, excluded: frozenset[str], path: str, node: int) -> None:
        """All columns of a table but some: those that are known, and what else it may have."""
        nodes, number, me = self.nodes, table.number, (node,)
        first = nodes.first[number]
        columns = [first + p for p, name in enumerate(nodes.names[number]) if name.lower() not in excluded]
        known = [nodes.inside(number, column, path) for column in columns] if path else columns
        self._go(number, me, (known, ()))
        if not table.frame.open:
            return
        for block in table.builders:
            if block.hollow:
                continue
            linked = self.linked[block.number]
            for name, edges in zip(linked.names, linked.columns, strict=True):
                if name.lower() not in excluded and (block.by_position or not name):
                    self._go(number, me, self.targets.behind(block, edges))
            self._go(number, me, self.targets.rest(block, excluded))
        for base in (*table.bases, *table.copied):
            self._step(table, node, nodes.node(base, excluded, ""))

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
