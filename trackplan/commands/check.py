"""`trackplan check`: analyse the whole project, report what lies under the given paths."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from trackplan import garbage
from trackplan.commands import base, formats
from trackplan.commands.paths import below
from trackplan.errors import ExitCode, InputError, TrackplanError
from trackplan.findings import Severity
from trackplan.formats import NAMES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from trackplan.findings import Report
    from trackplan.formats.base import Blocks
    from trackplan.last import Asked, Leaving
    from trackplan.project import Project
    from trackplan.tree import Tree


# Their files are known by where they lie in the repository.
_OF_SERVICES = frozenset({"sarif", "github", "gitlab", "junit", "markdown"})


class Chosen(Struct, frozen=True):
    """What is listed: the findings of which rules, and new since which revision, `""` for all."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    since: str


class Options(Struct, frozen=True):
    """The command's options as given."""

    paths: tuple[Path, ...]
    where: base.Where
    chosen: Chosen
    formats: tuple[str, ...]
    output: Path | None
    fail_on: str
    quiet: bool
    today: str
    colour: str


def run(options: Options) -> int:
    """Write the report; 0 if clean, 1 if findings reach `--fail-on`, 2 if an input or a rule failed."""
    from trackplan.commands.progress import Progress
    from trackplan.last import Leaving

    today, wanted = asked(options)
    project = base.open_project(options.where)
    alone = options.output is None and [*wanted.values()] == [None]
    leaving = Leaving() if base.recorded() and alone and (options.where.staged or not options.chosen.since) else None
    with base.located(project.tree), Progress(base.screen()):
        report = _report(options, project, today, leaving)
    if alone and wanted.keys().isdisjoint(_OF_SERVICES) and not report.failed:  # a rule may fail for want of time
        base.repeatable()
    return write(options, wanted, project, report, leaving)


def asked(options: Options) -> tuple[date, dict[str, Path | None]]:
    """The day, and the formats with the files that they go to. Raises `TrackplanError` for paths that are not there."""
    today = base.day(options.today)
    for path in options.paths:
        if not os.path.lexists(path):
            raise TrackplanError(
                f"there is no file or folder {base.printable(path)}",
                "PATHS are files or folders of the project, relative to where you are.",
            )
        base.note(path)
    return today, formats.chosen(options.formats, NAMES, options.output)


def write(
    options: Options, wanted: dict[str, Path | None], project: Project, report: Report, leaving: Leaving | None = None
) -> int:
    """Write the report in all formats that are asked for; the exit code."""
    from trackplan.formats import summary
    from trackplan.last import Asked

    shown = below(report, project.root, options.paths)
    if "sarif" in wanted:
        from trackplan import fixes

        shown = replace(shown, mends=fixes.mends(shown, project.tree))
    quoted, above = base.double_quoted_literals(project), base.in_repository(project.root)
    for name, file in wanted.items():
        target = file or options.output
        look = replace(
            base.look(options.colour, sys.stdout if target is None else None, quiet=options.quiet),
            fold_info=not options.chosen.select,
            double_quoted_literals=quoted,
            prefix=above if name in _OF_SERVICES else "",
        )
        called = Asked(tuple(map(os.path.abspath, options.paths)), name, options.fail_on, look, options.chosen.since)
        base.emit(render(called, shown, project.tree, leaving.blocks if leaving else None), target)
        if leaving is not None:
            leaving.keep(called)
        if target is not None and not options.quiet:
            sys.stderr.write(f"{summary.headline(shown)}; written to {base.printable(target)}\n")
    return exit_code(shown, options.fail_on)


def _report(options: Options, project: Project, today: date, leaving: Leaving | None) -> Report:
    """What the rules find; with `--since`, only what they did not find at that revision."""
    from trackplan import pipeline

    means = base.means(options.where, project)
    select, ignore = base.words(options.chosen.select), base.words(options.chosen.ignore)
    if not options.chosen.since:
        facts, report = pipeline.analyse(project, today, select, ignore, means, leaving)
        garbage.leave(facts)
        return report
    from trackplan.gate import since
    from trackplan.project import read
    from trackplan.tree.git import GitTree

    name = options.chosen.since
    tree = GitTree(project.root, name)
    content = project.tree.content if isinstance(project.tree, GitTree) else ""
    asked = (str(project.root), project.path, today.isoformat(), ",".join(select), ",".join(ignore))
    if leaving is not None:
        leaving.tree = content
    report = pipeline.check(project, today, select, ignore, means, leaving if content else None)
    if content and report.complete:
        since.keep(means.pack, content, asked, report)
    if not tree.exists(project.path) or not report.findings:
        return since.added(report, {}, name)
    try:
        known = since.known(
            means.pack,
            tree.content or tree.commit,
            asked,
            lambda: pipeline.check(read(tree, project.path), today, select, ignore, means),
        )
    except InputError as error:  # who mends a project file must not be held up by what it was
        note = f"Everything counts as new, since the project cannot be read at {name}: {error.problems[0].message}."
        return replace(report, notes=(*report.notes, note))
    return since.added(report, known, name)


def render(asked: Asked, report: Report, tree: Tree, blocks: Blocks | None = None) -> str:
    """The report as it was asked for; text is put together of blocks, of which some may be known."""
    from trackplan.formats import renderer, text

    if asked.format == "text":
        return text.render(report, tree, asked.look, blocks)
    return renderer(asked.format)(report, tree, asked.look)


def exit_code(report: Report, fail_on: str) -> int:
    """0 if clean, 1 if findings reach `fail_on`, 2 if something failed, which standard error is told."""
    if not report.complete:
        what = "some input could not be read" if report.fatal else "a rule failed"
        sys.stderr.write(f"trackplan: {what}, so the result is not complete (exit 2).\n")
        return ExitCode.FAILED
    if fail_on == "never":
        return ExitCode.CLEAN
    worst = max((f.severity for f in report.findings), default=Severity.OFF)
    return ExitCode.FINDINGS if worst >= Severity.parse(fail_on) else ExitCode.CLEAN
