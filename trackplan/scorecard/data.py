"""A card for programs, in the shape of `schemas/scorecard.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats.json import place_object
from trackplan.formats.table import as_json
from trackplan.metrics import COUNTS
from trackplan.scorecard.card import OFF, UNKNOWN

if TYPE_CHECKING:
    from fractions import Fraction

    from trackplan.scorecard.card import Card, Row

_DIGITS = 6


def json(card: Card) -> str:
    """The whole card as JSON."""
    return as_json(
        {
            "version": 1,
            "quarter": str(card.quarter),
            "start": card.quarter.start.isoformat(),
            "end": card.quarter.end.isoformat(),
            "today": card.today.isoformat(),
            "commit": card.commit,
            "goals": card.goals,
            "off_track": card.count(OFF),
            "cannot_tell": card.count(UNKNOWN),
            "metrics": [_row(row) for row in card.rows],
        }
    )


def _row(row: Row) -> dict[str, object]:
    metric = row.metric
    figures = (*row.figures, None, None)[:2]
    return {
        "id": metric.id,
        "title": metric.title,
        "unit": metric.unit,
        "better": metric.better,
        "counts": COUNTS[metric.of].words,
        "out_of": COUNTS[metric.over].words if metric.over else "",
        "meaning": metric.why,
        "value": _number(row.now),
        "numerator": figures[0],
        "denominator": figures[1],
        "reason": row.why,
        "goal": {"text": row.goal.text, "value": _number(row.goal.target), "place": place_object(row.goal.place)}
        if row.goal
        else None,
        "start": {"day": row.start[0].isoformat(), "value": _number(row.start[1])} if row.start else None,
        "due": _number(row.due),
        "track": row.track,
        "points": [{"day": day.isoformat(), "value": _number(value)} for day, value in row.points],
    }


def _number(value: Fraction | None) -> float | int | None:
    """A share from 0 to 1 or a number, rounded alike everywhere."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else round(float(value), _DIGITS)
