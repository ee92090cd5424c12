"""The facts → what the dictionary says: events and tables, each with its fields."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.facts.plain import listed, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trackplan.facts.base import FactBase

_SURE = "c.declared OR c.confidence >= 0.8"
_EVENTS = """
SELECT e.key, p.name, e.name, e.type, e.description, e.owner, e.status, e.introduced, e.expires, f.path
FROM event e JOIN plan p ON p.key = e.plan JOIN place x ON x.key = e.place JOIN file f ON f.key = x.file
ORDER BY e.id"""
_TABLES = """
SELECT r.key, '', r.id, r.kind, r.description, r.owner, '', '', '', coalesce(f.path, '')
FROM relation r LEFT JOIN place x ON x.key = r.place LEFT JOIN file f ON f.key = x.file
WHERE r.raw AND r.key IN (SELECT relation FROM subject WHERE kind = 'column') ORDER BY r.id"""
_FIELDS = f"""
SELECT 'field', f.key, f.event, f.path, f.type, f.required, f."values", f.description, f.status,
       s.status, s.reason, s.users, s.takers, s.use_cases,
       CASE WHEN {_SURE} THEN c.category ELSE '' END, CASE WHEN {_SURE} THEN c.sensitivity ELSE '' END
FROM field f JOIN field_status s ON s.field = f.key
LEFT JOIN classification c ON c.kind = 'field' AND c.key = f.key ORDER BY f.key"""
_COLUMNS = f"""
SELECT 'column', k.key, k.relation, k.path, k.type, 0, NULL, k.description, '',
       s.status, s.reason, s.users, s.takers, s.use_cases,
       CASE WHEN {_SURE} THEN c.category ELSE '' END, CASE WHEN {_SURE} THEN c.sensitivity ELSE '' END
FROM subject s JOIN stored_column k ON k.key = s.key
LEFT JOIN classification c ON c.kind = 'column' AND c.key = k.key WHERE s.kind = 'column' ORDER BY k.key"""
_RETENTION = """
SELECT DISTINCT j.kind, j.key, u.retention FROM justification j JOIN use_case u ON u.key = j.use_case
WHERE u.retention <> '' ORDER BY 3"""
_PERSONAL = "SELECT kind, key FROM personal_subject"
_TAGS = "SELECT event, tag FROM event_tag ORDER BY tag"
_TOOLS = "SELECT event, destination FROM event_destination ORDER BY destination"
_LANDS = "SELECT l.event, r.id FROM landing_relation l JOIN relation r ON r.key = l.relation ORDER BY r.id"


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of an event, or a column of a table. `state` is '' or what the plan says of it, `status` the verdict."""

    path: str
    type: str
    required: bool
    values: tuple[str, ...]
    description: str
    state: str
    status: str
    reason: str
    users: str
    use_cases: str
    category: str
    sensitivity: str
    personal: bool
    retention: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """An event of a plan, or a table with columns in which no field lands; then `plan` is ''."""

    plan: str
    name: str
    kind: str
    description: str
    owner: str
    state: str
    introduced: str
    expires: str
    file: str
    tags: tuple[str, ...]
    tools: tuple[str, ...]
    tables: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def personal(self) -> int:
        """How many of its fields are data on people."""
        return sum(entry.personal for entry in self.entries)


def things(base: FactBase) -> list[Thing]:
    """All events by id, then all tables that hold something which no plan describes."""
    retention: dict[tuple[str, int], list[str]] = defaultdict(list)
    for kind, key, kept in base.fetch(_RETENTION):
        retention[str(kind), number(key)].append(str(kept))
    personal = {(str(kind), number(key)) for kind, key in base.fetch(_PERSONAL)}
    fields, columns = (_entries(base, sql, retention, personal) for sql in (_FIELDS, _COLUMNS))
    about = [listed(base, sql) for sql in (_TAGS, _TOOLS, _LANDS)]
    found = list(_things(base, _EVENTS, fields, about))
    return found + list(_things(base, _TABLES, columns, [{}, {}, {}]))


def _things(
    base: FactBase, sql: str, entries: dict[int, list[Entry]], about: Sequence[Mapping[int, list[str]]]
) -> Iterator[Thing]:
    for key, *words in base.fetch(sql):
        own = number(key)
        more = [tuple(each.get(own, ())) for each in about]
        plan, name, kind, description, owner, state, introduced, expires, file = (str(word or "") for word in words)
        head = (plan, name, kind, description, owner, state, introduced, expires, file)
        yield Thing(*head, more[0], more[1], more[2], tuple(entries.get(own, ())))


def _entries(
    base: FactBase, sql: str, retention: dict[tuple[str, int], list[str]], personal: set[tuple[str, int]]
) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for kind, key, above, path, type_, required, values, *words in base.fetch(sql):
        own = number(key)
        description, state, status, reason, users, takers, use_cases, category, sensitivity = (
            str(word or "") for word in words
        )
        entry = Entry(
            ".".join(map(str, json.loads(str(path)))),
            str(type_),
            bool(required),
            tuple(map(str, json.loads(str(values)))) if values else (),
            description,
            "" if state == "active" else state,
            status,
            reason,
            "; ".join(part for part in (users, takers) if part),
            use_cases,
            category,
            sensitivity,
            (str(kind), own) in personal,
            tuple(retention.get((str(kind), own), ())),
        )
        found[number(above)].append(entry)
    return found
