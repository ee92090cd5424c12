"""How loaders spell the names of a plan, and which table or column a name that they spelled means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trackplan.link.relations import Relation
from trackplan.names import canonical


def snake(name: str) -> str:
    """`name` in snake case, as warehouse loaders write it: `Order Completed`, `orderCompleted` → `order_completed`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced)
    words = re.sub(r"[^0-9A-Za-z]+", "_", spaced).strip("_").lower()
    return f"_{words}" if words[:1].isdigit() else words


def is_named(relation: Relation, names: Iterable[str]) -> bool:
    """Whether a table goes by one of `names`, be it as the view without duplicates that Segment puts beside it."""
    last = relation.parts[-1]
    alike = {canonical(n + ending) for n in names if canonical(n) for ending in ("", "_view")}
    return last.lower() in names or canonical(last) in alike


def column_of(relation: Relation, wanted: str) -> str | None:
    """The declared column that `wanted` means: by name, else the only one that differs in case or punctuation alone."""
    known = relation.columns.get(wanted.lower())
    if known is not None:
        return known.name
    alike = [c.name for c in relation.columns.values() if canonical(c.name) == canonical(wanted) != ""]
    return alike[0] if len(alike) == 1 else None
