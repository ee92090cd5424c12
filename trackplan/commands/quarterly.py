"""`trackplan report --quarter`: the review of a quarter, for the meeting in which the next one is planned."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.commands import base, formats, measuring, scorecard
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from trackplan.quarterly.review import Review

NAMES = ("html", "markdown", "json")


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    where: base.Where
    quarter: str
    formats: tuple[str, ...]
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Write the review. Raises `TrackplanError` where an input cannot be read, or the quarter has not begun."""
    from trackplan.quarterly import writing

    wanted = formats.chosen(options.formats, NAMES, options.output)
    if options.output is not None and any(wanted.values()):
        raise TrackplanError("--output goes with one format", "Name the files of several: --format html:FILE.")
    review = _review(options)
    for name, file in wanted.items():
        usual = Path(f"trackplan-{review.card.quarter}.html") if name == "html" else None
        target = file or options.output or usual
        base.emit({"html": writing.html, "markdown": writing.markdown, "json": writing.json}[name](review), target)
        if target is not None:
            sys.stderr.write(f"{writing.title(review)} written to {base.printable(target)}\n")
    return ExitCode.CLEAN


def _review(options: Options) -> Review:
    from trackplan.quarterly.review import review

    quarter, _ = scorecard.quarter_of(options.quarter, base.day(options.today))
    with measuring.analysed(options.where, options.today) as found:
        card = scorecard.card_of(found, quarter)
        goals, law = found.project.scorecard.goals, found.project.accountability.legal_changes
        return review(card, found.base, found.applied, law, goals, found.report.next_step)
