"""Findings → edits that mend them, where a rule's header names a fixer. Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits.text import position
from trackplan.errors import ReadError
from trackplan.findings import Mend, Place
from trackplan.fixes import keys, naming, stale
from trackplan.fixes.base import Bench, Fix, Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trackplan.findings import Problem, Report
    from trackplan.tree import Tree

__all__ = ["Fix", "mends", "of_problems", "of_report", "raw"]

_FIXERS: dict[str, Callable[[Bench, Sequence[Flaw]], Iterator[Fix]]] = {
    "correct-name": naming.correct,
    "remove-suppression": stale.suppressions,
    "remove-entry": stale.entries,
    "write-key": keys.write,
}
# These rest on what is not found: only where everything could be read and every rule did its work.
_JUDGING = frozenset({"remove-suppression", "remove-entry"})


def of_report(report: Report, read: Callable[[str], str]) -> list[Fix]:
    """The fixes of a report's findings; `read` gives a file's text as it is. What cannot be mended has none."""
    bench = Bench(read, report)
    made: list[Fix] = []
    for rule in report.rules:
        if not rule.fixer or (rule.fixer in _JUDGING and not report.complete):
            continue
        flaws = [Flaw.of(finding) for finding in report.findings if finding.rule == rule.id]
        fixes = _FIXERS[rule.fixer](bench, flaws) if flaws else ()
        made += (fix if rule.fix_is_safe else fix.unsafe() for fix in fixes)
    return made


def mends(report: Report, tree: Tree) -> tuple[Mend, ...]:
    """The same as plain data, for what prints a report."""
    return tuple(
        Mend(
            tuple(flaw.finding for flaw in each.flaws if flaw.finding is not None),
            each.title,
            each.safe,
            tuple((_place(each.path, raw(tree, each.path), edit.start, edit.end), edit.text) for edit in each.edits),
        )
        for each in of_report(report, lambda path: raw(tree, path))
    )


def raw(tree: Tree, path: str) -> str:
    """A file's text with its byte order mark and ends of lines; '' where it cannot be read."""
    try:
        return tree.read_bytes(path).decode()
    except (ReadError, UnicodeDecodeError):
        return ""


def _place(path: str, text: str, start: int, end: int) -> Place:
    return Place(path, *position(text, start), *position(text, end))


def of_problems(problems: Sequence[Problem], read: Callable[[str], str]) -> list[Fix]:
    """The fixes of what keeps a project from being read."""
    return list(naming.correct(Bench(read), [Flaw(p.place, p.hint) for p in problems]))
