"""`trackplan check`: analyse the whole project, report what lies under the given paths."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.commands.paths import below
from trackplan.errors import ExitCode, TrackplanError
from trackplan.findings import Severity

if TYPE_CHECKING:
    from datetime import date

    from trackplan.findings import Report
    from trackplan.project import Project


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is listed: the findings of which rules, and new since which revision, `""` for all."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    paths: tuple[Path, ...]
    where: base.Where
    chosen: Chosen
    format: str
    output: Path | None
    fail_on: str
    quiet: bool
    today: str
    colour: str


def run(options: Options) -> int:
    """Write the report; 0 if clean, 1 if findings reach `--fail-on`, 2 if an input or a rule failed."""
    from trackplan.commands.progress import Progress
    from trackplan.formats import FORMATS, summary

    today = base.day(options.today)
    for path in options.paths:
        if not os.path.lexists(path):
            raise TrackplanError(
                f"there is no file or folder {base.printable(path)}",
                "PATHS are files or folders of the project, relative to where you are.",
            )
        base.note(path)
    project = base.open_project(options.where)
    with base.located(project.tree), Progress(base.screen()):
        report = _report(options, project, today)
    report = below(report, project.root, options.paths)
    stream = None if options.output else sys.stdout
    look = replace(
        base.look(options.colour, stream, quiet=options.quiet, fold_info=not options.chosen.select),
        double_quoted_literals=base.double_quoted_literals(project),
    )
    if options.output is None and not report.failed:  # a rule may fail for want of time
        base.repeatable()
    base.emit(FORMATS[options.format](report, project.tree, look), options.output)
    if options.output and not options.quiet:
        sys.stderr.write(f"{summary.headline(report)}; written to {base.printable(options.output)}\n")
    return _exit_code(report, options.fail_on)


def _report(options: Options, project: Project, today: date) -> Report:
    """What the rules find; with `--since`, only what they did not find at that revision."""
    from trackplan import pipeline

    means = base.means(options.where, project)
    select, ignore = base.words(options.chosen.select), base.words(options.chosen.ignore)
    report = pipeline.check(project, today, select, ignore, means)
    if not options.chosen.since:
        return report
    from trackplan.gate import since
    from trackplan.project import read
    from trackplan.tree.git import GitTree

    name = options.chosen.since
    tree = GitTree(project.root, name)
    if not tree.exists(project.path):
        return since.added(report, {}, name)
    asked = (str(project.root), project.path, today.isoformat(), ",".join(select), ",".join(ignore))
    known = since.known(
        means.pack,
        tree.commit,
        asked,
        lambda: pipeline.check(read(tree, project.path), today, select, ignore, means),
    )
    return since.added(report, known, name)


def _exit_code(report: Report, fail_on: str) -> int:
    if not report.complete:
        what = "some input could not be read" if report.fatal else "a rule failed"
        sys.stderr.write(f"trackplan: {what}, so the result is not complete (exit 2).\n")
        return ExitCode.FAILED
    if fail_on == "never":
        return ExitCode.CLEAN
    worst = max((f.severity for f in report.findings), default=Severity.OFF)
    return ExitCode.FINDINGS if worst >= Severity.parse(fail_on) else ExitCode.CLEAN
