"""Texts of SQL and declared tables → who reaches what: the whole of linking in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from trackplan.cache.pack import Pack
from trackplan.facts.declared import Consumer
from trackplan.link import ahead
from trackplan.link.askers import Askers, wants
from trackplan.link.closure import Closure
from trackplan.link.demand import Demand
from trackplan.link.edges import shortened
from trackplan.link.expand import expand
from trackplan.link.frames import ROWS, WHOLE, Key, bits
from trackplan.link.kept import Kept
from trackplan.link.layouts import Layouts
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Program
from trackplan.link.reached import Masks
from trackplan.link.relations import Relation
from trackplan.link.targets import Targets
from trackplan.sql.values import by_name, part


class Linking(Struct):
    """A linked program and its closure. `governed` are the relations that a plan rules over, by id."""

    program: Program
    demand: Demand
    nodes: Nodes
    askers: Askers
    closure: Closure
    governed: dict[str, Relation]
    spelled: dict[str, str] = {}
    _models: list[int] = []

    @property
    def linked(self) -> list[Linked]:
        """The linked statements by their numbers."""
        return self.demand.linked

    @property
    def circular(self) -> list[Relation]:
        """The relations that depend on themselves."""
        return self.demand.expanded.circular

    @property
    def references(self) -> int:
        """How many names of columns were looked up."""
        return sum(linked.references for linked in self.linked)

    @property
    def unclear(self) -> int:
        """How many of them were not resolved for sure."""
        return sum(linked.unclear for linked in self.linked)

    def masks(self, node: int) -> Masks:
        """Who reaches a node."""
        found = self.closure.masks(node)
        named, star, possible = found
        return (named, star, self.askers.texts.spread(possible)) if possible else found

    def models(self, nodes: Iterable[int]) -> list[int]:
        """The tables of the models that surely read one of some nodes, directly or through others."""
        if not self._models:
            self._spread_models()
        mask = 0
        for node in nodes:
            mask |= self._models[node]
        return [self.askers.models[bit] for bit in bits(mask)]

    def behind(self, number: int, key: Key, path: str) -> Iterator[tuple[int, Key, str]]:
        """What flows by value into a column of a table, or all but some: table, key and path, one step away."""
        table, names = self.program.tables[number], self.nodes.names[number]
        wanted = [key] if isinstance(key, int) else [p for p, n in enumerate(names) if n.lower() not in key]
        for base in (*table.bases, *table.copied):
            found = (self.nodes.index[base].get(names[position].lower()) for position in wanted)
            yield from ((base, position, path) for position in found if position is not None)
        for block in table.builders:
            if block.hollow:
                continue
            linked = self.linked[block.number]
            ways = self.closure.ways(table, block)
            for position in wanted:
                for at in ways[position]:
                    for frame, target, inside, into, clear, _ in linked.columns[at]:
                        inner = part(inside, into, clear, path) if target != ROWS else None
                        if inner is not None:
                            slot = frame - linked.first
                            for member in self._inside(block, slot, target, shortened(by_name(inner[0]))):
                                yield block.slots[slot], *member

    def _inside(self, block: Block, slot: int, key: Key, path: str) -> list[tuple[Key, str]]:
        """The positions in a table, and the paths there, of what a statement calls so in a slot."""
        number = block.slots[slot]
        if key == WHOLE:
            return self.nodes.members(number, path)
        known = len(self.program.tables[number].frame.names)
        if not isinstance(key, int) or key < known:
            return [(key, path)]
        name = self.linked[block.number].asks[slot][key - known][0]
        return [(self.nodes.index[number][name.lower()], path)]

    def _spread_models(self) -> None:
        self._models = found = [0] * self.nodes.count
        for bit, number in enumerate(self.askers.models):
            found[self.nodes.itself(number)] = 1 << bit
        for together, circular in self.closure.parts:
            again = True
            while again:
                again = False
                for table in together:
                    again |= self._spread_of(table) and circular

    def _spread_of(self, table: int) -> bool:
        """Pass on which models read a table to what it is made of; whether that was news anywhere."""
        found, news = self._models, False
        itself = found[self.nodes.itself(table)]
        for sources, sure, _, own in self.closure.steps[table]:
            mask = itself if own else 0
            for source in sources:
                mask = mask | found[source] if mask else found[source]  # most are told once, and share one number
            if not mask:
                continue
            for target in sure:
                known = found[target]
                if known != mask:
                    both = known | mask if known else mask
                    if both != known:
                        found[target] = both
                        news = True
        return news


def link(
    program: Program,
    declared: Sequence[Consumer],
    governed: dict[str, Relation],
    kept: Kept | None = None,
    jobs: int = 1,
) -> Linking:
    """Link the statements of `program` and follow every use to its end; what was `kept` is not linked again.

    The result does not depend on how many processes share the work, `jobs` at the most.
    """
    for relation in program.registry.relations:
        program.table(relation)
    expanded = expand(program)
    demand = Demand(program, expanded, kept or Kept(program, Pack()))
    wants(program, demand, declared)
    demand.ready = ahead.linked(demand, jobs)
    demand.run()
    nodes = Nodes.of(program)
    askers = Askers(program)
    askers.gather(declared, expanded.circular)
    closure = Closure(program, demand.linked, nodes, Targets(demand.linked, nodes, Layouts(demand.linked, nodes)))
    askers.ask(closure, declared)
    closure.run()
    askers.settle(closure)
    linking = Linking(program, demand, nodes, askers, closure, governed)
    for linked in demand.linked:
        for lower, path in linked.spelled.items():
            linking.spelled.setdefault(lower, path)
    return linking
