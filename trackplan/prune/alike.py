"""The facts → events, tables and consumers that are nearly the same: from 90 % of their parts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan import similarity

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

SHARE = 0.9
LEAST = 4
"""From how many parts on things are compared."""

EVENTS, TABLES, CONSUMERS = "events", "tables", "consumers"
_PARTS = {
    EVENTS: """
SELECT e.key, e.id, f.path FROM event e JOIN field f ON f.event = e.key
WHERE e.type IN ('track', 'page', 'screen') AND e.status IN ('planned', 'active') AND f.status <> 'blocked'
""",
    TABLES: """
SELECT r.key, r.id, c.path FROM relation r JOIN stored_column c ON c.relation = r.key
WHERE r.raw AND r.declared AND c.declared AND NOT c.pipeline
""",
    CONSUMERS: """
SELECT c.key, c.id, u."column" FROM consumer c JOIN use u ON u.consumer = c.key WHERE c.counts
""",
}


@dataclass(frozen=True, slots=True)
class Alike:
    """Things that are nearly the same, by id: their keys, `common` parts of all, and how many the largest has."""

    kind: str
    members: tuple[str, ...]
    keys: tuple[int, ...]
    common: int
    most: int

    @property
    def share(self) -> float:
        """Which part of the largest one all of them have."""
        return round(self.common / self.most, 4)


def alike(base: FactBase, kind: str) -> list[Alike]:
    """The groups of one kind, the largest overlap first, then the most members."""
    parts: dict[int, set[str]] = {}
    names: dict[int, str] = {}
    for row in base.fetch(_PARTS[kind]):
        key = row[0] if isinstance(row[0], int) else 0
        names[key] = str(row[1])
        parts.setdefault(key, set()).add(str(row[2]))
    sets = {key: frozenset(each) for key, each in parts.items() if len(each) >= LEAST}
    found = []
    for group in similarity.groups(sets, SHARE):
        keys = sorted(group, key=lambda key: names[key])
        common = len(frozenset.intersection(*(sets[key] for key in keys)))
        found.append(Alike(kind, tuple(names[k] for k in keys), tuple(keys), common, max(len(sets[k]) for k in keys)))
    return sorted(found, key=lambda group: (-group.share, -len(group.members), group.members))
