"""`trackplan report`: what is collected, why, who uses it and what can go, for people who open no terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.commands import base, formats, measuring
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from datetime import date

    from trackplan.project import Project
    from trackplan.report.compared import Earlier
    from trackplan.report.model import Review

NAMES = ("html", "markdown", "csv", "json", "xlsx")
_TO_FILES = {"html": Path("trackplan-report.html"), "xlsx": Path("trackplan-report.xlsx")}


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given; `compare` is a stored report or a revision, '' for none."""

    where: base.Where
    formats: tuple[str, ...]
    output: Path | None
    compare: str
    title: str
    today: str


def run(options: Options) -> int:
    """Write the report; 0, or 2 where a rule failed. Raises `TrackplanError` where an input cannot be read."""
    from trackplan.report import writing

    day, wanted = base.day(options.today), formats.chosen(options.formats, NAMES, options.output)
    if options.output is not None and any(wanted.values()):
        raise TrackplanError("--output goes with one format", "Name the files of several: --format html:FILE.")
    project = base.open_project(options.where)
    review = _review(options, project, day)
    if options.compare:
        from msgspec.structs import replace

        from trackplan.report.change import change

        review = replace(review, change=change(_earlier(options, project, day), review, options.compare))
    for name, file in wanted.items():
        target = file or options.output or _TO_FILES.get(name)
        if target is None:
            base.emit(writing.text(review, name))
        else:
            writing.write(review, name, target)
            sys.stderr.write(f"{writing.headline(review)}; written to {base.printable(target)}\n")
    if not review.complete:
        sys.stderr.write("trackplan: a rule failed, so the report is not complete (exit 2).\n")
    return ExitCode.CLEAN if review.complete else ExitCode.FAILED


def _review(options: Options, project: Project, day: date) -> Review:
    """The report of the project. Raises `ReadError` where an input that it rests on cannot be read."""
    from trackplan import pipeline
    from trackplan.commands.facts import must_be_whole
    from trackplan.commands.progress import Progress
    from trackplan.report.collect import Judged, collect

    with base.located(project.tree), Progress(base.screen()):
        facts, report = pipeline.analyse(project, day, means=base.means(options.where, project))
        with facts:
            must_be_whole(facts)
            return collect(Judged(project, facts, report, day, measuring.merged(project, facts, day)), options.title)


def _earlier(options: Options, project: Project, day: date) -> Earlier:
    """What `--compare` names: a stored report, or a revision, which is judged by the same day.

    Raises `TrackplanError` where it is neither.
    """
    from trackplan.project import read
    from trackplan.report import change
    from trackplan.tree.git import GitTree

    path = Path(options.compare)
    if path.is_file():
        try:
            return change.read(path.read_bytes(), base.printable(path))
        except OSError as error:
            reason = (error.strerror or "no reason is given").lower()
            raise TrackplanError(f"--compare: cannot read {base.printable(path)}: {reason}") from error
    if path.suffix == ".json":
        hint = "Store one with `trackplan report --format json -o FILE`, or name a git revision."
        raise TrackplanError(f"--compare: there is no file {base.printable(path)}", hint)
    return change.earlier(_review(options, read(GitTree(project.root, options.compare), project.path), day))
