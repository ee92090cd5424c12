"""What to do next: for each goal that is missed, each review, and each purpose that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from trackplan.scorecard.card import OFF, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.facts.base import FactBase
    from trackplan.metrics.quarter import Quarter
    from trackplan.project.scorecard import Goal
    from trackplan.scorecard.card import Card

_ADVICE = {
    "minimization_score": "prune what is waste, and declare what is used",
    "waste_share": "`trackplan prune` proposes what can go, the best first",
    "undeclared_use": "declare what the data is used for, or stop the use",
    "idle_claims": "ask the owners of the use cases whether they still need it",
    "unknown_share": "make the SQL understandable that stands in the way",
    "star_only_share": "name the columns that are needed, instead of taking all",
    "unmet_needs": "collect what is needed, or take the need back",
    "personal_without_need": "name the data in a need, or stop collecting it",
    "personal_without_basis": "state the legal basis of the use case, or do without the data",
    "personal_excess": "collect it as coarsely as its consumers use it",
    "retention_missing": "say how long the data is kept for each purpose",
    "overdue_reviews": "look at the use cases again, and set the next day",
    "signed_use_cases": "have the use cases signed as they are now",
    "unused_tools": "stop sending to tools that nobody uses",
    "consumers_without_purpose": "list each consumer in the use case that it serves",
    "evidence_coverage": "make the SQL understandable that is not",
    "open_findings": "mend what `trackplan check` finds",
    "put_up_with": "mend what is put up with",
    "proposals_merged": "merge the next wave of proposals",
}
_REVIEWS = """
SELECT id, owner, review_by FROM use_case
WHERE state IN ('active', 'beyond') AND coalesce(review_by, '') <= :last ORDER BY review_by, id"""
_ENDING = "SELECT id, owner, horizon FROM use_case WHERE state = 'active' AND horizon <= :last ORDER BY horizon, id"


class Step(NamedTuple):
    """Something to do: by whom ('' if nobody is named), until when ('' if no day is set)."""

    what: str
    who: str
    by: str


def steps(card: Card, base: FactBase, following: Quarter, goals: Sequence[Goal], next_step: str) -> tuple[Step, ...]:
    """The steps, those for the goals first; reviews and ends up to the last day of the `following` quarter."""
    return (*_for_goals(card), *_for_use_cases(card, base, following), *_for_later(following, goals, next_step))


def _for_goals(card: Card) -> Iterator[Step]:
    for row in card.rows:
        if row.goal is None or row.track not in (OFF, UNKNOWN):
            continue
        advice = _ADVICE[row.metric.id] if row.track == OFF else row.why
        said = f"{row.metric.title} is {row.shown(row.now)}, goal {row.goal.text}: {advice}"
        yield Step(said, "", card.quarter.end.isoformat())


def _for_use_cases(card: Card, base: FactBase, following: Quarter) -> Iterator[Step]:
    last = {"last": following.end.isoformat()}
    for id_, owner, day in base.fetch(_REVIEWS, last):
        if day is None:
            yield Step(f"Set the day on which {id_!s} is looked at again", str(owner), "")
            continue
        overdue = " (overdue)" if str(day) < card.today.isoformat() else ""
        yield Step(f"Review {id_!s}{overdue}", str(owner), str(day))
    for id_, owner, day in base.fetch(_ENDING, last):
        yield Step(f"{id_!s} ends: renew it, or prune what it alone needs", str(owner), str(day))


def _for_later(following: Quarter, goals: Sequence[Goal], next_step: str) -> Iterator[Step]:
    if not any(goal.quarter == str(following) for goal in goals):
        yield Step(f"Agree on goals for {following}", "", following.start.isoformat())
    if next_step:
        yield Step(next_step, "", "")
