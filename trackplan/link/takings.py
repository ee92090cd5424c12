"""What each consumer takes of one column's value: the value is followed through all models to where it ends.

A column that passes two models as it is and is then cut to the month is taken to the month. What is not followed for
sure is `unclear`; whoever reaches the column in a way that is not seen here is said to take the `whole` of it.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from trackplan.link.columns import Stored
from trackplan.link.frames import NAMED, ROWS, bits
from trackplan.link.linking import Linking
from trackplan.link.program import Block
from trackplan.link.steps import Spot, Steps, left, steps_of
from trackplan.sql.forms import COMPUTED, MIXED, PASSING, UNCLEAR, WHOLE_VALUE

_MOST = 5_000

Forms = dict[int, set[str]]
"""The forms in which each consumer, given by its bit, takes a value."""

_Place = tuple[int, int, str]
"""A column of a table, by its position, and the way to what is inside it."""

_At = tuple[_Place, str]
"""Where a value is, and the form in which it is taken there."""


class _Ends(NamedTuple):
    """What becomes of a value that is in a column of a table: where it goes next, and who takes it, by form."""

    reached: dict[_At, None]
    taken: dict[str, int]

    def reach(self, place: _Place, form: str) -> None:
        """It is in another column too."""
        self.reached[place, form] = None

    def take(self, askers: int, form: str) -> None:
        """Consumers among these askers take it."""
        form = WHOLE_VALUE if form in PASSING else form
        self.taken[form] = self.taken.get(form, 0) | askers


class Takings(Struct):
    """Follows columns of `linking`; what is found out is kept for the next one."""

    linking: Linking
    _readers: dict[int, list[tuple[Block, int]]] = {}
    _built: dict[int, list[int]] = {}
    _shown: dict[int, list[int]] = {}
    _steps: dict[int, Steps] = {}
    _filled: dict[int, dict[int, list[tuple[int, int]]]] = {}
    _ends: dict[_At, _Ends] = {}

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
        reached = (named | star | possible) & self.linking.askers.consumer_bits
        if taken or not reached:  # whoever is met on the way of a value that reaches nobody does not get it
            return taken
        start = MIXED if self.linking.program.tables[number].builders else ""
        for form, askers in self._followed(((number, column.position, column.lower), start)).items():
            for bit in bits(askers & self.linking.askers.consumer_bits):
                taken.setdefault(bit, set()).add(form)
        for bit in bits(reached):
            forms = taken.setdefault(bit, set())
            if not forms or (star | possible) >> bit & 1:
                forms.add(WHOLE_VALUE)
        return taken

    def _followed(self, start: _At) -> dict[str, int]:
        """Who takes a value in which form, from where it starts to all its ends."""
        taken: dict[str, int] = {}
        seen, pending = {start}, [start]
        while pending:
            if (
                len(seen) > _MOST
            ):  # more ways than anyone wants to go: only statements that make paths without end do so
                taken[UNCLEAR] = -1
                break
            at = pending.pop()
            ends = self._ends.get(at)
            if ends is None:
                ends = self._ends[at] = self._at(*at)
            for form, askers in ends.taken.items():
                taken[form] = taken.get(form, 0) | askers
            fresh = [one for one in ends.reached if one not in seen]
            seen.update(fresh)
            pending += fresh
        return taken

    def _at(self, place: _Place, form: str) -> _Ends:
        """The value is in a column of a table."""
        number, position, path = place
        linking, ends = self.linking, _Ends({}, {})
        name = linking.nodes.names[number][position]
        ends.take(linking.closure.takers.get(number, 0), form)
        for bit, table, column, _, _ in linking.askers.taken:
            if (table, column) == (number, position):
                ends.take(1 << bit, form)
        for (excluded, _), node in linking.nodes.alls[number].items():
            if name.lower() not in excluded:
                named, star, possible = linking.masks(node)
                ends.take(named | star | possible, left(form, COMPUTED))
        for other in self._shown.get(number, ()):
            self._show(ends, other, name, path, form)
        for block, slot in self._readers.get(number, ()):
            steps = self._steps_of(block)
            for frame, column, _ in steps.slot(slot, name):
                self._through(ends, block, steps, (frame, column, path), form)
        return ends

    def _show(self, ends: _Ends, other: int, name: str, path: str, form: str) -> None:
        """A table that stands for others, or is a copy of one, has the column by the same name."""
        table = self.linking.program.tables[other]
        position = self.linking.nodes.index[other].get(name.lower())
        if position is not None:
            several = left(form, MIXED) if len(table.bases) > 1 or table.builders else form
            ends.reach((other, position, path), several if table.strength == NAMED else UNCLEAR)

    def _through(self, ends: _Ends, block: Block, steps: Steps, start: Spot, form: str) -> None:
        """The value goes through a statement, from frame to frame."""
        seen = {(start, form)}
        pending = [(start, form)]
        while pending:
            if len(seen) > _MOST:
                ends.take(-1, UNCLEAR)
                return
            spot, taken = pending.pop()
            if spot[0] == steps.root:
                self._given(ends, block, spot, taken)
            for to, then in steps.follow(spot, taken):
                if to[1] == ROWS:
                    self._decides(ends, block, then)
                elif (to, then) not in seen:
                    seen.add((to, then))
                    pending.append((to, then))

    def _given(self, ends: _Ends, block: Block, spot: Spot, form: str) -> None:
        """The value is in a column that a statement gives."""
        consumer = block.unit.consumer
        if consumer is not None and not block.statement.routine:
            ends.take(1 << self.linking.askers.bit_of(consumer), form)
        for number, position in self._fills(block, spot[1]):
            table = self.linking.program.tables[number]
            ends.reach((number, position, spot[2]), left(form, MIXED) if len(table.builders) > 1 else form)

    def _decides(self, ends: _Ends, block: Block, form: str) -> None:
        """The value decides which rows a statement gives."""
        linking = self.linking
        deciding = COMPUTED if form in PASSING else form
        if block.unit.consumer is not None and not block.statement.routine:
            ends.take(1 << linking.askers.bit_of(block.unit.consumer), deciding)
        for number in self._built.get(block.number, ()):
            named, star, possible = linking.masks(linking.nodes.rows(number))
            ends.take(named | star | possible, deciding)

    def _fills(self, block: Block, at: int) -> list[tuple[int, int]]:
        """The columns of tables, with their places there, that a statement fills with what it gives at a position."""
        found = self._filled.get(block.number)
        if found is None:
            found = self._filled[block.number] = {}
            for number in self._built.get(block.number, ()):
                ways = self.linking.closure.ways(self.linking.program.tables[number], block)
                for position, given in enumerate(ways):
                    for one in given:
                        found.setdefault(one, []).append((number, position))
        return found.get(at, [])

    def _steps_of(self, block: Block) -> Steps:
        """The steps of a statement."""
        found = self._steps.get(block.number)
        if found is None:
            found = self._steps[block.number] = steps_of(self.linking, block)
        return found
