"""The facts → events, tables and dashboards that are nearly the same: from 90 % of their parts on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan import similarity
from trackplan.report.model import Overlap
from trackplan.report.reading import number, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.facts.base import FactBase

SHARE = 0.9
LEAST = 4
"""From how many parts on things are compared."""
_MOST = 200  # what is told

_PARTS = {
    "events": """
SELECT e.key, e.id, f.path FROM event e JOIN field f ON f.event = e.key
WHERE e.type IN ('track', 'page', 'screen') AND e.status IN ('planned', 'active') AND f.status <> 'blocked'
""",
    "tables": """
SELECT r.key, r.id, c.path FROM relation r JOIN stored_column c ON c.relation = r.key
WHERE r.raw AND r.declared AND c.declared AND NOT c.pipeline
""",
    "consumers": """
SELECT c.key, c.id, u."column" FROM consumer c JOIN use u ON u.consumer = c.key WHERE c.counts
""",
}


def overlaps(base: FactBase) -> tuple[Overlap, ...]:
    """Groups of things that are alike, kind by kind, the largest overlap first."""
    found: list[Overlap] = []
    for kind, sql in _PARTS.items():
        parts: dict[int, set[str]] = {}
        names: dict[int, str] = {}
        for key, id_, part in base.fetch(sql):
            names[number(key)] = text(id_)
            parts.setdefault(number(key), set()).add(text(part))
        sets = {key: frozenset(each) for key, each in parts.items() if len(each) >= LEAST}
        groups = [_overlap(kind, keys, sets, names) for keys in similarity.groups(sets, SHARE)]
        found += sorted(groups, key=lambda group: (-group.share, -len(group.members), group.members))[:_MOST]
    return tuple(found)


def _overlap(kind: str, keys: Iterable[int], sets: dict[int, frozenset[str]], names: dict[int, str]) -> Overlap:
    chosen = list(keys)
    common = len(frozenset.intersection(*(sets[key] for key in chosen)))
    most = max(len(sets[key]) for key in chosen)
    return Overlap(kind, tuple(sorted(names[key] for key in chosen)), common, most, round(common / most, 4))
