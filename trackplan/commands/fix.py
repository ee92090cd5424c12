"""`trackplan check --fix`: mend what can be mended, then report what is left; `--diff` shows it and changes nothing."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base, check
from trackplan.commands.paths import inside
from trackplan.errors import ExitCode, InputError, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.findings import Report
    from trackplan.fixing import Fixed
    from trackplan.tree.overlay import Overlay


@dataclass(frozen=True, slots=True)
class Fixing:
    """What is to be mended: what is safe, with `unsafe` the rest too; with `diff` it is only shown."""

    unsafe: bool = False
    diff: bool = False


def run(options: check.Options, how: Fixing) -> int:
    """Fix, then write the report: its exit code. With `--diff`, 1 if anything would change.

    Raises `TrackplanError` where the options do not go together, or a file cannot be written.
    """
    from trackplan import fixing, pipeline, project
    from trackplan.cache import pack
    from trackplan.commands.progress import Progress
    from trackplan.edits import disk

    today, formats = check.asked(options)
    _refuse(options, how, formats)
    path = base.project_file(options.where).absolute()
    root = path.parent.resolve()
    select, ignore = base.words(options.chosen.select), base.words(options.chosen.ignore)
    means = base.means_of(options.where, root, pack.Held)
    seen: list[Overlay] = []

    def look(tree: Overlay) -> Report:
        seen[:] = [tree]
        return pipeline.check(project.read(tree, path.name), today, select, ignore, means)

    wanted = inside(root, options.paths)
    try:
        with Progress(base.screen()):
            fixed = fixing.fix(root, look, lambda place: wanted(place.path), unsafe=how.unsafe)
    except InputError:
        with base.located(seen[-1]):
            raise
    if how.diff:
        return _show(options, fixed, root)
    disk.write_all(root, fixed.texts)
    if not options.quiet:
        sys.stderr.write(_summary(fixed, "Fixed"))
    return check.write(options, formats, project.read(fixed.tree, path.name), fixed.report)


def _refuse(options: check.Options, how: Fixing, formats: dict[str, Path | None]) -> None:
    word = "--diff" if how.diff else "--fix"
    if options.where.staged:
        raise TrackplanError(
            f"{word} works on the files as they are, not on what is staged",
            "Run it without --staged, then `git add` what it changed.",
        )
    if options.chosen.since:
        raise TrackplanError(
            f"{word} looks at all findings, --since at those that are new: they do not go together",
            "Run it without --since; PATHS, --select and --ignore tell what to mend.",
        )
    if how.diff and [*formats] != ["text"]:
        raise TrackplanError("--diff writes a diff, not a report", "Leave out --format.")


def _show(options: check.Options, fixed: Fixed, root: Path) -> int:
    from trackplan.edits.patch import unified

    base.emit(unified(fixed.changes(), base.in_repository(root)), options.output)
    if not options.quiet:
        sys.stderr.write(_summary(fixed, "Would fix"))
    if not fixed.report.complete:
        return check.exit_code(fixed.report, options.fail_on)
    return ExitCode.FINDINGS if fixed.texts else ExitCode.CLEAN


def _summary(fixed: Fixed, verb: str) -> str:
    """What was done: Fixed 3 findings in 2 files (TP008 2 times, TP201); 12 left; 2 of them with --fix --unsafe."""
    from trackplan.counted import plural

    rules: Counter[str] = Counter()
    for (_, rule), many in fixed.mended.items():
        rules[rule] += many
    told = ", ".join(f"{rule} {many:,} times" if many > 1 else rule for rule, many in sorted(rules.items()))
    did = f"{verb} {plural(rules.total(), 'finding')} in {plural(len(fixed.texts), 'file')} ({told})"
    more = f"; {fixed.asking:,} of them with --fix --unsafe" if fixed.asking else ""
    return f"{did if rules else 'Nothing to fix'}; {len(fixed.report.findings):,} left{more}.\n"
