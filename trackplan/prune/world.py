"""What proposals need to know of a project: its facts by key, and the texts that would be edited."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from trackplan import inputs
from trackplan.edits.document import Document
from trackplan.errors import ReadError
from trackplan.facts.plain import number

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Value
    from trackplan.facts.declared import Sql
    from trackplan.findings import Place, Report
    from trackplan.project import Project


@dataclass(frozen=True, slots=True)
class Subject:
    """A field or raw column that is waste. `models` and `others` are clauses about who reads it and does not count."""

    kind: str
    key: int
    id: str
    place: Place | None
    owner: str
    models: str
    others: str
    reason: str
    category: str = ""
    sensitivity: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as far as its removal asks: `event` and `parent` by key."""

    key: int
    event: int
    parent: int | None
    name: str
    place: Place | None
    type: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or what lies in one by a `path` of more than one segment. `relation` is a key."""

    key: int
    id: str
    relation: int
    parent: int | None
    path: tuple[str, ...]
    type: str
    declared: bool
    place: Place | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation by its folded name, outermost part first."""

    key: int
    id: str
    kind: str
    parts: tuple[str, ...]
    owner: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event that nobody uses or needs may go as a whole; `volume` is how many come in a month, None if not said."""

    key: int
    id: str
    plan: str
    owner: str
    volume: int | None
    introduced: str
    unused: bool
    place: Place | None


@dataclass
class World:
    """The facts of a frozen base, each table by key, the project that they are of, and what a check found."""

    project: Project
    base: FactBase
    report: Report | None = None
    _texts: dict[str, str] = field(default_factory=dict)
    _documents: dict[str, Document] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """A file of the project exactly as it is, byte order mark and line ends too. Raises `ReadError`."""
        if path not in self._texts:
            self.project.tree.read_text(path)  # says what is wrong with the bytes
            self._texts[path] = self.project.tree.read_bytes(path).decode("utf-8")
        return self._texts[path]

    def document(self, path: str) -> Document:
        """A YAML or JSON file to be edited. Raises `EditError` or `ReadError`."""
        if path not in self._documents:
            self._documents[path] = Document(self.text(path), path)
        return self._documents[path]

    @cached_property
    def sql(self) -> list[Sql]:
        """The SQL of models and consumers, as it was compiled."""
        return inputs.read(self.project).sql

    @cached_property
    def model_paths(self) -> frozenset[str]:
        """The files that build models."""
        return frozenset(sql.place.path for sql in self.sql if sql.relation is not None)

    @cached_property
    def _owners(self) -> dict[str, str]:
        rows = self.base.fetch("""
            SELECT f.path, min(r.owner) FROM relation r JOIN place p ON p.key = r.place JOIN file f ON f.key = p.file
            WHERE r.owner <> '' GROUP BY 1 HAVING count(DISTINCT r.owner) = 1""")
        return {str(path): str(owner) for path, owner in rows}

    def owner_of(self, path: str) -> str:
        """Who answers for a file, as far as all that it declares has one owner; '' if nobody is named."""
        return self._owners.get(path, "")

    @cached_property
    def relations(self) -> dict[int, Relation]:
        """All relations."""
        from trackplan.names import split_id

        rows = self.base.fetch("SELECT key, id, kind, owner, place FROM relation")
        return {
            number(key): Relation(number(key), str(id_), str(kind), split_id(str(id_)), str(owner), self.at(place))
            for key, id_, kind, owner, place in rows
        }

    @cached_property
    def columns(self) -> dict[int, Column]:
        """All columns, stored and built."""
        rows = self.base.fetch('SELECT key, id, relation, parent, path, type, declared, place FROM "column"')
        return {
            number(r[0]): Column(
                number(r[0]),
                str(r[1]),
                number(r[2]),
                None if r[3] is None else number(r[3]),
                tuple(json.loads(str(r[4]))),
                str(r[5]),
                bool(r[6]),
                self.at(r[7]),
            )
            for r in rows
        }

    @cached_property
    def fields(self) -> dict[int, Field]:
        """All fields of the plans."""
        rows = self.base.fetch("SELECT key, event, parent, name, place, type FROM field")
        return {
            number(key): Field(number(key), number(event), _key(parent), str(name), self.at(place), str(type_))
            for key, event, parent, name, place, type_ in rows
        }

    @cached_property
    def events(self) -> dict[int, Event]:
        """All events. One is unused where no field is used or needed, and nobody reads or needs its rows."""
        rows = self.base.fetch("""
            SELECT e.key, e.id, p.name, e.owner, e.volume, e.introduced, e.place,
                   s.used = 0 AND NOT s.needed AND s.waste = s.fields AND e.type = 'track' AND NOT EXISTS (
                     SELECT 1 FROM landing_relation l JOIN relation_status r ON r.relation = l.relation
                     WHERE l.event = e.key AND (r.doubted OR r.used IS NOT 0 OR r.reached))
            FROM event e JOIN plan p ON p.key = e.plan JOIN event_status s ON s.event = e.key""")
        return {
            number(r[0]): Event(
                number(r[0]),
                str(r[1]),
                str(r[2]),
                str(r[3]),
                None if r[4] is None else number(r[4]),
                str(r[5] or ""),
                bool(r[7]),
                self.at(r[6]),
            )
            for r in rows
        }

    @cached_property
    def waste(self) -> list[Subject]:
        """Every subject that is waste, by kind and id."""
        rows = self.base.fetch("""
            SELECT s.kind, s.key, s.id, s.place, coalesce(f.owner, r.owner, ''), s.models, s.others, s.reason,
                   coalesce(c.category, ''), coalesce(c.sensitivity, '')
            FROM subject s LEFT JOIN field f ON s.kind = 'field' AND f.key = s.key
            LEFT JOIN relation r ON r.key = s.relation
            LEFT JOIN classification c ON c.kind = s.kind AND c.key = s.key
            WHERE s.status = 'waste' ORDER BY s.kind DESC, s.id""")
        return [
            Subject(
                kind=str(r[0]),
                key=number(r[1]),
                id=str(r[2]),
                place=self.at(r[3]),
                owner=str(r[4]),
                models=str(r[5]),
                others=str(r[6]),
                reason=str(r[7]),
                category=str(r[8]),
                sensitivity=str(r[9]),
            )
            for r in rows
        ]

    @cached_property
    def landings(self) -> dict[int, list[int]]:
        """Field → the columns that it lands on."""
        return self._grouped('SELECT field, "column" FROM landing ORDER BY 1, 2')

    @cached_property
    def landed(self) -> dict[int, list[int]]:
        """Column → the fields that land on it."""
        return self._grouped('SELECT "column", field FROM landing ORDER BY 1, 2')

    @cached_property
    def tables(self) -> dict[int, list[int]]:
        """Event → the tables that hold its rows."""
        return self._grouped("SELECT event, relation FROM landing_relation ORDER BY 1, 2")

    @cached_property
    def flows(self) -> dict[int, list[int]]:
        """Column → the columns of models that its value goes into."""
        return self._grouped("SELECT source, target FROM flow ORDER BY 1, 2")

    @cached_property
    def reached(self) -> frozenset[int]:
        """The columns that a counting consumer reaches, or may."""
        rows = self.base.fetch('SELECT h."column" FROM reach h JOIN consumer c ON c.key = h.consumer WHERE c.counts')
        return frozenset(number(row[0]) for row in rows)

    @cached_property
    def unread(self) -> frozenset[int]:
        """The raw relations whose rows nobody reads, for sure."""
        rows = self.base.fetch("SELECT relation FROM relation_status WHERE used = 0 AND NOT reached AND NOT doubted")
        return frozenset(number(row[0]) for row in rows)

    @cached_property
    def statuses(self) -> dict[int, str]:
        """Raw column → its status."""
        return {number(k): str(s) for k, s in self.base.fetch('SELECT "column", status FROM column_status')}

    @cached_property
    def _loaded(self) -> frozenset[int]:
        return frozenset(number(row[0]) for row in self.base.fetch("SELECT key FROM stored_column WHERE pipeline"))

    def pipeline(self, column: int) -> bool:
        """Whether the loader adds a column by itself."""
        return column in self._loaded

    def listed(self, kind: str) -> list[str]:
        """The paths of the files of one kind, sorted."""
        rows = self.base.fetch("SELECT path FROM file WHERE kind = :kind ORDER BY path", {"kind": kind})
        return [str(row[0]) for row in rows]

    def readable(self, path: str) -> bool:
        """Whether a file can be read as text."""
        try:
            self.text(path)
        except (ReadError, UnicodeDecodeError):
            return False
        return True

    def at(self, key: Value) -> Place | None:
        """The place with that key, None where there is none."""
        return self.base.at(key) if isinstance(key, int) else None

    def _grouped(self, sql: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for one, other in self.base.fetch(sql):
            found.setdefault(number(one), []).append(number(other))
        return found


def _key(value: object) -> int | None:
    return value if isinstance(value, int) else None
