"""Who asks: consumers, models, and texts that were not understood, each a bit of the closure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trackplan.facts.declared import Consumer
from trackplan.findings import Place
from trackplan.link.graph import ALL, NAMED, POSSIBLE, ROWS, STAR, Edge
from trackplan.link.program import Block, Choice, Program, Renamed, Unit
from trackplan.link.reach import Closure, Masks, Point
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.names import join_id
from trackplan.sql.records import NotUnderstood, Opaque
from trackplan.sql.text import words

_WRITES = frozenset(
    "alter call clone copy create delete exchange exec execute insert merge rename swap truncate update".split()  # noqa: SIM905
)
# A query that names its columns; without these words, or for whole-row functions, a name may stand for all of them.
_COLUMNS_ONLY = frozenset({"select", "from"})
_WHOLE_ROWS = frozenset({"to_json", "to_jsonb", "row_to_json", "row", "struct_pack", "copy", "table"})
_REASONS = {
    "syntax": "could not be parsed",
    "template": "holds template code that is not rendered",
    "dynamic": "builds SQL at run time",
    "unsupported": "is not followed",
    "circular": "depends on itself",
}


@dataclass(slots=True)
class Askers:
    """Consumers have the lowest bits, then texts that were not understood, then models."""

    program: Program
    resolver: Resolver
    consumers: list[Consumer] = field(default_factory=list)
    unclear: list[tuple[Unit, NotUnderstood]] = field(default_factory=list)
    models: list[int] = field(default_factory=list)
    taken: list[tuple[int, tuple[int, str, Place], int]] = field(default_factory=list)
    leaves: int = 0
    as_consumers: bool = False
    _bits: dict[int, int] = field(default_factory=dict)

    @property
    def consumer_bits(self) -> int:
        """The bits of all consumers."""
        return (1 << len(self.consumers)) - 1

    @property
    def model_bits(self) -> int:
        """The bits of all models."""
        return ((1 << len(self.models)) - 1) << (len(self.consumers) + len(self.unclear))

    def model(self, bit: int) -> int:
        """The container of the model that has this bit."""
        return self.models[bit - len(self.consumers) - len(self.unclear)]

    def bit_of(self, consumer: Consumer) -> int:
        """The bit of a consumer."""
        return self._bits[id(consumer)]

    def mentions(self, word: str) -> int:
        """How many texts that were not understood have this word."""
        return sum(word.lower() in statement.words for _, statement in self.unclear)

    def reasons(self, masks: Masks, word: str) -> Iterator[str]:
        """Why the texts that were not understood leave a column that they may call `word` in doubt, the first three."""
        told = 0
        asking = masks[0] | masks[1] | masks[2]
        for index, (unit, statement) in enumerate(self.unclear):
            hit = asking >> (len(self.consumers) + index) & 1 or word in statement.words
            if hit:
                place = unit.lines.place(statement.span)
                yield f"{place.path}:{place.line} {_REASONS[statement.reason]} and may use it"
                told += 1
                if told == 3:
                    return

    def gather(self, declared: Sequence[Consumer], circular: Sequence[Relation]) -> None:
        """Find all askers; with no consumer declared, the leaf models stand in for them.

        A relation that depends on itself can't be built as it is written, so it is an unclear text too.
        """
        on_circle = {id(relation) for relation in circular}
        for block in self.program.blocks:
            if block.target is not None and id(block.target) in on_circle:
                text = block.unit.sql.text[slice(*block.statement.span)]
                circle = NotUnderstood("circular", "depends on itself", words(text), "*" in text, block.statement.span)
                self.unclear.append((block.unit, circle))
        for unit in self.program.units:
            if unit.consumer is not None:
                self._consumer(unit.consumer)
            self.unclear.extend((unit, s) for s in unit.record.statements if isinstance(s, NotUnderstood))
        for consumer in declared:
            self._consumer(consumer)
        built = [c.number for c in self.program.containers if c.relation is not None and c.relation.built]
        read = self._read() | self._taken(declared)
        leaves = [n for n in built if n not in read]
        self.leaves = len(leaves)
        self.as_consumers = not self.consumers
        if self.as_consumers:
            for number in leaves:
                relation = self.program.containers[number].relation
                if relation is not None:
                    place = relation.place or Place("")
                    self._consumer(Consumer("model", join_id(relation.parts), place), number)
        self.models = built

    def ask(self, closure: Closure, declared: Sequence[Consumer]) -> None:
        """Enter what every asker takes into the closure."""
        for block in self.program.blocks:
            if block.unit.consumer is not None:
                self._take(closure, block, self.bit_of(block.unit.consumer))
        for consumer in declared:
            self._takes(closure, consumer)
        if self.as_consumers:
            for number, bit in self._bits.items():
                for builder in self.program.builders.get(number, ()):
                    self._take_scope(closure, builder, bit)
        for index, number in enumerate(self.models):
            bit = len(self.consumers) + len(self.unclear) + index
            for builder in self.program.builders.get(number, ()):
                self._take_scope(closure, builder, bit)
        self._mentioned(closure)

    def _consumer(self, consumer: Consumer, number: int | None = None) -> None:
        """Give a consumer its bit; several texts may be of one consumer."""
        key = id(consumer) if number is None else number
        if key not in self._bits:
            self._bits[key] = len(self.consumers)
            self.consumers.append(consumer)

    def _read(self) -> set[int]:
        """Relations that some statement other than their own reads."""
        found: set[int] = set()
        for block in self.program.blocks:
            own = self.program.relation(block.target).number if block.target is not None else -1
            for source in block.statement.sources():
                found.update(n for n in self._behind(self.program.source(block, source)) if n != own)
        for _, statement in self.unclear:
            for word in statement.words:
                found.update(self.program.relation(r).number for r in self.program.registry.named(word))
        return found

    def _behind(self, number: int) -> list[int]:
        node = self.program.nodes[number]
        if isinstance(node, Choice):
            return list(node.bases)
        return self._behind(node.base) if isinstance(node, Renamed) else [number]

    def _taken(self, declared: Sequence[Consumer]) -> set[int]:
        found = (r for c in declared for t in c.takes for r in self.program.registry.find(t.parts))
        return {self.program.relation(r).number for r in found}

    def _take(self, closure: Closure, block: Block, bit: int) -> None:
        self._take_scope(closure, block.first + block.statement.scope, bit)

    def _take_scope(self, closure: Closure, number: int, bit: int) -> None:
        container = self.program.containers[number]
        for position, starred in enumerate(container.starred):
            closure.ask((number, position, ""), 1 << bit, STAR if starred else NAMED)
        if container.open:
            closure.ask((number, ALL, ""), 1 << bit, STAR)
        closure.ask((number, ROWS, ""), 1 << bit, NAMED)

    def _takes(self, closure: Closure, consumer: Consumer) -> None:
        bit = self.bit_of(consumer)
        for taken in consumer.takes:
            found = self.program.registry.find(taken.parts)
            for relation in found:
                number = self.program.relation(relation).number
                container = self.program.containers[number]
                how, strength = ("star", STAR) if taken.columns is None else ("output", NAMED)
                wanted = None if taken.columns is None else {c.lower() for c in taken.columns}
                if wanted is None:
                    closure.ask((number, ALL, ""), 1 << bit, STAR if len(found) == 1 else POSSIBLE)
                for position, name in enumerate(container.names):
                    if wanted is None or name.lower() in wanted:
                        self.taken.append((bit, (number, how, taken.place), position))
                        closure.ask((number, position, ""), 1 << bit, strength if len(found) == 1 else POSSIBLE)
                closure.ask((number, ROWS, ""), 1 << bit, NAMED if len(found) == 1 else POSSIBLE)

    def _mentioned(self, closure: Closure) -> None:
        """Whatever an unclear text names may be used by it, and by all who read what it may have written."""
        by_name: dict[str, list[Point]] = {}
        for container in self.program.containers:
            if container.relation is not None:
                for position, name in enumerate(container.names):
                    by_name.setdefault(name.lower(), []).append((container.number, position, ""))
        for index, (unit, statement) in enumerate(self.unclear):
            bit = 1 << (len(self.consumers) + index)
            owner = self._bits.get(id(unit.consumer)) if unit.consumer is not None else None
            text = self.program.add(Opaque(-1))
            closure.ask((text.number, ROWS, ""), bit | (0 if owner is None else 1 << owner), POSSIBLE)
            points = dict.fromkeys(self._named(statement, unit.sql.place.path, by_name))
            text.rows.extend(Edge(*point, "", False, POSSIBLE) for point in points)
            written = [r for word in statement.words for r in self.program.registry.named(word)]
            for relation in [*(written if statement.words & _WRITES else ()), unit.relation]:
                if relation is not None:
                    self.program.relation(relation).perhaps[text.number] = None

    def _named(self, statement: NotUnderstood, path: str, by_name: dict[str, list[Point]]) -> Iterator[Point]:
        """Columns of a name that the text has, with the rows they are in, and relations: their rows, or all of them."""
        clear = path.endswith(".sql") and statement.reason == "syntax" and _names_columns(statement.words)
        whole = statement.star or not clear
        for word in sorted(statement.words):
            for point in by_name.get(word, ()):
                yield point
                yield point[0], ROWS, ""
            for relation in self.program.registry.named(word):
                number = self.program.relation(relation).number
                yield number, ROWS, ""
                if whole:
                    yield number, ALL, ""


def _names_columns(words: frozenset[str]) -> bool:
    return _COLUMNS_ONLY.issubset(words) and not _WHOLE_ROWS & words


def wants(program: Program, resolver: Resolver, declared: Sequence[Consumer]) -> None:
    """Let open relations take on the columns that declared consumers name."""
    for consumer in declared:
        for taken in consumer.takes:
            for relation in program.registry.find(taken.parts):
                for name in taken.columns or ():
                    resolver.ask(program.relation(relation).number, name)
