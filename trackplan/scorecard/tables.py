"""A card as rows of text, for the terminal and for Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats.markdown import plain
from trackplan.formats.source import visible
from trackplan.formats.table import aligned
from trackplan.scorecard.card import OFF, ON, REACHED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from trackplan.scorecard.card import Card, Row

HEADING = ("metric", "start", "due", "now", "of", "goal", "track", "weeks")
_BARS, _PLAIN_BARS = "▁▂▃▄▅▆▇█", "12345678"
_NUMERIC = (1, 2, 3, 4)


def sparkline(weeks: Sequence[Fraction | None], bars: str = _BARS) -> str:
    """One mark per week, from the smallest to the largest value; `.` before the first."""
    known = [value for value in weeks if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    top = len(bars) - 1

    def bar(value: Fraction) -> str:
        return bars[int((value - low) * top / (high - low) + 0.5)] if high > low else bars[top // 2]

    return "".join("." if value is None else bar(value) for value in weeks)


def cells(row: Row, bars: str = _BARS) -> tuple[str, ...]:
    """The cells of a metric, under `HEADING`."""
    return (
        row.metric.title,
        row.shown(row.start[1]) if row.start else "-",
        row.shown(row.due),
        row.shown(row.now),
        made_of(row),
        row.goal.text if row.goal else "-",
        row.track or "-",
        sparkline(row.weeks, bars),
    )


def made_of(row: Row) -> str:
    """The two figures of a share."""
    return "/".join(f"{number:,}" for number in row.figures) if len(row.figures) > 1 else ""


def headline(card: Card) -> str:
    """The quarter, the day, and how many goals are where."""
    days = (card.quarter.end - card.quarter.start).days + 1
    gone = min((card.today - card.quarter.start).days + 1, days)
    return f"Scorecard of {card.quarter} on {card.today}, day {gone} of {days}"


def verdict(card: Card) -> str:
    """How the goals stand, in one sentence."""
    if not card.goals:
        return f"No goals are set for {card.quarter}: name them in the project file, under scorecard."
    counts = [f"{card.count(track)} {track}" for track in (OFF, UNKNOWN, ON, REACHED) if card.count(track)]
    return f"{plural(card.goals, 'goal')}: {', '.join(counts)}."


def reasons(card: Card) -> list[str]:
    """Why some have no value, or no track."""
    return [f"{row.metric.title}: {row.why}." for row in card.rows if row.why]


def text(card: Card, *, lines: bool = True) -> str:
    """The card for a terminal; without `lines`, in ASCII."""
    bars = _BARS if lines else _PLAIN_BARS
    rows = aligned(HEADING, [cells(row, bars) for row in card.rows])
    told = [visible(f"  - {reason}") for reason in reasons(card)]
    notes = "\n".join(["", "Not told, or not yet", *told, ""]) if told else ""
    return f"{headline(card)}\n{verdict(card)}\n\n{rows}{notes}"


def markdown(card: Card) -> str:
    """The card for a pull request or a page of a repository."""
    marks = ["--:" if number in _NUMERIC else "---" for number in range(len(HEADING))]
    lines = [f"## {headline(card)}", "", f"**{plain(verdict(card))}**", ""]
    lines += [f"| {' | '.join(HEADING)} |", f"| {' | '.join(marks)} |"]
    lines += [f"| {' | '.join(map(plain, cells(row)))} |" for row in card.rows]
    told = [f"- {plain(reason)}" for reason in reasons(card)]
    return "\n".join([*lines, *(["", "Not told, or not yet:", "", *told] if told else [])]) + "\n"
