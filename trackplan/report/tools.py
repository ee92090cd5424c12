"""The facts → how much of what each tool receives is used: destinations of events, and folders of dashboards."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan.facts.plain import text
from trackplan.report.model import Adoption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.facts.base import FactBase
    from trackplan.report.model import Subject, Verdict

GREEN, YELLOW = 0.6, 0.25
"""From which share on a tool is green, and yellow; below, it is red."""

_SENT = "SELECT DISTINCT destination FROM event_destination ORDER BY 1"
_CONSUMERS = """
SELECT c.id, r.id, n.id, max(u.how <> 'star'), min(u.certain)
FROM use u JOIN consumer c ON c.key = u.consumer JOIN "column" n ON n.key = u."column"
JOIN relation r ON r.key = n.relation WHERE c.class <> 'test' GROUP BY c.key, n.key
"""
_HELD = """
SELECT r.id, count(*) FROM "column" c JOIN relation r ON r.key = c.relation WHERE c.parent IS NULL GROUP BY r.key
"""
_TOP = 'SELECT id FROM "column" WHERE parent IS NULL'


def adoption(base: FactBase, subjects: Iterable[Subject]) -> tuple[Adoption, ...]:
    """Each tool: destinations first, then what shows data, by name."""
    sent = {text(name) for (name,) in base.fetch(_SENT)}
    received: Counter[str] = Counter()
    used: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for subject in subjects:
        for tool in sent.intersection(subject.destinations):
            received[tool] += 1
            used[tool] += subject.used is True
            unknown[tool] += subject.used is None
    destinations = [_adoption("destination", name, received[name], used[name], unknown[name]) for name in sorted(sent)]
    return (*destinations, *_shown(base))


def tool_of(consumer: str) -> str:
    """What a consumer belongs to: its kind, and the first folder of its name, `dashboard.growth/funnel`."""
    kind, _, name = consumer.partition(".")
    folder, slash, _ = name.strip('"').partition("/")
    return f"{kind}.{folder}" if slash else kind


def _shown(base: FactBase) -> Iterable[Adoption]:
    """What consumers read from: all columns of the relations that they ask, and which of these they name.

    Of what they take only as part of a whole relation, nobody can say whether they show it.
    """
    held = {text(relation): count if isinstance(count, int) else 0 for relation, count in base.fetch(_HELD)}
    top = {text(id_) for (id_,) in base.fetch(_TOP)}
    asked: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    taken: dict[str, set[str]] = {}
    for consumer, relation, column, by_name, certain in base.fetch(_CONSUMERS):
        tool = tool_of(text(consumer))
        asked.setdefault(tool, set()).add(text(relation))
        if text(column) in top:
            known = named if by_name and certain else taken
            known.setdefault(tool, set()).add(text(column))
    for tool, relations in sorted(asked.items()):
        used = named.get(tool, set())
        receives = max(sum(held.get(relation, 0) for relation in relations), len(used))
        yield _adoption("tool", tool, receives, len(used), len(taken.get(tool, set()) - used))


def _adoption(kind: str, name: str, receives: int, used: int, unknown: int) -> Adoption:
    known = receives - unknown
    share = used / known if known else None
    return Adoption(kind, name, receives, used, unknown, None if share is None else round(share, 4), _verdict(share))


def _verdict(share: float | None) -> Verdict:
    if share is None:
        return "unknown"
    return "green" if share >= GREEN else "yellow" if share >= YELLOW else "red"
