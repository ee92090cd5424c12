"""Plans and their landing → facts."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive.cells import event_cells, field_cells
from trackplan.names import field_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trackplan.derive.landing import Landed, Landings
    from trackplan.facts.base import FactBase, Row
    from trackplan.facts.declared import Event, Field, Plan
    from trackplan.link.store import Facts

GAP = 1 << 10
"""How far apart the keys of fields are: so those that come later have keys in the order of the plan, too."""

_EVENT = ("key", "id", "plan", "name", "type", "description", "owner", "status", "introduced", "expires", "volume",
          "place")  # fmt: skip
FIELD = (
    "key", "id", "event", "parent", "name", "path", "type", "required", "values", "description", "owner", "sensitivity",
    "status", "introduced", "expires", "place",
)  # fmt: skip


class Collected(Struct):
    """Keys of events and fields by their ids."""

    events: dict[str, int] = {}
    fields: dict[str, int] = {}


def store(base: FactBase, plans: Sequence[Plan]) -> Collected:
    """Write plans, events and fields. Ids are unique here; whoever reads the plans reports duplicates."""
    found = Collected()
    events: list[Row] = []
    fields: list[Row] = []
    tags: list[Row] = []
    for number, plan in enumerate(plans, 1):
        row = (number, plan.name, plan.format, plan.owner, plan.description, base.place(plan.place))
        base.insert("plan", ("key", "name", "format", "owner", "description", "place"), [row])
        for event in plan.events:
            key = found.events[field_id(plan.name, event.name, ())] = len(events) + 1
            events.append(_event(base, event, key, number, plan))
            fields.extend(_fields(base, plan, event, key, found, tags))
    base.insert("event", _EVENT, events)
    base.insert("field", FIELD, fields)
    base.insert("field_tag", ("field", "tag"), tags)
    pairs = [(found.events[field_id(p.name, e.name, ())], e) for p in plans for e in p.events]
    base.insert("event_tag", ("event", "tag"), ((k, t) for k, e in pairs for t in dict.fromkeys(e.tags)))
    rows = ((k, d) for k, e in pairs for d in dict.fromkeys(e.destinations))
    base.insert("event_destination", ("event", "destination"), rows)
    return found


def store_landings(base: FactBase, landings: Landings, collected: Collected, facts: Facts) -> None:
    """Write where fields land, and which do not."""
    rows: dict[tuple[int, int], str] = {}
    for landed in landings.landed:
        number = facts.linking.program.table(landed.relation).number
        known = partial(_known, facts, number)
        for column in columns_of(landed, facts.linking.nodes.names[number], known):
            rows.setdefault((collected.fields[landed.field], column), landed.convention)
    base.insert("landing", ("field", "column", "convention"), ((*pair, c) for pair, c in rows.items()))
    unlanded = {collected.fields[u.field]: (u.kind, u.expected, u.reason) for u in landings.unlanded}
    names = ("field", "kind", "expected", "reason")
    base.insert("unlanded", names, ((key, *row) for key, row in unlanded.items()))
    tables = {(collected.events[e], facts.relations[facts.linking.program.table(r).number]) for e, r in landings.tables}
    base.insert("landing_relation", ("event", "relation"), sorted(tables))


def columns_of(landed: Landed, names: Sequence[str], known: Callable[[int, str], int | None]) -> Iterator[int]:
    """The keys of the columns called `names` that hold a field; `known` gives that of a position and a path there."""
    for position in landed.positions(names):
        # A column that somebody asks for as a whole has no keys.
        lengths = range(len(landed.path), -1, -1) if landed.optional else [len(landed.path)]
        paths = (".".join(landed.path[:n]).lower() for n in lengths)
        found = next((key for path in paths if (key := known(position, path))), None)
        if found is not None:
            yield found


def _known(facts: Facts, number: int, position: int, path: str) -> int | None:
    """The key of a column of a table, or of a key in it."""
    return facts.columns.get((number, position, path))


def _event(base: FactBase, event: Event, key: int, number: int, plan: Plan) -> Row:
    description, owner, introduced, expires, volume = event_cells(event, plan)
    return (
        key, field_id(plan.name, event.name, ()), number, event.name, event.type, description, owner, event.status,
        introduced, expires, volume, base.place(event.place),
    )  # fmt: skip


def _fields(
    base: FactBase, plan: Plan, event: Event, event_key: int, found: Collected, tags: list[Row]
) -> Iterator[Row]:
    pending: list[tuple[Field, tuple[str, ...], int | None]] = [(f, (f.name,), None) for f in reversed(event.fields)]
    while pending:
        item, path, parent = pending.pop()
        id_ = field_id(plan.name, event.name, path)
        key = found.fields[id_] = (len(found.fields) + 1) * GAP
        yield field_row((key, id_, event_key, parent), item, path, base.place(item.place))
        tags.extend((key, tag) for tag in dict.fromkeys(item.tags))
        pending.extend((f, (*path, f.name), key) for f in reversed(item.fields))


def field_row(keys: Row, item: Field, path: Sequence[str], place: int) -> Row:
    """The row of a field; `keys` are its own, its id, its event's and that of the field that it is in."""
    kind, required, values, description, owner, introduced, expires = field_cells(item)
    return (
        *keys, item.name, json.dumps(path, ensure_ascii=False), kind, required, values, description, owner,
        item.sensitivity, item.status, introduced, expires, place,
    )  # fmt: skip
