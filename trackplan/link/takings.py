"""What each consumer takes of one column's value: the value is followed through all models to where it ends.

A column that passes two models as it is and is then cut to the month is taken to the month. What is not followed for
sure is `unclear`; whoever reaches the column in a way that is not seen here is said to take the `whole` of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from trackplan.link.columns import Stored
from trackplan.link.frames import NAMED, ROWS, bits
from trackplan.link.linking import Linking
from trackplan.link.program import Block
from trackplan.link.steps import UNCLEAR, WHOLE_VALUE, Spot, Steps, left, steps_of
from trackplan.sql.forms import COMPUTED, MIXED, PASSING

_MOST = 5_000

Forms = dict[int, set[str]]
"""The forms in which each consumer, given by its bit, takes a value."""


@dataclass(slots=True)
class Takings:
    """Follows columns of `linking`; what is found out of its statements is kept for the next one."""

    linking: Linking
    _readers: dict[int, list[tuple[Block, int]]] = field(default_factory=dict)
    _built: dict[int, list[int]] = field(default_factory=dict)
    _shown: dict[int, list[int]] = field(default_factory=dict)
    _steps: dict[int, Steps] = field(default_factory=dict)
    _filled: dict[int, dict[int, list[tuple[int, int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        program = self.linking.program
        for block in program.blocks:
            for slot, number in enumerate(block.slots):
                self._readers.setdefault(number, []).append((block, slot))
        for table in program.tables:
            for block in table.builders:
                self._built.setdefault(block.number, []).append(table.number)
            for base in (*table.bases, *table.copied):
                self._shown.setdefault(base, []).append(table.number)

    def of(self, number: int, column: Stored, counting: int) -> Forms:
        """The forms in which the consumers take a column of a table, or a key in it.

        Where one of those that are `counting` takes it whole, or nobody knows, these are all there is to know.
        """
        named, star, possible = column.masks(self.linking)
        taken: Forms = {bit: {UNCLEAR} for bit in bits(possible & counting)}
        taken.update((bit, {WHOLE_VALUE}) for bit in bits(star & counting & ~possible))
        if taken:
            return taken
        start = MIXED if self.linking.program.tables[number].builders else ""
        _Walk(self, taken).run(number, column.position, column.lower, start)
        for bit in bits((named | star | possible) & self.linking.askers.consumer_bits):
            forms = taken.setdefault(bit, set())
            if not forms or (star | possible) >> bit & 1:
                forms.add(WHOLE_VALUE)
        return taken

    def readers(self, number: int) -> list[tuple[Block, int]]:
        """The statements that read a table, each with the slot at which they do."""
        return self._readers.get(number, [])

    def built(self, block: Block) -> list[int]:
        """The tables that a statement fills."""
        return self._built.get(block.number, [])

    def filled(self, block: Block, at: int) -> list[tuple[int, int]]:
        """The columns of tables, with their places there, that a statement fills with what it gives at a position."""
        found = self._filled.get(block.number)
        if found is None:
            found = self._filled[block.number] = {}
            for number in self.built(block):
                ways = self.linking.closure.ways(self.linking.program.tables[number], block)
                for position, given in enumerate(ways):
                    for one in given:
                        found.setdefault(one, []).append((number, position))
        return found.get(at, [])

    def shown(self, number: int) -> list[int]:
        """The tables that stand for a table and others, or are copies of it."""
        return self._shown.get(number, [])

    def steps(self, block: Block) -> Steps:
        """The steps of a statement."""
        found = self._steps.get(block.number)
        if found is None:
            found = self._steps[block.number] = steps_of(self.linking, block)
        return found


_Place = tuple[int, int, str]


@dataclass(slots=True)
class _Walk:
    """One column's way: first from table to table, and inside each statement from frame to frame."""

    takings: Takings
    taken: Forms
    _seen: set[tuple[_Place, str]] = field(default_factory=set)
    _pending: list[tuple[_Place, str]] = field(default_factory=list)

    def run(self, number: int, position: int, path: str, form: str) -> None:
        """Follow the value of a column, taken as `form`, to its ends."""
        self._reach((number, position, path), form)
        while self._pending:
            if len(self._seen) > _MOST:
                self._give_up()
                return
            self._at(*self._pending.pop())

    def _reach(self, place: _Place, form: str) -> None:
        if (place, form) not in self._seen:
            self._seen.add((place, form))
            self._pending.append((place, form))

    def _give_up(self) -> None:
        """There are more ways than anyone wants to go: only statements that make paths without end have so many."""
        self._take(self.takings.linking.askers.consumer_bits, UNCLEAR)

    def _take(self, consumers: int, form: str) -> None:
        for bit in bits(consumers & self.takings.linking.askers.consumer_bits):
            self.taken.setdefault(bit, set()).add(WHOLE_VALUE if form in PASSING else form)

    def _at(self, place: _Place, form: str) -> None:
        """The value is in a column of a table."""
        number, position, path = place
        linking = self.takings.linking
        name = linking.nodes.names[number][position]
        self._take(linking.closure.takers.get(number, 0), form)
        for bit, table, column, _, _ in linking.askers.taken:
            if (table, column) == (number, position):
                self._take(1 << bit, form)
        for (excluded, _), node in linking.nodes.alls[number].items():
            if name.lower() not in excluded:
                named, star, possible = linking.masks(node)
                self._take(named | star | possible, left(form, COMPUTED))
        for other in self.takings.shown(number):
            self._show(other, name, path, form)
        for block, slot in self.takings.readers(number):
            steps = self.takings.steps(block)
            for frame, column, _ in steps.slot(slot, name):
                self._through(block, steps, (frame, column, path), form)

    def _show(self, other: int, name: str, path: str, form: str) -> None:
        """A table that stands for others has the column by the same name."""
        table = self.takings.linking.program.tables[other]
        position = self.takings.linking.nodes.index[other].get(name.lower())
        if position is not None:
            several = left(form, MIXED) if len(table.bases) > 1 or table.builders else form
            self._reach((other, position, path), several if table.strength == NAMED else UNCLEAR)

    def _through(self, block: Block, steps: Steps, start: Spot, form: str) -> None:
        """The value goes through a statement."""
        seen = {(start, form)}
        pending = [(start, form)]
        while pending:
            if len(seen) > _MOST:
                self._give_up()
                return
            spot, taken = pending.pop()
            if spot[0] == steps.root:
                self._given(block, spot, taken)
            for to, then in steps.follow(spot, taken):
                if to[1] == ROWS:
                    self._decides(block, then)
                elif (to, then) not in seen:
                    seen.add((to, then))
                    pending.append((to, then))

    def _given(self, block: Block, spot: Spot, form: str) -> None:
        """The value is in a column that a statement gives."""
        consumer = block.unit.consumer
        linking = self.takings.linking
        if consumer is not None and not block.statement.routine:
            self._take(1 << linking.askers.bit_of(consumer), form)
        for number, position in self.takings.filled(block, spot[1]):
            table = linking.program.tables[number]
            self._reach((number, position, spot[2]), left(form, MIXED) if len(table.builders) > 1 else form)

    def _decides(self, block: Block, form: str) -> None:
        """The value decides which rows a statement gives."""
        linking = self.takings.linking
        deciding = COMPUTED if form in PASSING else form
        if block.unit.consumer is not None and not block.statement.routine:
            self._take(1 << linking.askers.bit_of(block.unit.consumer), deciding)
        for number in self.takings.built(block):
            named, star, possible = linking.masks(linking.nodes.rows(number))
            self._take(named | star | possible, deciding)
