"""Files that declare tables with the same columns as before, said otherwise → what that changes in the facts.

Types, descriptions and places of columns are all that may differ: nothing that is linked rests on these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import structs

from trackplan.derive.values import is_unhashable, nature
from trackplan.names import join_id

if TYPE_CHECKING:
    from trackplan.classify import Dictionary
    from trackplan.facts.base import FactBase, Row, Value
    from trackplan.facts.declared import Column, Table
    from trackplan.facts.reads import Cell
    from trackplan.findings import Place

_TABLES = ("stored_column", "built_column")
# What is filled when somebody asks for it, and brought up to date here.
KEPT = frozenset({"classification", "lessened_subject", "less_data"})
_ENDS = ("line", "column", "end_line", "end_column")
Path = tuple[str, ...]


@dataclass(slots=True)
class Changes:
    """What is another now: `places` by what they were, and the cells in which there may be something else.

    Tables in `unfilled` have no rows at all; `words` gives the dictionary by which columns are classified.
    """

    unfilled: Sequence[str]
    words: Callable[[], Dictionary]
    places: dict[Place, Place] = field(default_factory=dict)
    cells: set[Cell] = field(default_factory=set)
    _retyped: list[Value] = field(default_factory=list)

    def add(self, before: Sequence[Table], now: Sequence[Table]) -> bool:
        """Take on what differs between the tables of a file; False where that is more than can be told here."""
        if list(map(_shape, before)) != list(map(_shape, now)):
            return False
        moved: dict[Place, Place] = {}
        for old, new in zip(before, now, strict=True):
            pairs = [(old.place, new.place)]
            for (path, first), (_, second) in zip(_walk(old), _walk(new), strict=True):
                pairs.append((first.place, second.place))
                self._column(old.parts, path, first, second)
            if any(moved.setdefault(first, second) != second for first, second in pairs):
                return False
        self.places.update(moved)
        if any(first != second for first, second in moved.items()):
            self.cells.update(("place", end) for end in _ENDS)
        return len(set(moved.values())) == len(moved)

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

    def bring(self, base: FactBase, edits: Sequence[tuple[Sequence[Table], Sequence[Table]]]) -> bool:
        """Bring a base from what some files were to what they are; False where that is not possible."""
        try:
            if not all(self.add(before, now) for before, now in edits):
                return False
            base.move(self.places)
        except KeyError:
            return False
        for _, now in edits:
            for table in now:
                self._say(base, table)
        return self._less(base)

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
        return not more and not (now and any(base.count(_BY_TYPE.format(key)) for key in self._retyped))

    def _say(self, base: FactBase, table: Table) -> None:
        """Write what is said of the columns of a table."""
        from trackplan.derive import classes

        columns = {(path[0].lower(), *path[1:]): column for path, column in _walk(table)}
        for name in _TABLES:
            rows = list(base.fetch(_ROWS.format(name), {"relation": join_id(table.parts)}))
            for key, listed, kind, description in rows:
                path = tuple(json.loads(str(listed)))
                column = columns.get((path[0].lower(), *path[1:]))
                if column is None or (column.type, column.description) == (kind, description):
                    continue
                if is_unhashable(str(kind)) != is_unhashable(column.type):
                    self._retyped.append(key)
                base.run(_SAY.format(name), {"key": key, "type": column.type, "description": column.description})
                if name == "stored_column" and "classification" not in self.unfilled:
                    row = self._class(table.parts, path, column)
                    base.run(_CLASS_NO_MORE, {"key": key})
                    if row:
                        base.insert("classification", classes.NAMES, [(row[0], key, *row[2:])])

    def _class(self, parts: Path, path: Path, column: Column) -> Row:
        """The row of `classification` for a column, but for its key; nothing where it has none."""
        if "classification" in self.unfilled:
            return ()
        from trackplan.derive.classes import column_rows

        return next(column_rows(0, parts, path, column, self.words()), ())


def _shape(table: Table) -> Table:
    """A table without what may differ."""
    return replace(table, place=_nowhere(table.place), columns=tuple(map(_plain, table.columns)))


def _plain(column: Column) -> Column:
    members = tuple(map(_plain, column.columns))
    return structs.replace(column, place=_nowhere(column.place), type="", description="", columns=members)


def _nowhere(place: Place) -> Place:
    return place._replace(line=0, column=0, end_line=0, end_column=0)


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
_BY_TYPE = """
SELECT count(*) FROM less_data d WHERE d.action NOT IN ('drop', 'unknown') AND (
  d.kind = 'column' AND d.key = {0}
  OR d.kind = 'field' AND EXISTS (SELECT 1 FROM landing l WHERE l."column" = {0})
)"""
_CLASS_NO_MORE = "DELETE FROM classification WHERE kind = 'column' AND key = :key"
_SAY = "UPDATE {} SET type = :type, description = :description WHERE key = :key"
