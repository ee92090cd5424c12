"""Metrics, history and goals → the card of a quarter: each metric, where it should be by now, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from trackplan.metrics import METRICS
from trackplan.metrics.model import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trackplan.metrics import Measured, Metric
    from trackplan.metrics.quarter import Quarter
    from trackplan.project.scorecard import Goal
    from trackplan.scorecard.history import Record

REACHED, ON, OFF, UNKNOWN, NO_GOAL = "reached", "on track", "off track", "cannot tell", ""
_RECORD = "nothing is recorded yet: `trackplan scorecard record` begins the line"
Point = tuple[date, Fraction]


@dataclass(frozen=True, slots=True)
class Row:
    """A metric in a quarter. `now` is None where nobody can say; `figures` are what it was made of.

    `start` is where its path begins, `due` where it should be by now; both are None without a goal or a first record.
    `points` are the recorded values of the quarter and the one of today, `weeks` the last of each week so far.
    """

    metric: Metric
    now: Fraction | None
    figures: tuple[int, ...]
    why: str
    goal: Goal | None
    start: Point | None
    due: Fraction | None
    track: str
    points: tuple[Point, ...]
    weeks: tuple[Fraction | None, ...]

    def shown(self, value: Fraction | None) -> str:
        """A value of this metric for people."""
        return shown(value, self.metric.unit)


@dataclass(frozen=True, slots=True)
class Card:
    """The rows of a quarter on a day: those with a goal first. `commit` is '' without git."""

    quarter: Quarter
    today: date
    commit: str
    rows: tuple[Row, ...]

    @property
    def goals(self) -> int:
        """How many metrics have a goal."""
        return sum(row.goal is not None for row in self.rows)

    def count(self, track: str) -> int:
        """How many metrics with a goal are so."""
        return sum(row.goal is not None and row.track == track for row in self.rows)


def card(
    quarter: Quarter,
    today: date,
    commit: str,
    measured: Mapping[str, Measured],
    records: Sequence[Record],
    goals: Sequence[Goal],
) -> Card:
    """The card of `quarter`. Without `measured`, as for a quarter that is over, the last record of it counts."""
    last = min(today, quarter.end).isoformat()
    known = [each for each in records if each.day <= last]
    meant = {goal.metric: goal for goal in goals if goal.quarter == str(quarter)}
    rows = [_row(metric, quarter, today, measured.get(metric.id), known, meant.get(metric.id)) for metric in METRICS]
    return Card(quarter, today, commit, tuple(sorted(rows, key=lambda row: row.goal is None)))


def _row(
    metric: Metric,
    quarter: Quarter,
    today: date,
    measured: Measured | None,
    records: Sequence[Record],
    goal: Goal | None,
) -> Row:
    recorded = [
        (date.fromisoformat(each.day), value) for each in records if (value := each.value(metric.id)) is not None
    ]
    points = [point for point in recorded if point[0] >= quarter.start]
    last = min(today, quarter.end)
    if measured is not None:
        now, figures, why = measured.value, _figures(measured), measured.unknown
        points += [(last, now)] if now is not None else []
    else:
        now = points[-1][1] if points else None
        figures = next((each.metrics[metric.id] or () for each in reversed(records) if each.metrics.get(metric.id)), ())
        why = "" if points else f"nothing was recorded in {quarter}"
    start = (quarter.start, Fraction(0)) if metric.resets else _start(quarter, recorded)
    due = _due(metric, goal, start, quarter, last)
    track = _track(metric, goal, now, due)
    if track == UNKNOWN and not why:
        why = _RECORD
    return Row(metric, now, figures, why, goal, start, due, track, tuple(points), _weeks(quarter, last, points))


def _figures(measured: Measured) -> tuple[int, ...]:
    if measured.unknown:
        return ()
    return (measured.numerator,) if measured.denominator is None else (measured.numerator, measured.denominator)


def _start(quarter: Quarter, recorded: Sequence[Point]) -> Point | None:
    """Where the quarter began: the last value up to its first day, else the first one in it."""
    before = [value for day, value in recorded if day <= quarter.start]
    if before:
        return quarter.start, before[-1]
    return recorded[0] if recorded else None


def meets(metric: Metric, value: Fraction, target: Fraction) -> bool:
    """Whether a value is as good as another, or better."""
    return value >= target if metric.better == "higher" else value <= target


def _due(metric: Metric, goal: Goal | None, start: Point | None, quarter: Quarter, day: date) -> Fraction | None:
    """Where the metric should be on a day: on the straight line from its start to the goal on the quarter's last day.

    What began at the goal or beyond it is not asked for more than the goal.
    """
    if goal is None or start is None:
        return None
    first, value = start
    if meets(metric, value, goal.target) or first >= quarter.end:
        return goal.target
    gone = Fraction((day - first).days, (quarter.end - first).days)
    return value + (goal.target - value) * gone


def _track(metric: Metric, goal: Goal | None, now: Fraction | None, due: Fraction | None) -> str:
    if goal is None:
        return NO_GOAL
    if now is None:
        return UNKNOWN
    if meets(metric, now, goal.target):
        return REACHED
    if due is None:
        return UNKNOWN
    return ON if meets(metric, now, due) else OFF


def _weeks(quarter: Quarter, last: date, points: Sequence[Point]) -> tuple[Fraction | None, ...]:
    """The last value of each week so far; that of the week before where there is none, None before the first."""
    found: list[Fraction | None] = []
    value: Fraction | None = None
    begin = quarter.start
    while begin <= last:
        following = begin + timedelta(days=7)
        value = next((v for day, v in reversed(points) if begin <= day < following), value)
        found.append(value)
        begin = following
    return tuple(found)
