"""Which tables hold data on people, for how long each of it is needed, and how old rows are told to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.facts.plain import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.prune.world import Column, World

_HELD = """
WITH held AS (
  SELECT c.relation, c.key, p.kind, p.key AS subject, p.id, p.category, p.sensitivity
  FROM personal_subject p JOIN stored_column c ON p.kind = 'column' AND c.key = p.key
  UNION
  SELECT c.relation, c.key, p.kind, p.key, p.id, p.category, p.sensitivity
  FROM personal_subject p JOIN landing l ON p.kind = 'field' AND l.field = p.key
  JOIN stored_column c ON c.key = l."column"
)
SELECT h.relation, h.key, h.id, h.category, h.sensitivity, q.retention, q.days
FROM held h LEFT JOIN policed_subject q ON q.kind = h.kind AND q.key = h.subject
ORDER BY h.relation, h.key, h.id"""
_NEEDED = """
SELECT DISTINCT n.key, u.id, u.retention, u.retention_days, u.place
FROM named_need n JOIN use_case u ON u.key = n.use_case WHERE n.kind = 'column' ORDER BY 1, 2"""
_JUSTIFIED = """
SELECT DISTINCT c.relation, c.key, u.id, u.retention_days
FROM justification j JOIN stored_column c ON j.kind = 'column' AND c.key = j.key JOIN use_case u ON u.key = j.use_case
ORDER BY 1, 3"""
_READERS = """
SELECT h.relation, c.id FROM relation_reach h JOIN consumer c ON c.key = h.consumer ORDER BY 1, 2"""
# Names of columns that tell when a row came to be, the surest first.
_TIMES = (
    "event_timestamp", "event_time", "timestamp", "occurred_at", "received_at", "original_timestamp", "sent_at",
    "created_at", "inserted_at", "loaded_at", "_loaded_at", "ingested_at", "event_date", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use case and how long it needs data: as it says, and in days; None where that is no number of days."""

    case: str
    retention: str
    days: int | None
    place: str


@dataclass(slots=True)
class HeldColumn:
    """A column with data on people, and for how long (`days`, None if nobody says) it may be kept."""

    key: int
    id: str
    category: str
    sensitivity: str
    path: tuple[str, ...]
    days: int | None = None
    kept: str = "<days>"


@dataclass(slots=True)
class Held:
    """A table with data on people.

    `names` are the ids of all whose findings are about it. Its rows go as a `whole` after `days`, unless `longer` are
    use cases that need the rest of them. `unsaid` are use cases that do not say for how long, with what they say,
    `drafted` those for which the policy says it.
    """

    key: int
    names: set[str] = field(default_factory=set)
    columns: list[HeldColumn] = field(default_factory=list)
    time: str = ""
    time_type: str = ""
    days: int | None = None
    kept: str = "<days>"
    longer: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    unsaid: list[tuple[str, str]] = field(default_factory=list)
    drafted: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether rows go, and not only what they say of people."""
        return not self.longer


def held(world: World) -> list[Held]:
    """All tables with data on people that some use case needs by name, by id."""
    needed: dict[int, list[Purpose]] = {}
    for key, case, retention, days, place in world.base.fetch(_NEEDED):
        purpose = Purpose(str(case), str(retention), _days(days), str(world.at(place) or ""))
        needed.setdefault(number(key), []).append(purpose)
    tables: dict[int, Held] = {}
    for relation, key, id_, category, sensitivity, policy, policed in world.base.fetch(_HELD):
        if number(key) not in needed:
            continue
        table = tables.setdefault(number(relation), Held(number(relation)))
        path = world.columns[number(key)].path
        column = HeldColumn(number(key), str(id_), str(category), str(sensitivity), path)
        table.names |= {str(id_), *(purpose.case for purpose in needed[column.key])}
        _judge(table, column, needed[column.key], str(policy or ""), _days(policed))
        table.columns.append(column)
    for table in tables.values():
        table.names.add(world.relations[table.key].id)
        table.time, table.time_type = _time(world, table.key)
        longest = max(table.columns, key=lambda c: (c.days is None, c.days or 0))
        table.days, table.kept = longest.days, longest.kept
        table.unsaid, table.drafted = sorted(set(table.unsaid)), sorted(set(table.drafted))
    _others(world, tables)
    return sorted(tables.values(), key=lambda table: world.relations[table.key].id)


def _judge(table: Held, column: HeldColumn, purposes: list[Purpose], policy: str, policed: int | None) -> None:
    """For how long a column may be kept: for its longest purpose, and no longer than the policy says."""
    known = [(p.days, p.retention) for p in purposes if p.days is not None]
    for purpose in purposes:
        if purpose.days is not None:
            continue
        if purpose.retention:
            table.unsaid.append((purpose.case, f"keeps it for {purpose.retention!r}, which is no number of days"))
        elif policed is None:
            table.unsaid.append((purpose.case, "does not say how long it needs it"))
        else:
            known.append((policed, policy))
            table.drafted.append((purpose.case, policy, purpose.place))
    if len(known) < len(purposes):
        return
    column.days, column.kept = max(known)
    if policed is not None and policed < column.days:
        column.days, column.kept = policed, policy


def _others(world: World, tables: dict[int, Held]) -> None:
    """Note who else reads the tables, and who needs the rest of their rows for longer."""
    personal = {column.key for table in tables.values() for column in table.columns}
    for relation, key, case, days in world.base.fetch(_JUSTIFIED):
        table = tables.get(number(relation))
        if table is None or key in personal or case in table.longer:
            continue
        if days is None or table.days is None or number(days) > table.days:
            table.longer.append(str(case))
    for relation, consumer in world.base.fetch(_READERS):
        if number(relation) in tables:
            tables[number(relation)].readers.append(str(consumer))


def _time(world: World, relation: int) -> tuple[str, str]:
    """The column that tells when a row came to be, with its type; '' where none is known for sure."""
    times = {c.path[0].lower(): c for c in _times(world, relation)}
    name = next((name for name in _TIMES if name in times), "") or (next(iter(times)) if len(times) == 1 else "")
    return (times[name].path[0], times[name].type) if name else ("", "")


def _times(world: World, relation: int) -> Iterator[Column]:
    for column in world.columns.values():
        kind = column.type.upper()
        if column.relation == relation and len(column.path) == 1 and ("TIME" in kind or kind.startswith("DATE")):
            yield column


def _days(value: object) -> int | None:
    return value if isinstance(value, int) else None
