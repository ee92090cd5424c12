"""The facts → processing activities: what each use case does with data on people, and what nobody declared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trackplan.facts.plain import listed, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.facts.base import FactBase

_PERSONAL = "SELECT kind, key, id, category, sensitivity FROM personal_subject ORDER BY id"
# A use case does something with data that it names, and with what the consumers that serve it reach.
_JUSTIFIED = "SELECT use_case, kind, key, max(how = 'explicit') FROM justification GROUP BY use_case, kind, key"
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


@dataclass(frozen=True, slots=True)
class _People:
    """The data on people by subject, in the order of ids, with the tools that it is sent to."""

    data: Mapping[Key, Datum]
    tools: Mapping[Key, list[str]]

    def activity(self, subjects: Mapping[Key, bool]) -> tuple[tuple[Datum, ...], tuple[str, ...]]:
        """The data among these subjects, each with whether a need names it, and the tools."""
        data = tuple(replace(datum, named=subjects[key]) for key, datum in self.data.items() if key in subjects)
        return data, tuple(sorted({tool for key in subjects for tool in self.tools.get(key, ())}))


def activities(base: FactBase) -> tuple[list[Activity], int]:
    """The activities with data on people by id, last what has no purpose; and how many use cases need no such data."""
    people = _people(base)
    needed: dict[int, dict[Key, bool]] = defaultdict(dict)
    for use_case, kind, key, named in base.fetch(_JUSTIFIED):
        if (subject := (str(kind), number(key))) in people.data:
            needed[number(use_case)][subject] = bool(named)
    details, exports, takers = _details(base), listed(base, _EXPORTS), listed(base, _TAKERS)
    found, without = [], 0
    for given, *words, signed in base.fetch(_USE_CASES):
        key = number(given)
        if key not in needed:
            without += 1
            continue
        said = details.get(key, [])
        found.append(
            Activity(
                Purpose(*map(str, words)),
                *people.activity(needed[key]),
                bool(signed),
                tuple(value for kind, value, _ in said if kind == "data_subject"),
                tuple(value for kind, value, _ in said if kind == "recipient"),
                tuple((value, note) for kind, value, note in said if kind == "transfer"),
                tuple(exports.get(key, ())),
                tuple(takers.get(key, ())),
            )
        )
    used = {subject for subjects in needed.values() for subject in subjects}
    rest = {subject: False for subject in people.data if subject not in used}
    return [*found, *([Activity(Purpose(), *people.activity(rest))] if rest else [])], without


def _people(base: FactBase) -> _People:
    less = {(str(kind), number(key)): str(keep) for kind, key, keep in base.fetch(_EXCESS)}
    data = {}
    for kind, key, *words in base.fetch(_PERSONAL):
        subject = (str(kind), number(key))
        id_, category, sensitivity = map(str, words)
        data[subject] = Datum(id_, category, sensitivity, False, less.get(subject, ""))
    tools: dict[Key, list[str]] = defaultdict(list)
    for kind, key, tool in base.fetch(_TOOLS):
        tools[str(kind), number(key)].append(str(tool))
    return _People(data, tools)


def _details(base: FactBase) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for use_case, kind, value, note in base.fetch(_DETAILS):
        found[number(use_case)].append((str(kind), str(value), str(note)))
    return found
