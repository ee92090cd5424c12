"""The facts → processing activities: what each use case does with data on people, and what nobody declared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.facts.base import FactBase

# A use case does something with data that it names, and with what the consumers that serve it reach.
_DATA = """
SELECT j.use_case, p.id, p.category, p.sensitivity, max(j.how = 'explicit'), p.kind, p.key
FROM justification j JOIN personal_subject p ON p.kind = j.kind AND p.key = j.key
GROUP BY j.use_case, p.kind, p.key ORDER BY p.id"""
_UNDECLARED = """
SELECT p.id, p.category, p.sensitivity, p.kind, p.key FROM personal_subject p
WHERE NOT EXISTS (SELECT 1 FROM justification j WHERE j.kind = p.kind AND j.key = p.key) ORDER BY p.id"""
_USE_CASES = """
SELECT key, id, title, owner, data_use, legal_basis, special_category_basis, retention, coalesce(review_by, ''),
       signed_by, coalesce(signed_on, ''), signed <> '' AND signed = fingerprint
FROM use_case WHERE state = 'active' ORDER BY id"""
_DETAILS = "SELECT use_case, kind, value, note FROM use_case_detail ORDER BY kind, value, note"
_TOOLS = """
SELECT 'field', f.key, d.destination FROM field f JOIN event_destination d ON d.event = f.event
UNION
SELECT 'column', l."column", d.destination FROM landing l JOIN field f ON f.key = l.field
JOIN event_destination d ON d.event = f.event ORDER BY 3"""
_EXPORTS = """
SELECT s.use_case, c.id FROM serves s JOIN consumer c ON c.key = s.consumer WHERE c.class = 'export' ORDER BY c.id"""
_EXCESS = "SELECT DISTINCT kind, key, keep FROM excess ORDER BY kind, key, keep"
_TAKERS = "SELECT use_case, selector FROM need WHERE wildcard ORDER BY selector"

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Datum:
    """A field or column with data on people: `named` where a need names it, `less` what of it would do ('' for all)."""

    id: str
    category: str
    sensitivity: str
    named: bool
    less: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a use case says of itself; without an id, there is none."""

    id: str = ""
    title: str = ""
    owner: str = ""
    data_use: str = ""
    legal_basis: str = ""
    special_basis: str = ""
    retention: str = ""
    review_by: str = ""
    signed_by: str = ""
    signed_on: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Data on people that is processed for a purpose, or for none. `signed` holds for what it says today."""

    purpose: Purpose
    data: tuple[Datum, ...]
    tools: tuple[str, ...]
    signed: bool = False
    subjects: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    transfers: tuple[tuple[str, str], ...] = ()
    exports: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()

    @property
    def categories(self) -> dict[str, int]:
        """How many fields and columns of each category of fideslang; '' where only a sensitivity is declared."""
        found: dict[str, int] = defaultdict(int)
        for datum in self.data:
            found[datum.category] += 1
        return dict(sorted(found.items()))


@dataclass(slots=True)
class _Reader:
    base: FactBase
    details: Mapping[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    tools: Mapping[Key, list[str]] = field(default_factory=dict)
    less: Mapping[Key, str] = field(default_factory=dict)

    def datum(self, said: tuple[object, ...], key: Key, *, named: bool) -> Datum:
        id_, category, sensitivity = map(str, said)
        return Datum(id_, category, sensitivity, named, self.less.get(key, ""))

    def tools_of(self, keys: list[Key]) -> tuple[str, ...]:
        return tuple(sorted({tool for key in keys for tool in self.tools.get(key, ())}))


def activities(base: FactBase) -> tuple[list[Activity], int]:
    """The activities with data on people by id, last what has no purpose; and how many use cases need no such data."""
    reader = _Reader(base, _details(base), _grouped_by_subject(base), _less(base))
    data: dict[int, list[Datum]] = defaultdict(list)
    keys: dict[int, list[Key]] = defaultdict(list)
    for use_case, *said, named, kind, key in base.fetch(_DATA):
        subject = (str(kind), _int(key))
        data[_int(use_case)].append(reader.datum(tuple(said), subject, named=bool(named)))
        keys[_int(use_case)].append(subject)
    exports, takers = _listed(base, _EXPORTS), _listed(base, _TAKERS)
    found, without = [], 0
    for key, *words, signed in base.fetch(_USE_CASES):
        number = _int(key)
        if number not in data:
            without += 1
            continue
        details = reader.details.get(number, [])
        found.append(
            Activity(
                Purpose(*map(str, words)),
                tuple(data[number]),
                reader.tools_of(keys[number]),
                bool(signed),
                tuple(value for kind, value, _ in details if kind == "data_subject"),
                tuple(value for kind, value, _ in details if kind == "recipient"),
                tuple((value, note) for kind, value, note in details if kind == "transfer"),
                tuple(exports.get(number, ())),
                tuple(takers.get(number, ())),
            )
        )
    return [*found, *_undeclared(base, reader)], without


def _undeclared(base: FactBase, reader: _Reader) -> list[Activity]:
    rows = [
        ((id_, category, sensitivity), (str(kind), _int(key)))
        for id_, category, sensitivity, kind, key in base.fetch(_UNDECLARED)
    ]
    if not rows:
        return []
    data = tuple(reader.datum(said, subject, named=False) for said, subject in rows)
    return [Activity(Purpose(), data, reader.tools_of([subject for _, subject in rows]))]


def _details(base: FactBase) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for use_case, kind, value, note in base.fetch(_DETAILS):
        found[_int(use_case)].append((str(kind), str(value), str(note)))
    return found


def _grouped_by_subject(base: FactBase) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    for kind, key, tool in base.fetch(_TOOLS):
        found[str(kind), _int(key)].append(str(tool))
    return found


def _less(base: FactBase) -> dict[Key, str]:
    return {(str(kind), _int(key)): str(keep) for kind, key, keep in base.fetch(_EXCESS)}


def _listed(base: FactBase, sql: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for use_case, value in base.fetch(sql):
        found[_int(use_case)].append(str(value))
    return found


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
