"""How a need names what it selects: as short as it can be without meaning two things."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from trackplan import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase

_SUBJECTS = """
SELECT e.id, p.name, 'event' FROM event e JOIN plan p ON p.key = e.plan
UNION ALL SELECT f.id, p.name, f.type FROM field f JOIN event e ON e.key = f.event JOIN plan p ON p.key = e.plan
UNION ALL SELECT id, '', 'column ' || type FROM stored_column ORDER BY 1
"""


class Selectable(NamedTuple):
    """Something that a need may select: its id, how a need says it, and what it is."""

    id: str
    selector: str
    what: str


def of(base: FactBase) -> Iterator[Selectable]:
    """All events, fields and stored columns, in the order of their ids."""
    found = [(str(id_), str(plan), str(what)) for id_, plan, what in base.fetch(_SUBJECTS)]
    often = Counter(names.plain(id_).removeprefix(f"{plan}/") for id_, plan, _ in found)
    for id_, plan, what in found:
        name = names.plain(id_)
        short = name.removeprefix(f"{plan}/")
        clear = short if often[short] == 1 else name
        yield Selectable(id_, id_ if set(name) & set('*{}"') else clear, f"{what} {plan}".strip())
