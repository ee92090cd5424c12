"""The card of a quarter, the facts and the project → the review of that quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from trackplan.metrics.merged import pruned
from trackplan.metrics.quarter import Quarter
from trackplan.quarterly.steps import steps
from trackplan.scorecard.card import meets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from trackplan.facts.base import FactBase
    from trackplan.metrics.merged import Applied, Pruned
    from trackplan.project.accountability import LegalChange
    from trackplan.project.scorecard import Goal
    from trackplan.quarterly.steps import Step
    from trackplan.scorecard.card import Card, Row

_MOST, _FEWEST_FIELDS = 3, 3
_PLACES = """
SELECT coalesce(e.id, r.id), count(*), sum(s.status = 'keep'), sum(s.status = 'waste')
FROM subject s LEFT JOIN event e ON e.key = s.event LEFT JOIN relation r ON r.key = s.relation
GROUP BY s.event, s.relation HAVING count(*) >= :fewest ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An event or table: how many fields it has, how many are needed and used, and how many can go."""

    id: str
    fields: int
    kept: int
    waste: int


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be said of a quarter on a day.

    `better` and `worse` are the metrics that moved furthest since the quarter began; `best` and `worst` the events and
    tables with the largest share of what is needed and used, and with the most waste; `law` what changes up to the end
    of the next quarter. `applied` are proposals without a tombstone, `bettered` and `worsened` how many metrics did so.
    """

    card: Card
    pruned: tuple[Pruned, ...]
    applied: tuple[Applied, ...]
    better: tuple[Row, ...]
    worse: tuple[Row, ...]
    best: tuple[Place, ...]
    worst: tuple[Place, ...]
    law: tuple[LegalChange, ...]
    steps: tuple[Step, ...]
    bettered: int
    worsened: int


def review(
    card: Card,
    base: FactBase,
    applied: Iterable[Applied],
    law: Sequence[LegalChange],
    goals: Sequence[Goal],
    next_step: str,
) -> Review:
    """The review of the card's quarter; events and tables are told as they are today."""
    first, last = card.quarter.start.isoformat(), min(card.quarter.end, card.today).isoformat()
    gone = tuple(each for each in pruned(base) if first <= each.day <= last)
    named = {each.proposal for each in gone}
    moved = _moved(card.rows)
    better = [row for row, way in moved if way > 0]
    worse = [row for row, way in reversed(moved) if way < 0]
    best, worst = _places(base)
    following = after(card.quarter)
    return Review(
        card,
        gone,
        tuple(each for each in applied if first <= each.day <= last and each.proposal not in named),
        tuple(better[:_MOST]),
        tuple(worse[:_MOST]),
        best,
        worst,
        tuple(sorted((c for c in law if first <= c.on <= following.end.isoformat()), key=lambda c: (c.on, c.what))),
        steps(card, base, following, goals, next_step),
        len(better),
        len(worse),
    )


def after(quarter: Quarter) -> Quarter:
    """The next quarter."""
    return Quarter.of(quarter.end + timedelta(days=1))


def _moved(rows: Iterable[Row]) -> list[tuple[Row, Fraction]]:
    """The metrics that moved, by how far in their own measure, the largest betterment first."""
    found = []
    for row in rows:
        if row.metric.resets or row.start is None or row.now is None or row.now == row.start[1]:
            continue
        change = abs(row.now - row.start[1])
        change /= 1 if row.metric.unit == "%" else max(row.now, row.start[1])
        found.append((row, change if meets(row.metric, row.now, row.start[1]) else -change))
    return sorted(found, key=lambda item: -item[1])


def _places(base: FactBase) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    found = [
        Place(str(id_), *(int(str(n)) for n in numbers))
        for id_, *numbers in base.fetch(_PLACES, {"fewest": _FEWEST_FIELDS})
    ]
    best = sorted((p for p in found if p.kept), key=lambda p: (-p.kept / p.fields, -p.fields, p.id))
    worst = sorted((p for p in found if p.waste), key=lambda p: (-p.waste, -p.waste / p.fields, p.id))
    return tuple(best[:_MOST]), tuple(worst[:_MOST])
