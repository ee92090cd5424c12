"""The verdict on every field and raw column: needed, used, and the quadrant that follows, each with its reason.

Not knowing comes first, since a wrong "unused" destroys trust, and data.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from trackplan.derive.reasons import Doubts, Purposes, few
from trackplan.facts.base import FactBase, Row


@dataclass(slots=True)
class _Subject:
    """What is known of a field or a raw column before its verdict. `withheld` are derived needs that do not count."""

    parent: int | None
    personal: bool
    named: list[str] = field(default_factory=list)
    starred: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    explicit: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    doubts: Doubts = field(default_factory=Doubts)

    def needed_by(self, case: str, explicit: bool, explicit_only: bool) -> None:
        """Take on a need; one that is only derived does not count for personal data, where the policy says so."""
        withheld = explicit_only and self.personal
        (self.explicit if explicit else self.withheld if withheld else self.derived).append(case)


@dataclass(slots=True)
class _Column(_Subject):
    """What only columns have: their table, and whether a plan rules over it and lands on them."""

    relation: int = 0
    pipeline: bool = False
    governed: bool = False
    lands: bool = False


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One row of `column_status` or `field_status`."""

    needed: bool
    used: bool | None
    star_only: bool
    carried: bool
    status: str
    reason: str


def store(base: FactBase) -> None:
    """Fill `column_status`, `field_status` and `event_status`."""
    explicit_only = _one(base, "SELECT personal_needs FROM run") == "explicit"
    columns = _columns(base, explicit_only)
    fields = _fields(base, columns, explicit_only)
    names = ("needed", "used", "star_only", "carried", "status", "reason")
    rows = [(key, *_cells(_verdict(c)), *_flags(c, columns)) for key, c in columns.items()]
    base.insert("column_status", ("column", *names, "shadow", "lands"), rows)
    base.insert("field_status", ("field", *names), ((key, *_cells(_verdict(f))) for key, f in fields.items()))
    base.run(_EVENTS)


def status(needed: bool, used: bool | None) -> str:
    """The quadrant, first match: not known, keep, idle, undeclared, waste."""
    if used is None:
        return "unknown"
    if needed:
        return "keep" if used else "idle"
    return "undeclared" if used else "waste"


def _verdict(subject: _Subject) -> _Verdict:
    users = list(dict.fromkeys([*subject.named, *subject.starred]))
    used = True if users else None if subject.doubts else False
    purposes = Purposes(list(dict.fromkeys([*subject.explicit, *subject.derived])), bool(subject.withheld))
    needed = bool(purposes.use_cases)
    verdict = status(needed, used)
    if verdict == "unknown":
        reason = subject.doubts.reason()
    elif users:
        reason = f"{purposes.reason()}; used by {few(users)}"
    elif subject.models:
        reason = f"{purposes.reason()}; only models read it: {few(subject.models)}"
    else:
        reason = f"{purposes.reason()}; nobody reads it"
    return _Verdict(needed, used, bool(users) and not subject.named, bool(subject.models), verdict, reason)


def _columns(base: FactBase, explicit_only: bool) -> dict[int, _Column]:
    """All raw columns, with who uses them, who needs them, and what is not clear about them."""
    columns = {
        _int(key): _Column(
            parent if isinstance(parent, int) else None,
            bool(personal),
            relation=_int(relation),
            pipeline=bool(pipeline),
            governed=bool(governed),
        )
        for key, parent, relation, pipeline, personal, governed in base.fetch(_COLUMNS)
    }
    for key, personal in base.fetch(_LANDED):
        if (column := columns.get(_int(key))) is not None:
            column.lands = True
            column.personal = column.personal or bool(personal)
    for key, case, how in base.fetch(_NEEDS.format(kind="column")):
        if (column := columns.get(_int(key))) is not None:
            column.needed_by(str(case), how == "explicit", explicit_only)
    for column in reversed(list(columns.values())):
        # What holds a key that a field lands on, or a use case needs, is there for its sake.
        if column.parent is not None:
            above = columns[column.parent]
            above.lands = above.lands or column.lands
            above.explicit.extend(c for c in column.explicit if c not in above.explicit)
    _add_users(base, columns)
    _add_doubts(base, columns)
    return columns


