"""What relinking an edited text changes in the net → the rows of the facts that are another now, and their cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec import field as member

from trackplan.derive import event_status, status
from trackplan.derive.woven import Woven
from trackplan.errors import TooMuchError
from trackplan.findings import Place
from trackplan.link.columns import listed
from trackplan.link.details import strengths
from trackplan.link.net import Net
from trackplan.link.sheets import Overlay
from trackplan.sql.values import unkeyed

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.facts.reads import Cell
    from trackplan.link.relink import Relinked

# Filled on demand, and brought up to date here, or not touched by what a text asks of others.
KEPT = frozenset(
    {
        *("classification", "lessened_subject", "less_data", "stored_reach", "built_reach", "relation_reach"),
        *("built_column", "column_tag"),
    }
)
STALE = frozenset({"carry", "doubt", "flow", "use"})
"""Filled on demand, and not brought up to date here."""


Cells = list[Any]
"""A row."""


class Patches(Struct):
    """What is another now than in the image of the facts: the net's overlay, the places of files, and rows.

    Rows are those of a table whose first column is of a key; of a key without any, there is none.
    """

    over: Overlay = member(default_factory=Overlay)
    places: dict[str, list[tuple[Place, Place]]] = member(default_factory=dict)
    rows: dict[str, dict[int, list[Cells]]] = member(default_factory=dict)

    def bring(self, base: FactBase) -> None:
        """Bring a base up to date. Raises `KeyError` where something in a file has no other place."""
        moved = {old: new for pairs in self.places.values() for old, new in pairs}
        if moved:
            base.move(moved)
        for table, keys in self.rows.items():
            _write(base, table, keys)

    def moved(self, path: str, places: dict[Place, Place]) -> None:
        """Let what stands in a file stand elsewhere."""
        known = self.places.get(path)
        pairs = places.items() if known is None else ((old, places[at]) for old, at in known if at in places)
        self.places[path] = list(pairs)


def derive(base: FactBase, net: Net, relinked: Relinked, unfilled: Sequence[str], note: tuple[str, str]) -> _Deriving:
    """What another text changes in the facts, which is written too; `note` is a sentence of the run as it was and is.

    Raises `TooMuchError`.
    """
    deriving = _Deriving(base, Woven(net, base), relinked, frozenset(unfilled))
    deriving.run(note)
    return deriving


@dataclass(slots=True)
class _Deriving:
    """`rows` are those that are another now, and `cells` the cells in which there is something else."""

    base: FactBase
    woven: Woven
    relinked: Relinked
    unfilled: frozenset[str]
    rows: dict[str, dict[int, list[Cells]]] = field(default_factory=dict)
    cells: set[Cell] = field(default_factory=set)

    def run(self, note: tuple[str, str]) -> None:
        """Find and write it all."""
        self._same()
        relations = self._coverage()
        columns = self._columns()
        if relations:
            columns |= {key for relation in relations for key in self.woven.columns(relation)}
        self._less(columns)
        self._verdicts(columns, self._read())
        self._reach(columns)
        if note[0] != note[1]:
            found = list(self.base.fetch("SELECT key FROM note WHERE text = :text", {"text": note[0]}))
            if len(found) != 1:
                raise TooMuchError
            self._put("note", int(str(found[0][0])), [[found[0][0], note[1]]])

    def _tables(self) -> set[int]:
        """The tables of which something is reached or taken otherwise."""
        net = self.woven.net
        return {net.home(node) for node in self.relinked.reached | self.relinked.touched}

    def _read(self) -> set[int]:
        """The raw relations whose rows are reached by others."""
        sheets = map(self.woven.net.sheet, self._tables())
        reached = self.relinked.reached
        return {s.key for s in sheets if s.key and s.raw and s.first + len(s.names) in reached}

    def _columns(self, *, raw: bool = True) -> set[int]:
        """The columns of raw tables, or those of models, of which something is told that may be another now."""
        nodes = self.relinked.reached | self.relinked.touched
        found: set[int] = set()
        for number in self._tables():
            sheet = self.woven.net.sheet(number)
            if sheet.raw == raw and sheet.key:
                columns = self.woven.columns(sheet.key)
                found.update(key for key, (_, _, asked) in columns.items() if not nodes.isdisjoint(asked))
        return found

    def _same(self) -> None:
        """Raises `TooMuchError` where there may be more or fewer columns than before, or others are written so."""
        net = self.woven.net
        if self.relinked.renamed and not self.unfilled.issuperset(("built_column", "column_tag")):
            raise TooMuchError
        for node in self.relinked.flipped:
            sheet = net.sheet(net.home(node))
            if sheet.raw and sheet.key and not self._stays(node):
                raise TooMuchError
        if self.relinked.respelled:
            for (path,) in self.base.fetch("SELECT path FROM stored_column WHERE NOT declared"):
                if ".".join(json.loads(str(path))[1:]).lower() in self.relinked.respelled:
                    raise TooMuchError

    def _stays(self, node: int) -> bool:
        """Whether a raw column, or a key in it, has a row whoever asks for it."""
        net = self.woven.net
        sheet = net.sheet(net.home(node))
        last = sheet.first + len(sheet.names)
        column, way = next(((c, unkeyed(listed(path))) for c, path, n in sheet.paths if n == node), (node, ""))
        if not sheet.first <= column < last:
            return True  # all of it, or its rows
        segments = (sheet.names[column - sheet.first], way)
        known = {
            (str(json.loads(str(path))[0]).lower(), ".".join(json.loads(str(path))[1:]).lower())
            for path, declared in self.base.fetch(_DECLARED, {"relation": sheet.key})
            if declared
        }
        return (segments[0].lower(), "") in known and (segments[0].lower(), way) in known

    def _coverage(self) -> set[int]:
        """Count the statements that read each relation; the relations of which few enough of them are understood."""
        low = self._low()
        for number, more in self.relinked.read.items():
            key = self.woven.net.sheet(number).key
            found = list(
                self.base.fetch("SELECT statements, understood FROM coverage WHERE relation = :key", {"key": key})
            )
            statements, understood = (int(str(cell)) + more for cell in (found[0] if found else (0, 0)))
            if key:
                self._put("coverage", key, [[key, statements, understood]] if statements else [])
        now = self._low() if self.relinked.read else low
        changed = {key for key in low.keys() | now.keys() if low.get(key) != now.get(key)}
        raw = {int(str(key)) for (key,) in self.base.fetch("SELECT key FROM relation WHERE raw")} if changed else set()
        return changed & raw

    def _low(self) -> dict[int, str]:
        return {int(str(key)): str(reason) for key, reason in self.base.fetch(_LOW)}

    def _less(self, columns: set[int]) -> None:
        """Raises `TooMuchError` where less of something may do: that is told by all who take it."""
        if "less_data" not in self.unfilled and columns and self.base.count(_LESS.format(_some(columns))):
            raise TooMuchError

    def _verdicts(self, columns: set[int], read: set[int]) -> None:
        """The verdicts on columns, and on what lands there."""
        if not columns and not read:
            return
        events = self._keys(_EVENTS, columns)
        all_columns = columns | self._keys(_LANDED, events)
        relations = self._keys("SELECT DISTINCT relation FROM stored_column WHERE key IN {}", all_columns) | read
        part = status.Part(frozenset(relations), frozenset(columns), frozenset(events))
        for table, rows in status.verdicts(self.base, self.woven, part).items():
            found = {int(str(row[0])): [list(row)] for row in rows}
            self._put_all(table, found)
        touched = events | self._keys("SELECT event FROM landing_relation WHERE relation IN {}", relations)
        if touched:
            before = _rows(self.base, "event_status", touched)
            _write(self.base, "event_status", {event: [] for event in touched})
            event_status.store(self.base, touched)
            now = _rows(self.base, "event_status", touched)
            _write(self.base, "event_status", before)
            self._put_all("event_status", now)

    def _reach(self, columns: set[int]) -> None:
        """Who reaches which column, and which relation's rows, where somebody asked for that."""
        consumers = (1 << self.woven.net.head.consumers) - 1
        built = self._columns(raw=False) if "built_reach" not in self.unfilled else set()
        for table, keys in (("stored_reach", columns), ("built_reach", built)):
            for key in sorted(keys) if table not in self.unfilled else ():
                found = strengths(self.woven.masks(key), consumers)
                self._put(table, key, [[key, consumer, how] for consumer, how in found])
        if "relation_reach" not in self.unfilled:
            net = self.woven.net
            for sheet in map(net.sheet, sorted(self._tables())):
                if sheet.key and sheet.first + len(sheet.names) in self.relinked.reached:
                    found = strengths(self.woven.rows(sheet.key), consumers)
                    self._put("relation_reach", sheet.key, [[sheet.key, consumer, how] for consumer, how in found])

    def _keys(self, sql: str, keys: Iterable[int]) -> set[int]:
        return {int(str(key)) for (key,) in self.base.fetch(sql.format(_some(keys)))}

    def _put(self, table: str, key: int, rows: list[Cells]) -> None:
        self._put_all(table, {key: rows})

    def _put_all(self, table: str, rows: dict[int, list[Cells]]) -> None:
        """Write rows, and note what is another in them."""
        before = _rows(self.base, table, rows)
        names = [str(name) for _, name, *_ in self.base.fetch(f"PRAGMA table_info({table})")]
        changed = {
            key: found for key, found in rows.items() if sorted(map(repr, before[key])) != sorted(map(repr, found))
        }
        for key, found in changed.items():
            if len(found) == len(before[key]) == 1:
                pairs = zip(names, before[key][0], found[0], strict=True)
                self.cells.update((table, name) for name, old, new in pairs if old != new)
            else:
                self.cells.add((table, "*"))
        _write(self.base, table, changed)
        self.rows.setdefault(table, {}).update(changed)


