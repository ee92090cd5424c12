"""Fix, look again, fix what is left: texts of files → the texts that they are to have, and what was mended."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from trackplan import fixes
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit, apply, ordered
from trackplan.errors import InputError, TrackplanError
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from trackplan.findings import Place, Report
    from trackplan.fixes import Fix

_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of it: `texts` before and after by path, and how many flaws were mended by path and rule.

    `tree` has the files as they are to be, `report` is what is found in them; `asking` counts the flaws of these that
    are mended only where somebody asks for what is not safe.
    """

    texts: dict[str, tuple[str, str]]
    mended: Counter[tuple[str, str]]
    asking: int
    tree: Overlay
    report: Report

    def changes(self) -> list[Change]:
        """The files that change, line by line."""
        return [Change(path, before, tuple(_lines(before, after))) for path, (before, after) in self.texts.items()]


def fix(root: Path, check: Callable[[Overlay], Report], wanted: Callable[[Place], bool], *, unsafe: bool) -> Fixed:
    """Mend what can be mended and is `wanted` by its place, and `check` again until there is no more of it.

    Raises `InputError` where the project cannot be read and no fix helps.
    """
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    done: list[Fix] = []

    def may(made: Fix) -> bool:
        new = _key(made) not in {_key(each) for each in done}
        return (made.safe or unsafe) and new and all(wanted(flaw.place) for flaw in made.flaws)

    for _ in range(_MOST_ROUNDS):
        tree = Overlay(root, {os.path.realpath(root / path): text for path, text in after.items()})
        made, report = _looked(tree, check, may)
        chosen = _apart(filter(may, made), tree)
        if report is not None and not chosen:
            texts = {path: (before[path], text) for path, text in sorted(after.items()) if text != before[path]}
            asking = sum(wanted(flaw.place) for each in made if not each.safe for flaw in each.flaws)
            return Fixed(texts, _mended(done, report), asking, tree, report)
        for path in dict.fromkeys(each.path for each in chosen):
            text = fixes.raw(tree, path)
            before.setdefault(path, text)
            after[path] = apply(text, [edit for each in chosen if each.path == path for edit in each.edits])
        done += chosen
    raise TrackplanError("the fixes do not come to an end", "Leave out some of the rules with --ignore.")


def _looked(
    tree: Overlay, check: Callable[[Overlay], Report], wanted: Callable[[Fix], bool]
) -> tuple[list[Fix], Report | None]:
    """What can be mended, and the report, None where the project cannot be read but can be mended."""
    try:
        report = check(tree)
    except InputError as error:
        made = fixes.of_problems(error.problems, lambda path: fixes.raw(tree, path))
        if not any(wanted(each) for each in made):
            raise
        return made, None
    return fixes.of_report(report, lambda path: fixes.raw(tree, path)), report


def _apart(made: Iterable[Fix], tree: Overlay) -> list[Fix]:
    """As many of the fixes as do not touch each other; the others come later."""
    chosen: list[Fix] = []
    taken: dict[str, list[Edit]] = {}
    for each in made:
        edits = [*taken.get(each.path, ()), *each.edits]
        try:
            ordered(fixes.raw(tree, each.path), edits)
        except ValueError:
            continue
        taken[each.path] = edits
        chosen.append(each)
    return chosen


def _key(made: Fix) -> tuple[object, ...]:
    """What is the same of a fix that did not help: it is not tried again."""
    return (made.path, made.title, *(flaw.finding.fingerprint if flaw.finding else flaw.advice for flaw in made.flaws))


def _mended(done: Iterable[Fix], report: Report) -> Counter[tuple[str, str]]:
    """How many flaws are gone, by path and rule."""
    left = {finding.fingerprint for finding in report.findings}
    flaws = [(each.path, flaw.finding) for each in done for flaw in each.flaws]
    return Counter((path, f.rule if f else "TP001") for path, f in flaws if f is None or f.fingerprint not in left)


def _lines(before: str, after: str) -> Iterable[Edit]:
    """The edits that lead from one text to the other, line by line; a line feed alone ends a line."""
    old, new = before.split("\n"), after.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in old)]
    ends = [0, *accumulate(len(line) + 1 for line in new)]
    for sign, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if sign != "equal":
            yield Edit(min(starts[a], len(before)), min(starts[b], len(before)), after[ends[c] : ends[d]])