def _add_users(base: FactBase, columns: dict[int, _Column]) -> None:
    for key, consumer, star in base.fetch(_USERS):
        if (column := columns.get(_int(key))) is not None:
            (column.starred if star else column.named).append(str(consumer))
    for key, model in base.fetch(_MODELS):
        if (column := columns.get(_int(key))) is not None:
            column.models.append(str(model))


# Whether anything was read that could use a column: a pattern that matches nothing is no evidence.
_READERS = """
SELECT (SELECT coalesce(sum(statements), 0) FROM evidence WHERE kind IN ('models', 'consumers'))
       + (SELECT count(*) FROM use WHERE consumer IS NOT NULL)
"""


def _add_doubts(base: FactBase, columns: dict[int, _Column]) -> None:
    places: dict[int, list[str]] = {}
    for key, reason in base.fetch('SELECT "column", reason FROM doubt ORDER BY reason'):
        places.setdefault(_int(key), []).append(str(reason))
    for key, consumer, path in base.fetch(_POSSIBLE):
        # Of a consumer whose own text was not understood, the clause about that text tells enough.
        told = (str(path) + ":", str(path) + " ")
        if (column := columns.get(_int(key))) and not any(p.startswith(told) for p in places.get(_int(key), ())):
            column.doubts.consumers.append(str(consumer))
    low = {_int(relation): str(clause) for relation, clause in base.fetch(_LOW_COVERAGE)}
    blind = not _one(base, _READERS)
    for key, column in columns.items():
        column.doubts.places.extend(places.get(key, ()))
        column.doubts.blind = blind
        if column.relation in low:
            column.doubts.readers.append(low[column.relation])


def _fields(base: FactBase, columns: dict[int, _Column], explicit_only: bool) -> dict[int, _Subject]:
    """All fields; each knows what the columns know that hold it or something inside it."""
    fields = {
        _int(key): _Subject(parent if isinstance(parent, int) else None, bool(personal))
        for key, parent, personal in base.fetch(_FIELDS)
    }
    landed: dict[int, list[int]] = {key: [] for key in fields}
    for key, column in base.fetch('SELECT field, "column" FROM landing ORDER BY field, "column"'):
        landed[_int(key)].append(_int(column))
    for key, reason in base.fetch("SELECT field, reason FROM unlanded ORDER BY field"):
        fields[_int(key)].doubts.unlanded.append(str(reason))
    for key, case, how in base.fetch(_NEEDS.format(kind="field")):
        fields[_int(key)].needed_by(str(case), how == "explicit", explicit_only)
    for key, item in sorted(fields.items(), reverse=True):
        # An object is what its members are; members have larger keys than what they are in.
        if item.parent is not None:
            above = fields[item.parent]
            landed[item.parent].extend(landed[key])
            above.doubts.add(item.doubts)
            above.explicit.extend(item.explicit)
            above.derived.extend(item.derived)
            above.withheld.extend(item.withheld)
    for key, item in fields.items():
        _look_into(item, [columns[c] for c in dict.fromkeys(landed[key]) if c in columns])
    return fields


def _look_into(item: _Subject, columns: list[_Column]) -> None:
    """Let a field know what its columns know."""
    if not columns and not item.doubts:
        item.doubts.unlanded.append("no column is known for it")
    for column in columns:
        if not column.named and not column.starred:
            item.doubts.add(column.doubts)
    item.named = sorted({n for c in columns for n in c.named})
    item.starred = sorted({n for c in columns for n in c.starred})
    item.models = sorted({m for c in columns for m in c.models})


