"""`trackplan scorecard`: the agreed metrics against the goals of the quarter, and their history."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base, measuring
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from trackplan.metrics import Measured
    from trackplan.metrics.quarter import Quarter
    from trackplan.project import Project
    from trackplan.scorecard.card import Card


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given; `quarter` is '' for the one that today lies in."""

    where: base.Where
    format: str
    quarter: str
    gate: bool
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Show the card; with `gate`, 1 where a metric is off track and 2 where one cannot be told."""
    quarter, day = quarter_of(options.quarter, base.day(options.today))
    card = _shown(options, quarter, day)
    base.emit(_render(card, options.format, to_screen=options.output is None), options.output)
    return _gate(card) if options.gate else ExitCode.CLEAN


def record(where: base.Where, today: str) -> int:
    """Add what the metrics come to now to the history, in place of what the same commit gave on the same day."""
    from trackplan.edits import disk
    from trackplan.scorecard import history

    with measuring.analysed(where, today) as found:
        project, day, measured = found.project, found.day.isoformat(), found.metrics
    with base.located(project.tree):
        known = measuring.history(project)
    new = history.record(day, measuring.commit(project.root), measured)
    changed = disk.write(project.root / project.scorecard.history, history.write(history.added(known, new)).encode())
    at = f" at {new.commit[:12]}" if new.commit else ""
    unknown = sum(figures is None for figures in new.metrics.values())
    told = f"{len(new.metrics) - unknown} metrics" + (f", {unknown} without a value" if unknown else "")
    sys.stdout.write(f"{project.scorecard.history}: {told} on {day}{at}{'' if changed else ' (as before)'}.\n")
    return ExitCode.CLEAN


def quarter_of(text: str, today: date) -> tuple[Quarter, date]:
    """The quarter that is meant, and the day to look at it. Raises `TrackplanError` where there is no such yet."""
    from trackplan.metrics.quarter import Quarter

    quarter = Quarter.parse(text.upper()) if text else Quarter.of(today)
    if quarter is None:
        raise TrackplanError(f"--quarter: {text!r} is no quarter", "Write year and number, such as 2026Q4.")
    if quarter.start > today:
        raise TrackplanError(f"--quarter: {quarter} has not begun on {today}", "--today sets another day.")
    return quarter, today


def card_of(found: measuring.Analysed, quarter: Quarter) -> Card:
    """The card of a quarter: of the one that runs, as the project is now; of another, as its last record has it.

    Raises `ShownError` where the history cannot be read.
    """
    from trackplan.metrics.quarter import Quarter

    runs = quarter == Quarter.of(found.day)
    return _card(found.project, quarter, found.day, found.metrics if runs else {})


def _card(project: Project, quarter: Quarter, day: date, measured: Mapping[str, Measured]) -> Card:
    from trackplan.scorecard.card import card

    with base.located(project.tree):
        records = measuring.history(project)
    commit = measuring.commit(project.root) if measured else ""
    return card(quarter, day, commit, measured, records, project.scorecard.goals)


def _shown(options: Options, quarter: Quarter, day: date) -> Card:
    """The card that is asked for; what the project is now is only looked at for the quarter that runs."""
    from trackplan.metrics.quarter import Quarter

    if quarter != Quarter.of(day):
        return _card(base.open_project(options.where), quarter, day, {})
    with measuring.analysed(options.where, options.today) as found:
        return card_of(found, quarter)


def _render(card: Card, format_: str, *, to_screen: bool) -> str:
    from trackplan.scorecard import data, picture, tables

    if format_ == "text":
        return tables.text(card, lines=base.draws_lines() if to_screen else True)
    return {"markdown": tables.markdown, "html": picture.html, "json": data.json}[format_](card)


def _gate(card: Card) -> int:
    from trackplan.scorecard.card import OFF, UNKNOWN

    off = [row for row in card.rows if row.goal and row.track == OFF]
    dark = [row for row in card.rows if row.goal and row.track == UNKNOWN]
    for row in off:
        said = f"{row.metric.title} is {row.shown(row.now)} and should be {row.shown(row.due)} by now"
        sys.stderr.write(f"off track: {said} (goal {row.goal.text if row.goal else ''})\n")
    for row in dark:
        sys.stderr.write(f"cannot tell: {row.metric.title}: {row.why}\n")
    if off:
        return ExitCode.FINDINGS
    if not card.goals:
        hint = f"Name them in the project file: scorecard: {{goals: {{{card.quarter}: {{waste_share: '<= 15 %'}}}}}}."
        raise TrackplanError(f"--gate: there are no goals for {card.quarter}", hint)
    return ExitCode.FAILED if dark else ExitCode.CLEAN
