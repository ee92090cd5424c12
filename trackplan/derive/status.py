"""The verdict on every field and raw column: needed, used, and the quadrant that follows, each with its reason.

Not knowing comes first, since a wrong "unused" destroys trust, and data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive import event_status
from trackplan.derive.reasons import Doubts, Purposes, few, listing
from trackplan.derive.users import Reached, Users

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Row


class _Subject(Struct):
    """What is known of a field or a raw column before its verdict. `withheld` are derived needs that do not count.

    `named` and `starred` are the counting consumers that use it, as bits; `columns` the keys of what it is stored in.
    """

    parent: int | None
    personal: bool
    named: int = 0
    starred: int = 0
    carried: bool = False
    columns: tuple[int, ...] = ()
    explicit: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    doubts: Doubts | None = None

    def selected(self, case: str, wildcard: bool, explicit_only: bool) -> None:
        """Take on a need that selects it; personal data that a wildcard happens to hit is not named by it."""
        if wildcard and explicit_only and self.personal:
            self.withheld += (case,)
        else:
            self.explicit += (case,)

    def served(self, cases: Iterable[str], explicit_only: bool) -> None:
        """Take on derived needs; they do not count for personal data, where the policy says so."""
        if explicit_only and self.personal:
            self.withheld += tuple(cases)
        else:
            self.derived += tuple(cases)

    def doubt(self, other: Doubts | None) -> Doubts:
        """Its doubts, with those of something that it is used with."""
        self.doubts = self.doubts or Doubts()
        if other is not None:
            self.doubts.add(other)
        return self.doubts


class _Column(_Subject):
    """What only columns have: their table, and whether a plan rules over it and lands on them."""

    relation: int = 0
    pipeline: bool = False
    governed: bool = False
    lands: bool = False


_NAMES = ("needed", "used", "star_only", "carried", "status", "reason", "withheld", "users", "takers", "models",
          "others", "use_cases")  # fmt: skip
_MODELS = "SELECT key, id FROM relation"
TABLES: dict[str, tuple[str, ...]] = {
    "column_status": ("column", *_NAMES, "shadow", "lands"),
    "field_status": ("field", *_NAMES),
    "relation_status": ("relation", "reached", "used", "doubted"),
}
"""The tables that are filled here, with their columns."""


class Part(Struct, frozen=True):
    """A part of the facts, by keys: raw relations, some of their columns, and events with all of their fields.

    The relations are those of the columns, and those in which fields of the events land.
    """

    relations: frozenset[int]
    columns: frozenset[int]
    events: frozenset[int]


def store(base: FactBase, reached: Reached) -> None:
    """Fill `column_status`, `field_status`, `relation_status` and `event_status`."""
    for table, rows in verdicts(base, reached).items():
        base.insert(table, TABLES[table], rows)
    event_status.store(base)


def verdicts(
    base: FactBase, reached: Reached, part: Part | None = None, models: str = _MODELS
) -> dict[str, Iterable[Row]]:
    """The rows of all those tables but `event_status`, of all subjects or of a part of them.

    `models` gives the keys and ids of relations.
    """
    explicit_only = next(iter(base.fetch("SELECT personal_needs FROM run")))[0] == "explicit"
    users = Users.of(base, reached, models)
    columns = _columns(base, users, explicit_only, part)
    fields = _fields(base, users, columns, explicit_only, part)
    inside: dict[int, list[int]] = {}
    for key, column in columns.items():
        inside.setdefault(column.relation, []).append(key)
    raw = base.fetch(_RAW.format(some=_IN.format("key") if part else ""), _keys(part.relations if part else None))
    relations = [_int(key) for key, is_raw in raw if is_raw]
    wanted = columns if part is None else part.columns & columns.keys()
    return {
        "column_status": ((key, *_verdict(users, columns[key]), *_flags(columns[key], columns)) for key in wanted),
        "field_status": ((key, *_verdict(users, item)) for key, item in fields.items()),
        "relation_status": [users.relation(key, inside.get(key, ())) for key in relations],
    }


def _json(keys: Iterable[int]) -> str:
    return json.dumps(sorted(keys))


def status(needed: bool, used: bool | None) -> str:
    """The quadrant, first match: not known, keep, idle, undeclared, waste."""
    if used is None:
        return "unknown"
    if needed:
        return "keep" if used else "idle"
    return "undeclared" if used else "waste"


def _verdict(users: Users, subject: _Subject) -> Row:
    """The cells of `_NAMES`."""
    named, starred = subject.named, subject.starred
    used = True if named or starred else None if subject.doubts else False
    if used and not (subject.explicit or subject.derived or subject.withheld):
        return users.plain(named, starred, subject.carried)
    purposes = Purposes(list(dict.fromkeys([*subject.explicit, *subject.derived])), bool(subject.withheld))
    needed = bool(purposes.use_cases)
    verdict = status(needed, used)
    models: list[str] = []
    others = 0
    if verdict == "unknown":
        reason = subject.doubt(None).reason()
    elif used:
        reason = f"{purposes.reason()}; used by {users.few(named, starred)}"
    else:
        models = users.models(subject.columns) if subject.carried else []
        others = users.others(subject.columns)
        readers = " and ".join([*(["models"] if subject.carried else []), *users.kinds(others)])
        who = few([*models, *users.names(others)])
        reason = f"{purposes.reason()}; " + (f"only {readers} read it: {who}" if readers else "nobody reads it")
    flags = (int((named or starred) != 0 and not named), int(subject.carried))
    listed = (users.listing(named), users.listing(starred), listing(models), users.listing(others))
    cell = None if used is None else int(used)
    return (int(needed), cell, *flags, verdict, reason, int(purposes.unnamed), *listed, listing(purposes.use_cases))


def _columns(base: FactBase, users: Users, explicit_only: bool, part: Part | None) -> dict[int, _Column]:
    """All raw columns, with who uses them, who needs them, and what is not clear about them."""
    columns = {
        _int(key): _Column(
            parent if isinstance(parent, int) else None,
            bool(personal),
            relation=_int(relation),
            pipeline=bool(pipeline),
            governed=bool(governed),
            columns=(_int(key),),
        )
        for key, parent, relation, pipeline, personal, governed in base.fetch(
            _COLUMNS.format(some=_IN.format("c.relation") if part else ""), _keys(part.relations if part else None)
        )
    }
    for key, personal in base.fetch(_LANDED):
        if (column := columns.get(_int(key))) is not None:
            column.lands = True
            column.personal = column.personal or bool(personal)
    for key, case, wildcard in base.fetch(_NEEDS.format(kind="column")):
        if (column := columns.get(_int(key))) is not None:
            column.selected(str(case), bool(wildcard), explicit_only)
    low = {_int(relation): str(clause) for relation, clause in base.fetch("SELECT relation, reason FROM low_coverage")}
    for key, column in columns.items():
        column.named, column.starred, column.carried = users.of_column(key)
        if users.cases:
            column.served(users.served([key]), explicit_only)
        if not column.named and not column.starred:
            users.doubt(key, column.doubt(None), low.get(column.relation))
    for column in reversed(list(columns.values())):
        # What holds a key that a field lands on, or a use case needs, is there for its sake.
        if column.parent is not None:
            above = columns[column.parent]
            above.lands = above.lands or column.lands
            above.explicit += tuple(c for c in column.explicit if c not in above.explicit)
    return columns


def _fields(
    base: FactBase, users: Users, columns: dict[int, _Column], explicit_only: bool, part: Part | None
) -> dict[int, _Subject]:
    """All fields; each knows what the columns know that hold it or something inside it."""
    some = _FIELDS.format(some=_IN.format("event") if part else "")
    fields = {
        _int(key): _Subject(parent if isinstance(parent, int) else None, bool(personal))
        for key, parent, personal in base.fetch(some, _keys(part.events if part else None))
    }
    landed: dict[int, list[int]] = {key: [] for key in fields}
    for key, column in base.fetch('SELECT field, "column" FROM landing ORDER BY field, "column"'):
        if key in landed:
            landed[_int(key)].append(_int(column))
    for key, reason in base.fetch("SELECT field, reason FROM unlanded ORDER BY field"):
        if key in fields:
            fields[_int(key)].doubt(None).unlanded.append(str(reason))
    for key, case, wildcard in base.fetch(_NEEDS.format(kind="field")):
        if key in fields:
            fields[_int(key)].selected(str(case), bool(wildcard), explicit_only)
    for key, item in fields.items():
        item.served(users.served(landed[key]), explicit_only)
    for key, item in sorted(fields.items(), reverse=True):
        # An object is what its members are; members have larger keys than what they are in.
        if item.parent is not None:
            above = fields[item.parent]
            landed[item.parent].extend(landed[key])
            above.doubt(item.doubts)
            above.explicit += item.explicit
            above.derived += item.derived
            above.withheld += item.withheld
    for key, item in fields.items():
        item.columns = tuple(c for c in dict.fromkeys(landed[key]) if c in columns)
        _look_into(item, [columns[c] for c in item.columns])
    return fields


def _look_into(item: _Subject, columns: list[_Column]) -> None:
    """Let a field know what its columns know."""
    if not columns and not item.doubts:
        item.doubt(None).unlanded.append("no column is known for it")
    for column in columns:
        if not column.named and not column.starred:
            item.doubt(column.doubts)
        item.named |= column.named
        item.starred |= column.starred
        item.carried = item.carried or column.carried


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


def _keys(keys: Iterable[int] | None) -> dict[str, str]:
    return {} if keys is None else {"keys": _json(keys)}


def _int(value: object) -> int:
    """A key of the base, which declares them as integers."""
    return value if isinstance(value, int) else 0


_COLUMNS = """
SELECT c.key, c.parent, c.relation, c.pipeline, c.sensitivity IN ('personal', 'special'), r.governed
FROM stored_column c JOIN relation r ON r.key = c.relation {some} ORDER BY c.key
"""
_FIELDS = "SELECT key, parent, sensitivity IN ('personal', 'special') FROM field {some} ORDER BY key"
_RAW = "SELECT key, raw FROM relation {some} ORDER BY key"
_IN = "WHERE {} IN (SELECT value FROM json_each(:keys))"
_LANDED = """
SELECT l."column", f.sensitivity IN ('personal', 'special') FROM landing l JOIN field f ON f.key = l.field
"""
_NEEDS = """
SELECT n.key, u.id, min(n.wildcard) FROM named_need n JOIN use_case u ON u.key = n.use_case
WHERE n.kind = '{kind}' GROUP BY n.key, u.id ORDER BY u.id
"""
