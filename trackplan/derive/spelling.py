"""How loaders spell the names of a plan, and which table or column a name that they spelled means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.names import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.link.relations import Relation


def snake(name: str) -> str:
    """`name` in snake case, as warehouse loaders write it: `Order Completed`, `orderCompleted` → `order_completed`."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced)
    words = re.sub(r"[^0-9A-Za-z]+", "_", spaced).strip("_").lower()
    return f"_{words}" if words[:1].isdigit() else words


class Tables:
    """The tables of one schema by the names that a loader may have given them."""

    def __init__(self, relations: Sequence[Relation]) -> None:
        self.of = relations
        self._exact: dict[str, list[int]] = {}
        self._alike: dict[str, list[int]] = {}
        for position, relation in enumerate(relations):
            if not relation.built:
                last = relation.parts[-1]
                self._exact.setdefault(last.lower(), []).append(position)
                self._alike.setdefault(canonical(last), []).append(position)

    def named(self, names: Iterable[str]) -> list[Relation]:
        """Those that go by one of `names`, be it as the view without duplicates that Segment puts beside a table."""
        found: set[int] = set()
        for name in names:
            found.update(self._exact.get(name, ()))
            if canonical(name):
                for ending in ("", "_view"):
                    found.update(self._alike.get(canonical(name + ending), ()))
        return [self.of[position] for position in sorted(found)]


def column_of(relation: Relation, wanted: str) -> str | None:
    """The declared column that `wanted` means: by name, else the only one that differs in case or punctuation alone."""
    known = relation.columns.get(wanted.lower())
    if known is not None:
        return known.name
    alike = [c.name for c in relation.columns.values() if canonical(c.name) == canonical(wanted) != ""]
    return alike[0] if len(alike) == 1 else None
