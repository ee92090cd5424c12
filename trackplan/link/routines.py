"""The functions that a project defines and that read tables: which of them a call means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from trackplan.link.relations import Relation
from trackplan.sql.records import NotUnderstood, Source, Statement, called
from trackplan.sql.text import takes_rows, words

if TYPE_CHECKING:
    from trackplan.link.program import Unit

_DEFINES = frozenset({"function", "macro"})


class Routine(Struct, frozen=True):
    """A function: the statement that gives what a call gives, and the relation, which no table is, that it builds."""

    unit: Unit
    statement: Statement
    relation: Relation


class Routines(Struct):
    """All functions by name, temporary ones by their text too. `unclear` are words of definitions nobody understood."""

    all: list[Routine] = []
    unclear: set[str] = set()
    _by_name: dict[str, list[Routine]] = {}

    @classmethod
    def of(cls, units: Sequence[Unit]) -> Routines:
        """The functions of all texts; statements that call what nobody knows are given up."""
        routines = cls()
        for unit in units:
            for statement in unit.record.routines:
                place = unit.lines.place(statement.span)
                relation = Relation(statement.target, "view", place, declared=False, built=True)
                routines.all.append(Routine(unit, statement, relation))
            for found in unit.record.statements:
                if isinstance(found, NotUnderstood):
                    routines._doubt(found)
        while routines._shrink():
            pass
        for unit in units:
            routines._settle(unit)
        return routines

    def find(self, unit: Unit, name: str) -> list[Relation]:
        """What a call may give that stands in a text."""
        return [routine.relation for routine in self._found(unit, name)]

    def named(self, word: str) -> list[Relation]:
        """The functions that go by a name in any text."""
        return [routine.relation for routine in self._by_name.get(called(word), ())]

    def hides(self) -> frozenset[str]:
        """The names, in lower case, of functions that read tables, and of those that nobody understood."""
        reading = (name for name, found in self._by_name.items() if any(self._reads_tables(r.statement) for r in found))
        return frozenset(self.unclear.union(name.removesuffix("()") for name in reading))

    def _reads_tables(self, statement: Statement) -> bool:
        """Whether a function reads tables, be it by others."""
        return any(source.parts for source in statement.sources()) or any(map(self._by_name.get, statement.calls))

    def reads(self, unit: Unit, statement: Statement) -> list[Source]:
        """The tables that a statement reads, and the functions that it calls for one value."""
        found = [source for source in statement.sources() if source.parts]
        known = {source.parts[0] for source in found}
        calls = (name for name in statement.calls if name not in known and self._found(unit, name))
        return [*found, *(Source("", (name,)) for name in calls)]

    def _found(self, unit: Unit, name: str) -> list[Routine]:
        """The functions of that name in reach of a text: its temporary ones come first."""
        found = self._by_name.get(name, [])
        own = [r for r in found if r.statement.temporary and r.unit is unit]
        return own or [r for r in found if not r.statement.temporary]

    def _doubt(self, text: NotUnderstood) -> None:
        if "create" in text.words and _DEFINES & text.words:
            self.unclear |= text.words

    def _shrink(self) -> bool:
        """Give up the functions whose bodies call what nobody knows; whether there were any."""
        self._by_name = {}
        for routine in self.all:
            self._by_name.setdefault(routine.statement.target[-1], []).append(routine)
        lost = [r for r in self.all if not self._follows(r.unit, r.statement)]
        self.all = [r for r in self.all if r not in lost]
        for routine in lost:
            text = _given_up(routine.unit, routine.statement)
            self._doubt(text)
            record = routine.unit.record
            routine.unit.record = replace(record, statements=[*record.statements, text])
        return bool(lost)

    def _settle(self, unit: Unit) -> None:
        found = [
            s if isinstance(s, NotUnderstood) or not s.calls or self._follows(unit, s) else _given_up(unit, s)
            for s in unit.record.statements
        ]
        if found != unit.record.statements:
            unit.record = replace(unit.record, statements=found)

    def _follows(self, unit: Unit, statement: Statement) -> bool:
        """Whether every function that a statement reads like a table is known, and no table in it means another one."""
        for name, (rows, hidden) in statement.calls.items():
            found = self._found(unit, name)
            if rows and (len(found) != 1 or name.removesuffix("()") in self.unclear):
                return False
            if found and hidden and hidden & self._names(unit, name):
                return False
        return True

    def _names(self, unit: Unit, name: str) -> set[str]:
        """The names of tables without a schema that a function reads, be it by other functions."""
        names: set[str] = set()
        pending, seen = [name], {name}
        while pending:
            for routine in self._found(unit, pending.pop()):
                sources = routine.statement.sources()
                names.update(source.parts[0].lower() for source in sources if len(source.parts) == 1)
                pending.extend(routine.statement.calls.keys() - seen)
                seen.update(routine.statement.calls)
        return names


def _given_up(unit: Unit, statement: Statement) -> NotUnderstood:
    text = unit.sql.text[slice(*statement.span)]
    detail = "reads a source in a way that is not followed"
    return NotUnderstood("unsupported", detail, words(text), takes_rows(text), statement.span)