def _flags(column: _Column, columns: dict[int, _Column]) -> tuple[int, int]:
    planned = column.lands
    above = column.parent
    while above is not None and not planned:
        # A key inside a value that the plan collects as a whole is planned with it.
        planned = columns[above].lands and not any(
            c.parent == above and c.lands for c in columns.values() if c.relation == column.relation
        )
        above = columns[above].parent
    return int(column.governed and not planned and not column.pipeline), int(column.lands)


def _cells(verdict: _Verdict) -> Row:
    used = None if verdict.used is None else int(verdict.used)
    flags = (int(verdict.star_only), int(verdict.carried))
    return (int(verdict.needed), used, *flags, verdict.status, verdict.reason)


def _one(base: FactBase, sql: str) -> object:
    return next(iter(base.fetch(sql)), (None,))[0]


def _int(value: object) -> int:
    """A key of the base, which declares them as integers."""
    return value if isinstance(value, int) else 0


_COLUMNS = """
SELECT c.key, c.parent, c.relation, c.pipeline, c.sensitivity IN ('personal', 'special'), r.governed
FROM "column" c JOIN relation r ON r.key = c.relation WHERE r.raw ORDER BY c.key
"""
_FIELDS = "SELECT key, parent, sensitivity IN ('personal', 'special') FROM field ORDER BY key"
_LANDED = """
SELECT l."column", f.sensitivity IN ('personal', 'special') FROM landing l JOIN field f ON f.key = l.field
"""
_NEEDS = """
SELECT j.key, u.id, j.how FROM justification j JOIN use_case u ON u.key = j.use_case
WHERE j.kind = '{kind}' ORDER BY j.how DESC, u.id
"""
_USERS = """
SELECT h."column", c.id, h.strength = 'star' FROM reach h JOIN consumer c ON c.key = h.consumer
WHERE c.counts AND h.strength <> 'possible' ORDER BY c.id
"""
_POSSIBLE = """
SELECT h."column", c.id, f.path FROM reach h JOIN consumer c ON c.key = h.consumer
LEFT JOIN place p ON p.key = c.place LEFT JOIN file f ON f.key = p.file
WHERE c.counts AND h.strength = 'possible' ORDER BY c.id
"""
_MODELS = 'SELECT k."column", r.id FROM carry k JOIN relation r ON r.key = k.relation ORDER BY r.id'
_LOW_COVERAGE = """
SELECT c.relation, 'only ' || c.understood || ' of the ' || c.statements || ' statements that read ' || r.id || ' '
       || CASE c.understood WHEN 1 THEN 'is' ELSE 'are' END || ' understood'
FROM coverage c JOIN relation r ON r.key = c.relation JOIN run
WHERE c.understood < run.minimum_coverage * c.statements
"""
_EVENTS = """
INSERT INTO event_status (event, used, needed, fields, waste)
SELECT e.key,
       CASE WHEN max(f.used) = 1 OR EXISTS (
                 SELECT 1 FROM landing_relation l JOIN relation_reach h ON h.relation = l.relation
                 JOIN consumer c ON c.key = h.consumer
                 WHERE l.event = e.key AND h.strength <> 'possible' AND c.counts) THEN 1
            WHEN count(*) FILTER (WHERE f.field IS NOT NULL AND f.used IS NULL) > 0
                 OR NOT EXISTS (SELECT 1 FROM landing_relation l WHERE l.event = e.key)
                 OR EXISTS (
                 SELECT 1 FROM landing_relation l JOIN relation_reach h ON h.relation = l.relation
                 WHERE l.event = e.key AND h.strength = 'possible') THEN NULL
            ELSE 0 END,
       coalesce(max(f.needed), 0) OR EXISTS (
                 SELECT 1 FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
                 WHERE m.event = e.key AND u.state = 'active'),
       count(f.field),
       count(*) FILTER (WHERE f.status = 'waste')
FROM event e
LEFT JOIN field d ON d.event = e.key
LEFT JOIN field_status f ON f.field = d.key
GROUP BY e.key
"""
