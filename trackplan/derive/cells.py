"""What the tables of events and fields say of them beside what they are called and where they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import Row
    from trackplan.facts.declared import Event, Field, Plan


def event_cells(event: Event, plan: Plan) -> Row:
    """The description of an event, its owner, when it was introduced and expires, and its volume."""
    return event.description, event.owner or plan.owner, event.introduced, event.expires, event.volume


def field_cells(item: Field) -> Row:
    """The type of a field, whether it is required, its values and description, owner, and both days."""
    values = None if item.values is None else json.dumps(item.values, ensure_ascii=False)
    kind = "|".join(sorted(set(item.types))) or "any"
    return kind, int(item.required), values, item.description, item.owner, item.introduced, item.expires
