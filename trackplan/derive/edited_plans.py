"""What may be said otherwise of the events and fields of a plan without that anything lands or is needed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from msgspec.structs import replace

from trackplan.derive import values
from trackplan.derive.cells import event_cells, field_cells
from trackplan.facts.declared import Event
from trackplan.names import field_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase, Value
    from trackplan.facts.declared import Field, Plan, Sensitivity
    from trackplan.facts.reads import Cell
    from trackplan.findings import Place

# By the columns in which it is written.
_EVENT = ("description", "owner", "introduced", "expires", "volume")
_FIELD = ("type", "required", "values", "description", "owner", "introduced", "expires")


class Said(Struct, frozen=True):
    """An event, or one of its fields, with its `id` and the values of the columns that may differ."""

    said: Event | Field
    id: str
    event: str
    path: tuple[str, ...]
    cells: dict[str, Value]

    @property
    def is_event(self) -> bool:
        """Whether it is an event."""
        return not self.path

    @property
    def kind(self) -> str:
        """The type of a field."""
        return str(self.cells.get("type", ""))

    @property
    def is_described(self) -> tuple[str, str]:
        """What classification reads of what may differ."""
        return self.kind, self.said.description

    @property
    def tags(self) -> tuple[str, ...]:
        """How it is labelled, as the facts tell it."""
        joined = "\x1f".join(sorted(set(self.said.tags)))
        return tuple(joined.split("\x1f")) if joined else ()

    @property
    def sensitivity(self) -> Sensitivity:
        """How personal it is, as declared."""
        return "" if isinstance(self.said, Event) else self.said.sensitivity


Wanted = Callable[[str, tuple[str, ...]], bool]
"""Tells by the id of an event and the path of a field in it, `()` for itself, whether somebody wants it."""


def walk(plan: Plan, wanted: Wanted | None = None) -> Iterator[Said]:
    """The events of a plan and their fields."""
    for event in plan.events:
        id_ = field_id(plan.name, event.name, ())
        if wanted is None or wanted(id_, ()):
            row = dict(zip(_EVENT, event_cells(event, plan), strict=True))
            yield Said(event, id_, event.name, (), row)
        pending: list[tuple[Field, tuple[str, ...]]] = [(field, (field.name,)) for field in reversed(event.fields)]
        while pending:
            field, path = pending.pop()
            if wanted is None or wanted(id_, path):
                cells = dict(zip(_FIELD, field_cells(field), strict=True))
                yield Said(field, field_id(plan.name, event.name, path), event.name, path, cells)
            pending.extend((inner, (*path, inner.name)) for inner in reversed(field.fields))


def cells(old: Said, new: Said) -> set[Cell]:
    """The cells in which something else is written."""
    table = "event" if new.is_event else "field"
    return {(table, name) for name, value in new.cells.items() if old.cells[name] != value}


def nature(said: Said) -> tuple[bool, bool]:
    """What `less_data` asks of the type."""
    return values.nature(said.kind)


def write(base: FactBase, said: Said) -> Value:
    """Write the cells, and give the key."""
    table = "event" if said.is_event else "field"
    key = next(base.fetch(f"SELECT key FROM {table} WHERE id = :id", {"id": said.id}))[0]  # noqa: S608
    listed = ", ".join(f'"{name}" = :{name}' for name in said.cells)
    base.run(f"UPDATE {table} SET {listed} WHERE key = :key", {**said.cells, "key": key})  # noqa: S608
    if said.is_event and not said.said.owner:  # of several files with one plan, the first one says whose it is
        base.run(_PLANS_OWNER, {"key": key})
    return key


_PLANS_OWNER = "UPDATE event SET owner = (SELECT p.owner FROM plan p WHERE p.key = event.plan) WHERE key = :key"


def shape(plan: Plan) -> Plan:
    """A plan without what may differ."""
    return replace(plan, place=nowhere(plan.place), events=tuple(map(_event, plan.events)))


def grown(before: Sequence[Plan], now: Sequence[Plan]) -> set[str] | None:
    """The ids of the events whose fields are others; None where more differs than that."""
    pairs = list(zip(map(shape, before), map(shape, now), strict=False))
    if len(before) != len(now) or any(_hollow(old) != _hollow(new) for old, new in pairs):
        return None
    return {
        field_id(new.name, event.name, ())
        for old, new in pairs
        for was, event in zip(old.events, new.events, strict=True)
        if was != event
    }


def without(plan: Plan, ids: Collection[str]) -> Plan:
    """A plan without some of its events."""
    events = tuple(event for event in plan.events if field_id(plan.name, event.name, ()) not in ids)
    return replace(plan, events=events)


def pairs(old: Plan, new: Plan) -> Iterator[tuple[str, Iterable[Said], Iterable[Said]]]:
    """The events of two versions of a plan, by id, each with all that is said of it."""
    for one, other in zip(old.events, new.events, strict=True):
        before, now = only(old, one), only(new, other)
        yield field_id(new.name, other.name, ()), walk(before), walk(now)


def only(plan: Plan, event: Event) -> Plan:
    """A plan with one event of it."""
    return replace(plan, events=(event,))


def alike(one: Said, other: Said) -> bool:
    """Whether two events or fields, each for itself, differ only in what may differ."""
    return _bare(one) == _bare(other)


def _bare(said: Said) -> Event | Field:
    alone = structs.replace(said.said, fields=())
    return _event(alone) if isinstance(alone, Event) else _field(alone)


def _hollow(plan: Plan) -> Plan:
    return replace(plan, events=tuple(structs.replace(event, fields=()) for event in plan.events))


def _event(event: Event) -> Event:
    blank = {"place": nowhere(event.place), "description": "", "owner": "", "introduced": None, "expires": None}
    return structs.replace(event, **blank, volume=None, fields=tuple(map(_field, event.fields)))


def _field(field: Field) -> Field:
    blank = {"place": nowhere(field.place), "description": "", "owner": "", "introduced": None, "expires": None}
    array = ("array",) if field.types == ("array",) else ()  # which lands otherwise than all else
    inner = tuple(map(_field, field.fields))
    return structs.replace(field, **blank, types=array, required=False, values=None, fields=inner)


def nowhere(place: Place) -> Place:
    """The file of a place alone."""
    return place._replace(line=0, column=0, end_line=0, end_column=0)
