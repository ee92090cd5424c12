"""Files that declare the same columns or fields as before, said otherwise → what that changes in the facts.

Of columns, types, descriptions and places may differ; of events and fields, what `edited_plans` lists: nothing that is
linked or landed rests on these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from msgspec.structs import replace

from trackplan.derive import edited_plans
from trackplan.derive.values import is_unhashable, nature
from trackplan.errors import TooMuchError
from trackplan.facts.declared import Plan, Table
from trackplan.names import join_id

if TYPE_CHECKING:
    from trackplan.classify import Dictionary
    from trackplan.facts.base import FactBase, Row, Value
    from trackplan.facts.declared import Column
    from trackplan.facts.reads import Cell
    from trackplan.findings import Place

_TABLES = ("stored_column", "built_column")
# What is filled when somebody asks for it, and brought up to date here.
KEPT = frozenset({"classification", "lessened_subject", "less_data"})
_ENDS = ("line", "column", "end_line", "end_column")
Path = tuple[str, ...]


class Declared(Struct, frozen=True):
    """The tables or the plans of a file; plans bear the names by which the project knows them."""

    tables: tuple[Table, ...] = ()
    plans: tuple[Plan, ...] = ()


class Changes(Struct):
    """What is another now: `places` by what they were, and the cells in which there may be something else.

    Tables in `unfilled` have no rows at all; `words` gives the dictionary by which columns are classified.
    """

    unfilled: Sequence[str]
    words: Callable[[], Dictionary]
    places: dict[Place, Place] = {}
    cells: set[Cell] = set()
    _retyped: list[tuple[str, Value]] = []

    def add(self, before: Declared, now: Declared) -> bool:
        """Take on what differs between what a file declared and declares; False where that is more than can be told."""
        if _shape(before) != _shape(now):
            return False
        moved: dict[Place, Place] = {}
        for first, second in self._pairs(before, now):
            if moved.setdefault(first, second) != second:
                return False
        self.places.update(moved)
        if any(first != second for first, second in moved.items()):
            self.cells.update(("place", end) for end in _ENDS)
        return len(set(moved.values())) == len(moved)

    def grow(self, before: Declared, now: Declared) -> set[str]:
        """Take on what differs, where events may have other fields too; the ids of those that do.

        Raises `TooMuchError` where that is more than can be told.
        """
        ids = edited_plans.grown(before.plans, now.plans)
        if ids is None or before.tables or now.tables:
            raise TooMuchError
        if not self.add(_without(before, ids), _without(now, ids)):
            raise TooMuchError
        return ids

    def _pairs(self, before: Declared, now: Declared) -> Iterator[tuple[Place, Place]]:
        """The places of everything, as they were and are; what else differs is noted."""
        for old, new in zip(before.tables, now.tables, strict=True):
            yield old.place, new.place
            for (path, first), (_, second) in zip(_walk(old), _walk(new), strict=True):
                yield first.place, second.place
                self._column(old.parts, path, first, second)
        for plan, other in zip(before.plans, now.plans, strict=True):
            yield plan.place, other.place
            for one, another in zip(edited_plans.walk(plan), edited_plans.walk(other), strict=True):
                yield one.said.place, another.said.place
                self._planned(one, another)

    def _planned(self, old: edited_plans.Said, new: edited_plans.Said) -> None:
        self.cells.update(edited_plans.cells(old, new))
        if edited_plans.nature(old) != edited_plans.nature(new):
            self.cells.update((("lessened_subject", "*"), ("less_data", "*")))
        if old.is_described != new.is_described and self._field_class(old) != self._field_class(new):
            self.cells.update((table, "*") for table in KEPT)

    def _column(self, parts: Path, path: Path, old: Column, new: Column) -> None:
        names = [name for name in ("type", "description") if getattr(old, name) != getattr(new, name)]
        self.cells.update((table, name) for table in _TABLES for name in names)
        if names and self._class(parts, path, old) != self._class(parts, path, new):
            self.cells.update((table, "*") for table in KEPT)
        if nature(old.type) != nature(new.type):
            self.cells.update((("lessened_subject", "*"), ("less_data", "*")))

    def touch(self, cells: Sequence[Cell]) -> bool:
        """Whether one of these cells may hold something else."""
        return any((table, name) in self.cells or (table, "*") in self.cells for table, name in cells)

    def bring(self, base: FactBase, edits: Sequence[tuple[Declared, Declared]]) -> bool:
        """Bring a base from what some files were to what they are; False where that is not possible."""
        try:
            if not all(self.add(before, now) for before, now in edits):
                return False
            base.move(self.places)
        except KeyError:
            return False
        for before, now in edits:
            for table in now.tables:
                self._say(base, table)
            for old, new in zip(before.plans, now.plans, strict=True):
                for one, another in zip(edited_plans.walk(old), edited_plans.walk(new), strict=True):
                    self._plan(base, one, another)
        return self._less(base)

    def _plan(self, base: FactBase, old: edited_plans.Said, new: edited_plans.Said) -> None:
        """Write what is said of an event or a field."""
        if not edited_plans.cells(old, new):
            return
        key = edited_plans.write(base, new)
        if new.is_event:
            return
        if edited_plans.nature(old) != edited_plans.nature(new):
            self._retyped.append(("field", key))
        if old.is_described != new.is_described and "classification" not in self.unfilled:
            self._classify(base, "field", key, self._field_class(new))

    def _classify(self, base: FactBase, kind: str, key: Value, row: Row) -> None:
        from trackplan.derive import classes

        base.run(_CLASS_NO_MORE, {"kind": kind, "key": key})
        if row:
            base.insert("classification", classes.NAMES, [(row[0], key, *row[2:])])

    def _less(self, base: FactBase) -> bool:
        """Drop what nobody looks for less of any more; False where more is looked for, or by another type.

        How a column is used is not known here.
        """
        if "lessened_subject" in self.unfilled or ("lessened_subject", "*") not in self.cells:
            return True
        before = set(base.fetch("SELECT kind, key, category FROM lessened_subject"))
        now = set(base.fetch("SELECT kind, key, category FROM lessened"))
        base.run("DELETE FROM lessened_subject")
        base.insert("lessened_subject", ("kind", "key", "category"), sorted(now, key=repr))
        if "less_data" in self.unfilled:
            return True
        looked_for = {row[:2] for row in now}
        for kind, key in {row[:2] for row in before} - looked_for:
            base.run("DELETE FROM less_data WHERE kind = :kind AND key = :key", {"kind": kind, "key": key})
        more = looked_for - {row[:2] for row in before}
        return not more and not (now and any(base.count(_BY_TYPE[kind].format(key)) for kind, key in self._retyped))

    def _say(self, base: FactBase, table: Table) -> None:
        """Write what is said of the columns of a table."""
        columns = {(path[0].lower(), *path[1:]): column for path, column in _walk(table)}
        for name in _TABLES:
            rows = list(base.fetch(_ROWS.format(name), {"relation": join_id(table.parts)}))
            for key, listed, kind, description in rows:
                path = tuple(json.loads(str(listed)))
                column = columns.get((path[0].lower(), *path[1:]))
                if column is None or (column.type, column.description) == (kind, description):
                    continue
                if is_unhashable(str(kind)) != is_unhashable(column.type):
                    self._retyped.append(("column", key))
                base.run(_SAY.format(name), {"key": key, "type": column.type, "description": column.description})
                if name == "stored_column" and "classification" not in self.unfilled:
                    self._classify(base, "column", key, self._class(table.parts, path, column))

    def _class(self, parts: Path, path: Path, column: Column) -> Row:
        """The row of `classification` for a column, but for its key; nothing where it has none."""
        if "classification" in self.unfilled:
            return ()
        from trackplan.derive.classes import column_rows

        return next(iter(column_rows(0, parts, path, column, self.words())), ())

    def _field_class(self, said: edited_plans.Said) -> Row:
        """The row of `classification` for a field, but for its key; nothing where it has none."""
        if said.is_event or "classification" in self.unfilled:
            return ()
        from trackplan.derive.classes import field_rows

        described = (said.event, said.path, said.kind, said.said.description, said.tags)
        return next(iter(field_rows(0, *described, said.sensitivity, self.words())), ())


def _without(declared: Declared, ids: set[str]) -> Declared:
    """What a file declares but for some events."""
    return Declared(plans=tuple(edited_plans.without(plan, ids) for plan in declared.plans)) if ids else declared


def _shape(declared: Declared) -> Declared:
    """What a file declares without what may differ."""
    return Declared(tuple(map(_table, declared.tables)), tuple(map(edited_plans.shape, declared.plans)))


def _table(table: Table) -> Table:
    return replace(table, place=edited_plans.nowhere(table.place), columns=tuple(map(_plain, table.columns)))


def _plain(column: Column) -> Column:
    members = tuple(map(_plain, column.columns))
    return structs.replace(column, place=edited_plans.nowhere(column.place), type="", description="", columns=members)


def _walk(table: Table) -> Iterator[tuple[Path, Column]]:
    """The columns and what is in them, with their paths."""
    pending: list[tuple[Path, Column]] = [((column.name,), column) for column in reversed(table.columns)]
    while pending:
        path, column = pending.pop()
        yield path, column
        pending.extend(((*path, member.name), member) for member in reversed(column.columns))


_ROWS = """
SELECT c.key, c.path, c.type, c.description FROM {} c JOIN relation r ON r.key = c.relation WHERE r.id = :relation
"""
# What less data would do was chosen by the type of a value that is stored in a column.
_BY_TYPE = {
    "column": """
SELECT count(*) FROM less_data d WHERE d.action NOT IN ('drop', 'unknown') AND (
  d.kind = 'column' AND d.key = {0}
  OR d.kind = 'field' AND EXISTS (SELECT 1 FROM landing l WHERE l."column" = {0})
)""",
    "field": """
SELECT count(*) FROM less_data d WHERE d.action NOT IN ('drop', 'unknown') AND d.kind = 'field' AND d.key = {0}""",
}
_CLASS_NO_MORE = "DELETE FROM classification WHERE kind = :kind AND key = :key"
_SAY = "UPDATE {} SET type = :type, description = :description WHERE key = :key"
