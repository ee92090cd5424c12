"""Fields that come to an event or go from it: its rows in a small base, landed, needed and judged as in a whole run.

Only what changes nothing in SQL is told here: columns that are declared, or that others land on too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from trackplan.derive import chosen, event_status, labels, landing, meant, plans, status
from trackplan.derive.kept_reach import KeptReach
from trackplan.derive.versions import Path, Version, numbered, write
from trackplan.errors import TooMuchError
from trackplan.facts.declared import Column, Plan
from trackplan.findings import Place
from trackplan.link.relations import Registry
from trackplan.names import expand, field_id, split_id

if TYPE_CHECKING:
    from trackplan.classify import Dictionary
    from trackplan.derive.ground import Ground
    from trackplan.derive.landing import Landed, Landings
    from trackplan.facts.base import FactBase, Row

Wanted = tuple[str, str, str]
"""A column that is there since a field lands on it, if nothing else is: its relation, its name, the path in it."""

# What every event carries, and what is known of users, lands in tables of other events too.
_ALONE = frozenset({"track", "page", "screen", "group"})
_OF_FIELDS = ("field_tag", "landing", "unlanded", "field_status", "need_match")
_OF_KINDS = ("classification", "lessened_subject", "less_data", "tombstone_match")
_TOLD = ("landing", "unlanded", "need_match", "field_status", "column_status", "event_status")


@dataclass(slots=True)
class Grown:
    """Events of a small base whose fields are others than in the large one, as this declared them: `first`, by id.

    Those in `elsewhere` have other fields too, but not in this base.
    """

    base: FactBase
    first: dict[str, Version]
    ground: Ground
    chosen: chosen.Chosen
    words: Callable[[], Dictionary]
    elsewhere: Collection[str] = ()
    _wanted: dict[str, set[Wanted]] = field(default_factory=dict)
    _unmet: set[int] = field(default_factory=set)

    def look(self) -> None:
        """Tell all of these events anew as they were. Raises `TooMuchError` where that is not what the base has."""
        before = {table: self._rows(table) for table in _TOLD}
        self._unmet = {int(str(key)) for key, *_ in self.base.fetch(_UNMET)}
        self.base.run("SAVEPOINT look")
        for version in self.first.values():
            self._wanted[version.id] = self._rebuilt(version)
        self.judge()
        if any(self._rows(table) != before[table] for table in _TOLD):
            raise TooMuchError
        self.base.run("ROLLBACK TO look")

    def _rows(self, table: str) -> list[Row]:
        return sorted(self.base.fetch(f"SELECT * FROM main.{table}"), key=repr)  # noqa: S608

    def wants(self, version: Version) -> bool:
        """Whether the event is in the base."""
        return version.id in self.first

    def rebuild(self, version: Version) -> None:
        """Let the fields of an event be those that somebody declares; what is said of them, and verdicts, follow."""
        found = self._rebuilt(version)
        for relation, column, path in found ^ self._wanted[version.id]:
            listed = {"relation": relation, "column": column, "path": path}
            events = {str(id_) for (id_,) in self.base.fetch(_LAND_THERE, listed)}
            if not events - self.first.keys():
                raise TooMuchError

    def judge(self) -> None:
        """Tell the verdicts on these events, and on what they land in."""
        base = self.base
        events = _keys(base, "SELECT key FROM event WHERE id IN (SELECT value FROM json_each(:ids))", self.first)
        listed = {"keys": msgspec.json.encode(sorted(events)).decode()}
        relations = {int(str(key)) for (key,) in base.fetch(_RELATIONS, listed)}
        inside = {"keys": msgspec.json.encode(sorted(relations)).decode()}
        columns = {int(str(key)) for (key,) in base.fetch(_COLUMNS, inside)}
        part = status.Part(frozenset(relations), frozenset(columns), frozenset(events))
        reached = KeptReach(base, self.ground.idle, self.ground.taken)
        found = status.verdicts(base, reached, part, _MODELS)
        rows = {table: list(found[table]) for table in ("column_status", "field_status")}
        base.run(_DELETE.format("column_status", '"column"', _COLUMNS), inside)
        base.run(_DELETE.format("field_status", "field", _FIELDS), listed)
        base.run("DELETE FROM event_status WHERE event IN (SELECT value FROM json_each(:keys))", listed)
        for table, each in rows.items():
            base.insert(table, status.TABLES[table], each)
        event_status.store(base, events)
        self._correct()

    def _correct(self) -> None:
        """Tell what may be meant by needs that select nothing now."""
        base = self.base
        unmet = {int(str(key)): str(selector) for key, selector in base.fetch(_UNMET)}
        for key in sorted(unmet.keys() - self._unmet):
            (pattern,) = expand(unmet[key])
            kind = labels.kind_of(pattern)
            if kind == "tag" or meant.is_open(base, unmet[key]):  # all labels tell, or a relation that is not here
                raise TooMuchError
            hint = "" if kind or pattern.wildcard else meant.hint(base, pattern.pieces[0], self.elsewhere)
            base.run("UPDATE need SET hint = :hint WHERE key = :key", {"hint": hint, "key": key})
        self._unmet = set(unmet)

    def _rebuilt(self, version: Version) -> set[Wanted]:
        """Write the fields of an event; the columns that are there for their sake."""
        base, event = self.base, version.event
        if event.type not in _ALONE or any(item.columns for item, _ in version.fields()):
            raise TooMuchError
        if not event.fields or not self.first[version.id].event.fields:  # then it may be needed otherwise
            raise TooMuchError
        number, place = next(base.fetch("SELECT key, place FROM event WHERE id = :id", {"id": version.id}))
        keys = numbered(base, version)
        self._forget(int(str(number)))
        write(base, version, keys, (number, place))
        matches = self.chosen.fields(
            version, keys, chosen.categories(version, self.words) if self.chosen.by_category else {}
        )
        base.insert("need_match", ("need", "field"), sorted(matches))
        return self._land(version, keys)

    def _forget(self, event: int) -> None:
        """Drop all that is said of the fields of an event."""
        inside = "SELECT key FROM main.field WHERE event = :event"
        for table in _OF_FIELDS:
            self.base.run(_DELETE.format(table, "field", inside), {"event": event})
        for table in _OF_KINDS:
            self.base.run(_DELETE.format(table, "kind = 'field' AND key", inside), {"event": event})
        self.base.run("DELETE FROM main.field WHERE event = :event", {"event": event})

    def _land(self, version: Version, keys: dict[Path, int]) -> set[Wanted]:
        """Land the fields of an event; the columns that are there for their sake."""
        base = self.base
        registry, tables = Registry(()), list(base.fetch(_TABLES, {"id": version.id}))
        columns: dict[str, list[tuple[int, Path, bool]]] = {}
        for key, id_, kind, is_open, declared in tables:
            if id_ in self.ground.odd:
                raise TooMuchError
            columns[str(id_)] = self._columns(int(str(key)))
            relation = registry.add(split_id(str(id_)), kind, None, declared=bool(declared))  # type: ignore[arg-type]
            relation.closed = not is_open
            named = [path[0] for _, path, is_declared in columns[str(id_)] if is_declared and len(path) == 1]
            relation.columns = {name.lower(): Column(name, Place("")) for name in named}
        dialect = str(next(base.fetch("SELECT dialect FROM run"))[0])
        plan = Plan(version.plan.name, "", Place(""), events=(version.event,))
        found = landing.land([plan], self.ground.landings, registry, dialect, self.ground.warehouse)
        if {relation.id for _, relation in found.tables} != {str(row[1]) for row in tables}:
            raise TooMuchError
        if len(tables) > 1 and any(each.kind == "no-column" for each in found.unlanded):  # of which is told first
            raise TooMuchError
        by_id = {field_id(version.plan.name, version.event.name, path): key for path, key in keys.items()}
        self._write(found, columns, by_id)
        return {want for each in found.landed if (want := _want(each, columns[each.relation.id])) is not None}

    def _write(self, found: Landings, columns: dict[str, list[tuple[int, Path, bool]]], keys: dict[str, int]) -> None:
        rows: dict[tuple[int, int], str] = {}
        for each in found.landed:
            there = columns[each.relation.id]
            names = [path[0] for _, path, _ in there if len(path) == 1]
            known = {(path[0], ".".join(path[1:]).lower()): key for key, path, _ in there}
            at = lambda position, path, known=known, names=names: known.get((names[position], path))  # noqa: E731
            for column in plans.columns_of(each, names, at):
                rows.setdefault((keys[each.field], column), each.convention)
        self.base.insert("landing", ("field", "column", "convention"), ((*pair, c) for pair, c in rows.items()))
        unlanded = {keys[each.field]: (each.kind, each.expected, each.reason) for each in found.unlanded}
        self.base.insert(
            "unlanded", ("field", "kind", "expected", "reason"), ((key, *row) for key, row in unlanded.items())
        )

    def _columns(self, relation: int) -> list[tuple[int, Path, bool]]:
        """The columns of a relation and the keys in them: key, path, and whether they are declared."""
        return [
            (int(str(key)), tuple(msgspec.json.decode(str(path))), bool(declared))
            for key, path, declared in self.base.fetch(_STORED, {"relation": relation})
        ]


def _want(landed: Landed, columns: Iterable[tuple[int, Path, bool]]) -> Wanted | None:
    """The column that is there since a field lands on it; None where it is declared, or only taken if it is there."""
    name, inside = landed.column.lower(), ".".join(landed.path).lower()
    if landed.optional or any(d and (p[0].lower(), ".".join(p[1:]).lower()) == (name, inside) for _, p, d in columns):
        return None
    return landed.relation.id, name, inside


def _keys(base: FactBase, sql: str, ids: Collection[str]) -> set[int]:
    return {int(str(key)) for (key,) in base.fetch(sql, {"ids": msgspec.json.encode(sorted(ids)).decode()})}


_DELETE = "DELETE FROM main.{} WHERE {} IN ({})"
_MODELS = "SELECT key, id FROM whole.relation WHERE key IN (SELECT relation FROM main.carry)"
_FIELDS = "SELECT key FROM main.field WHERE event IN (SELECT value FROM json_each(:keys))"
_COLUMNS = "SELECT key FROM stored_column WHERE relation IN (SELECT value FROM json_each(:keys))"
_RELATIONS = "SELECT relation FROM landing_relation WHERE event IN (SELECT value FROM json_each(:keys))"
_STORED = "SELECT key, path, declared FROM stored_column WHERE relation = :relation ORDER BY key"
_TABLES = """
SELECT r.key, r.id, r.kind, r.open, r.declared FROM landing_relation l JOIN relation r ON r.key = l.relation
JOIN event e ON e.key = l.event WHERE e.id = :id ORDER BY r.key
"""
_LAND_THERE = """
SELECT DISTINCT e.id FROM landing l JOIN field f ON f.key = l.field JOIN event e ON e.key = f.event
JOIN stored_column c ON c.key = l."column" JOIN relation r ON r.key = c.relation
WHERE l.convention = 'json-column' AND r.id = :relation AND lower(json_extract(c.path, '$[0]')) = :column
  AND lower((SELECT group_concat(s.value, '.') FROM json_each(c.path) s WHERE s.key > 0)) IS nullif(:path, '')
"""
_UNMET = "SELECT key, selector FROM need n WHERE NOT EXISTS (SELECT 1 FROM need_match m WHERE m.need = n.key)"