def _rows(base: FactBase, table: str, keys: Iterable[int]) -> dict[int, list[Cells]]:
    """The rows of a table by the key in its first column."""
    found: dict[int, list[Cells]] = {key: [] for key in keys}
    for row in base.fetch(f"SELECT * FROM {table} WHERE {_first(base, table)} IN {_some(found)}"):  # noqa: S608
        found[int(str(row[0]))].append(list(row))
    return found


def _write(base: FactBase, table: str, rows: dict[int, list[Cells]]) -> None:
    """Let these be the rows of a table with the keys that they are given by."""
    base.run(f"DELETE FROM {table} WHERE {_first(base, table)} IN {_some(rows)}")  # noqa: S608
    listed = [row for found in rows.values() for row in found]
    if listed:
        base.insert(table, _names(base, table), listed)


def _names(base: FactBase, table: str) -> list[str]:
    return [str(name) for _, name, *_ in base.fetch(f"PRAGMA table_info({table})")]


def _first(base: FactBase, table: str) -> str:
    return f'"{_names(base, table)[0]}"'


def _some(keys: Iterable[int]) -> str:
    """Keys as SQL lists them."""
    return f"({', '.join(map(str, sorted(keys)))})"


_DECLARED = "SELECT path, declared FROM stored_column WHERE relation = :relation"
_LOW = "SELECT relation, reason FROM low_coverage"
_EVENTS = 'SELECT DISTINCT f.event FROM landing l JOIN field f ON f.key = l.field WHERE l."column" IN {}'
_LANDED = 'SELECT DISTINCT l."column" FROM landing l JOIN field f ON f.key = l.field WHERE f.event IN {}'
# A field is what it holds, too.
_LESS = """
WITH RECURSIVE above(key) AS (
  SELECT field FROM landing WHERE "column" IN {0}
  UNION SELECT f.parent FROM above a JOIN field f ON f.key = a.key WHERE f.parent IS NOT NULL
)
SELECT count(*) FROM lessened_subject s
WHERE s.kind = 'column' AND s.key IN {0} OR s.kind = 'field' AND s.key IN (SELECT key FROM above)
"""
