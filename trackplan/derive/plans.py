"""Plans and their landing → facts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trackplan.derive.cells import event_cells, field_cells
from trackplan.derive.landing import Landings
from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import Event, Field, Plan
from trackplan.link.store import Facts
from trackplan.names import field_id

_EVENT = ("key", "id", "plan", "name", "type", "description", "owner", "status", "introduced", "expires", "volume",
          "place")  # fmt: skip
_FIELD = (
    "key", "id", "event", "parent", "name", "path", "type", "required", "values", "description", "owner", "sensitivity",
    "status", "introduced", "expires", "place",
)  # fmt: skip


@dataclass(slots=True)
class Collected:
    """Keys of events and fields by their ids."""

    events: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)


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
    base.insert("field", _FIELD, fields)
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
        for position in landed.positions(facts.linking.nodes.names[number]):
            # A column that somebody asks for as a whole has no keys.
            lengths = range(len(landed.path), -1, -1) if landed.optional else [len(landed.path)]
            paths = (".".join(landed.path[:n]).lower() for n in lengths)
            column = next((c for p in paths if (c := facts.columns.get((number, position, p)))), None)
            if column is not None:
                rows.setdefault((collected.fields[landed.field], column), landed.convention)
    base.insert("landing", ("field", "column", "convention"), ((*pair, c) for pair, c in rows.items()))
    unlanded = {collected.fields[u.field]: (u.kind, u.expected, u.reason) for u in landings.unlanded}
    names = ("field", "kind", "expected", "reason")
    base.insert("unlanded", names, ((key, *row) for key, row in unlanded.items()))
    tables = {(collected.events[e], facts.relations[facts.linking.program.table(r).number]) for e, r in landings.tables}
    base.insert("landing_relation", ("event", "relation"), sorted(tables))


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
        key = found.fields[id_] = len(found.fields) + 1
        kind, required, values, description, owner, introduced, expires = field_cells(item)
        yield (
            key, id_, event_key, parent, item.name, json.dumps(path, ensure_ascii=False), kind, required, values,
            description, owner, item.sensitivity, item.status, introduced, expires, base.place(item.place),
        )  # fmt: skip
        tags.extend((key, tag) for tag in dict.fromkeys(item.tags))
        pending.extend((f, (*path, f.name), key) for f in reversed(item.fields))
