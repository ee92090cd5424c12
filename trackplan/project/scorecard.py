"""`scorecard:` of the project file: where the history of the metrics lies, and the goals by quarter."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.patterns import normalise

if TYPE_CHECKING:
    from trackplan.documents import Node
    from trackplan.findings import Place

HISTORY_FILE = "trackplan-scorecard.jsonl"


class Goal(Struct, frozen=True):
    """What a metric is to come to by the end of a quarter (`2026Q4`), as written and as a number or share."""

    quarter: str
    metric: str
    text: str
    target: Fraction
    place: Place


class Scorecard(Struct, frozen=True):
    """The settings of `trackplan scorecard`."""

    history: str = HISTORY_FILE
    goals: tuple[Goal, ...] = ()


def read(node: Node | None) -> Scorecard:
    """The settings, by default those of `Scorecard`; the schema has checked their form."""
    if node is None:
        return Scorecard()
    goals = node.get("goals")
    return Scorecard(
        normalise(node.string("history")) or HISTORY_FILE,
        tuple(
            _goal(quarter, metric, said)
            for quarter, listed in (goals.items() if goals else ())
            for metric, said in listed.items()
        ),
    )


def _goal(quarter: str, metric: str, node: Node) -> Goal:
    figure = Fraction(node.text.lstrip("<>= ").rstrip("% "))
    share = node.text.rstrip().endswith("%")
    return Goal(quarter, metric, " ".join(node.text.split()), figure / 100 if share else figure, node.place)
