"""`trackplan processing`: the record of processing, and the evidence of data protection by design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base, measuring
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.processing.model import Paper


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given; `paper` is record or design."""

    where: base.Where
    paper: str
    format: str
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Write the paper; 0, whatever gaps it has, for it is true with them."""
    from trackplan.processing import writing

    if options.format == "xlsx" and options.output is None:
        raise TrackplanError("--format xlsx goes to a file", "Name it: --output record.xlsx.")
    paper = _paper(options)
    if options.format == "xlsx" and options.output is not None:
        from trackplan.edits import disk

        disk.write(options.output, writing.workbook(paper, base.day(options.today).isoformat()))
        return ExitCode.CLEAN
    base.emit({"markdown": writing.markdown, "csv": writing.csv}[options.format](paper), options.output)
    return ExitCode.CLEAN


def _paper(options: Options) -> Paper:
    from trackplan.processing.activities import activities
    from trackplan.processing.design import design
    from trackplan.processing.record import record

    with measuring.analysed(options.where, options.today) as found:
        listed, without = activities(found.base)
        if options.paper == "record":
            return record(listed, without, found.project.accountability, found.report.today)
        return design(found.project, found.base, found.report, found.metrics, listed)
