"""Who asks: consumers, texts that were not understood, and models, each a bit of the closure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from trackplan.facts.declared import IDLE, Consumer
from trackplan.findings import Place
from trackplan.link.closure import Closure
from trackplan.link.demand import Demand
from trackplan.link.frames import ALL, NAMED, POSSIBLE, ROWS, STAR
from trackplan.link.program import Program
from trackplan.link.relations import Relation
from trackplan.link.texts import WRITES, Texts
from trackplan.sql.records import NotUnderstood
from trackplan.sql.text import words


class Askers(Struct):
    """Consumers have the lowest bits, then texts that were not understood; the last bit is that of all models.

    `taken` are the columns that declared consumers take: bit, table, column, how, place. `leaves` counts the models
    that nothing but tests and builds reads; where nobody else is declared, they are consumers (`as_consumers`).
    """

    program: Program
    consumers: list[Consumer] = []
    texts: Texts = field(default_factory=Texts)
    models: list[int] = []
    taken: list[tuple[int, int, int, str, Place]] = []
    leaves: int = 0
    as_consumers: bool = False
    _bits: dict[int, int] = {}

    @property
    def consumer_bits(self) -> int:
        """The bits of all consumers."""
        return (1 << len(self.consumers)) - 1

    @property
    def every_model(self) -> int:
        """The bit that stands for any model; the one behind it for tables that are gone after their text."""
        return 1 << (len(self.consumers) + len(self.texts.texts))

    def bit_of(self, consumer: Consumer) -> int:
        """The bit of a consumer."""
        return self._bits[id(consumer)]

    def gather(self, declared: Sequence[Consumer], circular: Sequence[Relation]) -> None:
        """Find all askers; with no consumer declared but tests and builds, the leaf models stand in for them.

        A relation that depends on itself can't be built as it is written, so it is an unclear text too.
        """
        on_circle = {id(relation) for relation in circular}
        for block in self.program.blocks if circular else ():
            if block.target is not None and id(block.target) in on_circle:
                text = block.unit.sql.text[slice(*block.statement.span)]
                circle = NotUnderstood("circular", "depends on itself", words(text), "*" in text, block.statement.span)
                self.texts.add(block.unit, circle)
        for unit in self.program.units:
            if unit.consumer is not None:
                self._consumer(unit.consumer)
            for statement in unit.record.statements:
                if isinstance(statement, NotUnderstood):
                    self.texts.add(unit, statement)
        for consumer in declared:
            self._consumer(consumer)
        self.models = [t.number for t in self.program.tables if t.relation is not None and t.relation.built]
        read = self._read() | self._taken(declared)
        leaves = [number for number in self.models if number not in read]
        self.leaves = len(leaves)
        self.as_consumers = all(consumer.use in IDLE for consumer in self.consumers)
        for number in leaves if self.as_consumers else ():
            relation = self.program.tables[number].relation
            if relation is not None:
                self._bits[-1 - number] = len(self.consumers)
                self.consumers.append(Consumer("model", relation.id, relation.place or Place("")))
        self.texts.shift = len(self.consumers)

    def ask(self, closure: Closure, declared: Sequence[Consumer]) -> None:
        """Enter what every asker takes into the closure."""
        for block in self.program.blocks:
            if block.unit.consumer is not None and not block.statement.routine:
                closure.take(block, 1 << self.bit_of(block.unit.consumer))
        for consumer in declared:
            self._takes(closure, consumer)
        passing = self.program.passing()
        for number in self.models:
            bit = self._bits.get(-1 - number)
            every = self.every_model << (id(self.program.tables[number].relation) in passing)
            closure.takers[number] = every | (0 if bit is None else 1 << bit)
        self._mentioned(closure)

    def settle(self, closure: Closure) -> None:
        """Once the closure has run: who asks the texts that were not understood."""
        owners = {
            number: 1 << self._bits[id(unit.consumer)]
            for number, (unit, _) in enumerate(self.texts.texts)
            if unit.consumer is not None and id(unit.consumer) in self._bits
        }
        self.texts.settle(owners, closure.perhaps)

    def _consumer(self, consumer: Consumer) -> None:
        """Give a consumer its bit; several texts may be of one consumer."""
        if id(consumer) not in self._bits:
            self._bits[id(consumer)] = len(self.consumers)
            self.consumers.append(consumer)

    def _read(self) -> set[int]:
        """Tables that some statement other than their own reads, or that a text may; tests and builds aside."""
        found: set[int] = set()
        for block in self.program.blocks:
            if block.unit.consumer is not None and block.unit.consumer.use in IDLE:
                continue
            own = self.program.table(block.target).number if block.target is not None else -1
            found.update(n for slot in block.slots for n in self.program.bases(slot) if n != own)
        for word in self.texts.words:
            found.update(self.program.table(relation).number for relation in self._named(word))
        return found

    def _named(self, word: str) -> list[Relation]:
        """The relations, and the functions, that a word may mean."""
        return self.program.registry.named(word) + self.program.routines.named(word)

    def _taken(self, declared: Sequence[Consumer]) -> set[int]:
        taken = (t for c in declared if c.use not in IDLE for t in c.takes)
        found = (r for t in taken for r in self.program.registry.find(t.parts))
        return {self.program.table(relation).number for relation in found}

    def _takes(self, closure: Closure, consumer: Consumer) -> None:
        number = self.bit_of(consumer)
        bit = 1 << number
        for taken in consumer.takes:
            found = self.program.registry.find(taken.parts)
            alone = len(found) == 1
            for relation in found:
                table = self.program.table(relation).number
                how, strength = ("star", STAR) if taken.columns is None else ("output", NAMED)
                wanted = None if taken.columns is None else {c.lower() for c in taken.columns}
                if wanted is None:
                    closure.ask(table, ALL, bit, STAR if alone else POSSIBLE)
                for position, name in enumerate(closure.nodes.names[table]):
                    if wanted is None or name.lower() in wanted:
                        self.taken.append((number, table, position, how, taken.place))
                        closure.ask(table, position, bit, strength if alone else POSSIBLE)
                closure.ask(table, ROWS, bit, NAMED if alone else POSSIBLE)

    def _mentioned(self, closure: Closure) -> None:
        """Whatever an unclear text names may be used by it, and by all who read what it may have written."""
        said, shift, nodes = self.texts.words, self.texts.shift, closure.nodes
        for table in self.program.tables if said else ():
            index = nodes.index[table.number]
            asked = 0
            for position, name in sorted((index[n], n) for n in index.keys() & said.keys()) if table.relation else ():
                asked |= said[name]
                closure.ask(table.number, position, said[name] << shift, POSSIBLE)
            if asked:
                closure.ask(table.number, ROWS, asked << shift, POSSIBLE)
        for number, statement, whole in self.texts.whole():
            unit = self.texts.texts[number][0]
            writes = bool(statement.words & WRITES)
            named = [r for word in statement.words for r in self._named(word)]
            for relation in named:
                table_ = self.program.table(relation)
                closure.ask(table_.number, ROWS, 1 << shift + number, POSSIBLE)
                if whole:
                    closure.ask(table_.number, ALL, 1 << shift + number, POSSIBLE)
            for relation in [*(named if writes else ()), unit.relation]:
                if relation is not None:
                    self.program.table(relation).perhaps[number] = None


def wants(program: Program, demand: Demand, declared: Sequence[Consumer]) -> None:
    """Let open relations take on the columns that declared consumers name."""
    for consumer in declared:
        for taken in consumer.takes:
            found = program.registry.find(taken.parts)
            for relation in found:
                for name in taken.columns or ():
                    demand.want(program.table(relation), name, sure=len(found) == 1)
