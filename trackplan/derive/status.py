"""The verdict on every field and raw column: needed, used, and the quadrant that follows, each with its reason.

The order of the verdicts is that of the design: not knowing comes first, since a wrong "unused" destroys trust, and data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from trackplan.facts.base import FactBase, Row


@dataclass(slots=True)
class _Column:
    """What is known of one raw column before its verdict."""

    key: int
    parent: int | None
    relation: int
    pipeline: bool
    personal: bool
    governed: bool
    named: list[str] = field(default_factory=list)
    starred: list[str] = field(default_factory=list)
    possible: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    explicit: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
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
    columns = _columns(base)
    verdicts = _column_verdicts(base, columns, explicit_only)
    fields = _field_verdicts(base, columns, verdicts, explicit_only)
    names = ("needed", "used", "star_only", "carried", "status", "reason")
    rows = [(key, *_cells(v), *_flags(columns[key], columns)) for key, v in verdicts.items()]
    base.insert("column_status", ("column", *names, "shadow", "lands"), rows)
    base.insert("field_status", ("field", *names), ((key, *_cells(v)) for key, v in fields.items()))
    base.run(_EVENTS)


def status(needed: bool, used: bool | None) -> str:
    """The quadrant, first match: not known, keep, idle, undeclared, waste."""
    if used is None:
        return "unknown"
    if needed:
        return "keep" if used else "idle"
    return "undeclared" if used else "waste"


def _columns(base: FactBase) -> dict[int, _Column]:
    columns = {
        int(str(r[0])): _Column(
            int(str(r[0])), r[1] if isinstance(r[1], int) else None, int(str(r[2])), *map(bool, r[3:])
        )
        for r in base.fetch(
            "SELECT c.key, c.parent, c.relation, c.pipeline, c.sensitivity IN ('personal', 'special'), r.governed "
            'FROM "column" c JOIN relation r ON r.key = c.relation WHERE r.raw ORDER BY c.key'
        )
    }
    for key, consumer, strength in base.fetch(
        'SELECT h."column", c.id, h.strength FROM reach h JOIN consumer c ON c.key = h.consumer '
        "WHERE c.counts ORDER BY c.id"
    ):
        column = columns.get(int(str(key)))
        if column is not None:
            kinds = {"named": column.named, "star": column.starred, "possible": column.possible}
            kinds[str(strength)].append(str(consumer))
    for key, reason in base.fetch('SELECT "column", reason FROM doubt ORDER BY reason'):
        if (column := columns.get(int(str(key)))) is not None:
            column.doubts.append(str(reason))
    for key, model in base.fetch(
        'SELECT k."column", r.id FROM carry k JOIN relation r ON r.key = k.relation ORDER BY r.id'
    ):
        if (column := columns.get(int(str(key)))) is not None:
            column.models.append(str(model))
    for key, case, how in base.fetch(
        "SELECT j.key, u.id, j.how FROM justification j JOIN use_case u ON u.key = j.use_case "
        "WHERE j.kind = 'column' ORDER BY u.id"
    ):
        if (column := columns.get(int(str(key)))) is not None:
            (column.explicit if how == "explicit" else column.derived).append(str(case))
    for key, personal in base.fetch(
        "SELECT l.\"column\", f.sensitivity IN ('personal', 'special') FROM landing l JOIN field f ON f.key = l.field"
    ):
        if (column := columns.get(int(str(key)))) is not None:
            column.lands = True
            column.personal = column.personal or bool(personal)
    for column in reversed(list(columns.values())):
        # What holds a key that a field lands on, or a use case needs, is there for its sake.
        if column.parent is not None:
            above = columns[column.parent]
            above.lands = above.lands or column.lands
            above.explicit.extend(c for c in column.explicit if c not in above.explicit)
    return columns


def _column_verdicts(base: FactBase, columns: dict[int, _Column], explicit_only: bool) -> dict[int, _Verdict]:
    low = _low_coverage(base)
    blind = not _one(base, "SELECT max(configured) FROM evidence WHERE kind IN ('models', 'consumers')")
    found: dict[int, _Verdict] = {}
    for key, column in columns.items():
        doubts = list(column.doubts)
        doubts.extend(f"{c} may use it, a name in it is not clear" for c in column.possible)
        if column.relation in low:
            doubts.append(low[column.relation])
        if blind:
            doubts.append("no models and no consumers are given")
        needs = column.explicit + ([] if explicit_only and column.personal else column.derived)
        found[key] = _verdict(needs, column.named, column.starred, doubts, column.models)
    return found


def _verdict(
    needs: Iterable[str], named: list[str], starred: list[str], doubts: list[str], models: list[str]
) -> _Verdict:
    users = list(dict.fromkeys([*named, *starred]))
    used = True if users else None if doubts else False
    purposes = list(dict.fromkeys(needs))
    verdict = status(bool(purposes), used)
    by = "needed by " + few(purposes) if purposes else "no active use case needs it"
    if verdict == "unknown":
        reason = few(doubts, "; ", 2)
    elif users:
        reason = f"{by}; used by {few(users)}"
    elif models:
        reason = f"{by}; only models read it: {few(models)}"
    else:
        reason = f"{by}; nobody reads it"
    return _Verdict(bool(purposes), used, bool(users) and not named, bool(models), verdict, reason)


def _field_verdicts(
    base: FactBase, columns: dict[int, _Column], verdicts: dict[int, _Verdict], explicit_only: bool
) -> dict[int, _Verdict]:
    parents = {int(str(k)): p for k, p in base.fetch("SELECT key, parent FROM field ORDER BY key")}
    personal = {
        int(str(k)) for (k,) in base.fetch("SELECT key FROM field WHERE sensitivity IN ('personal', 'special')")
    }
    landed: dict[int, list[int]] = {key: [] for key in parents}
    doubts: dict[int, list[str]] = {key: [] for key in parents}
    needs: dict[int, list[str]] = {key: [] for key in parents}
    for key, column in base.fetch('SELECT field, "column" FROM landing ORDER BY field, "column"'):
        landed[int(str(key))].append(int(str(column)))
    for key, reason in base.fetch("SELECT field, reason FROM unlanded ORDER BY field"):
        doubts[int(str(key))].append(str(reason))
    for key, case, how in base.fetch(
        "SELECT j.key, u.id, j.how FROM justification j JOIN use_case u ON u.key = j.use_case "
        "WHERE j.kind = 'field' ORDER BY j.how DESC, u.id"
    ):
        field_ = int(str(key))
        if how == "explicit" or not (explicit_only and field_ in personal):
            needs[field_].append(str(case))
    for key, parent in sorted(parents.items(), reverse=True):
        # An object is what its members are; members have larger keys than what they are in.
        if isinstance(parent, int):
            landed[parent].extend(landed[key])
            doubts[parent].extend(doubts[key])
            needs[parent].extend(needs[key])
    found: dict[int, _Verdict] = {}
    for key in parents:
        mine = [columns[c] for c in dict.fromkeys(landed[key]) if c in columns]
        unknown = doubts[key] + [verdicts[c.key].reason for c in mine if verdicts[c.key].used is None]
        if not mine and not unknown:
            unknown.append("no column is known for it")
        found[key] = _verdict(
            needs[key],
            sorted({n for c in mine for n in c.named}),
            sorted({n for c in mine for n in c.starred}),
            list(dict.fromkeys(unknown)),
            sorted({m for c in mine for m in c.models}),
        )
    return found


def _low_coverage(base: FactBase) -> dict[int, str]:
    """Relations of which too few readers were understood, each with the clause that says so."""
    return {
        int(str(relation)): f"only {understood} of the {statements} statements that read its table were understood"
        for relation, statements, understood in base.fetch(
            "SELECT c.relation, c.statements, c.understood FROM coverage c, run "
            "WHERE c.understood < run.minimum_coverage * c.statements"
        )
    }


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


def few(names: list[str], joint: str = ", ", most: int = 3) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return joint.join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _one(base: FactBase, sql: str) -> object:
    return next(iter(base.fetch(sql)), (None,))[0]


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
