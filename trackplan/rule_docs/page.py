"""What there is to know about one rule: its header, a case that fires, and the smallest edit that makes it quiet."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.rules import FIXERS
from trackplan.rules.cases import PROJECT_FILE
from trackplan.rules.profiles import packs, profiles
from trackplan.rules.words import any_means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.rules import Rule
    from trackplan.rules.cases import Case
    from trackplan.rules.folder import Folder

_FILE, _DAY = 10, 2


@dataclass(frozen=True, slots=True)
class Bad:
    """A case that fires: its files, and what is found in them."""

    name: str
    files: tuple[tuple[str, str], ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Good:
    """A quiet case, as the lines in which its files differ from the bad ones; `today` where the day differs."""

    name: str
    today: str
    changes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One rule's documentation. `profiles` and `packs` are those in which it runs, packs with what asks for it."""

    rule: Rule
    cases_path: str
    bad: Bad | None
    good: Good | None
    profiles: tuple[str, ...]
    packs: tuple[tuple[str, tuple[str, ...]], ...]


def page(rule: Rule, folder: Folder) -> Page:
    """The page of a rule of that folder; without examples where its cases cannot be read."""
    try:
        cases = folder.cases(rule)
    except ReadError:
        cases = ()
    bad = next((case for case in cases if case.fires), None)
    good = _closest(bad, [case for case in cases if case.quiet]) if bad else None
    return Page(
        rule,
        folder.cases_path(rule),
        _bad(rule, bad) if bad else None,
        Good(good.name, good.today if bad and good.today != bad.today else "", _changes(bad, good))
        if good and bad
        else None,
        tuple(
            name
            for name, profile in profiles().items()
            if rule.shipped and any_means(profile.select, rule) and not any_means(profile.ignore, rule)
        ),
        tuple(
            (name, tuple(demand.id for demand in pack.requirements if demand.asks_for(rule)))
            for name, pack in packs().items()
            if rule.shipped and pack.asks_for(rule)
        ),
    )


def kinds(rule: Rule) -> str:
    """The evidence that the rule requires: `plans; models or consumers`."""
    return "; ".join(" or ".join(kind.replace("_", " ") for kind in group) for group in rule.requires)


def fixer(rule: Rule) -> str:
    """What `check --fix` does about a finding, as a sentence; '' where it does nothing."""
    if not rule.fixer:
        return ""
    does = FIXERS[rule.fixer]
    return f"`trackplan check --fix{'' if rule.fix_is_safe else ' --unsafe'}` {does}."


def _bad(rule: Rule, case: Case) -> Bad:
    places = {row.place.rpartition(":")[0] for row in case.expect}
    # The project file is of interest only where it is what the finding points at.
    files = tuple((path, text) for path, text in case.files.items() if path != PROJECT_FILE or path in places)
    found = tuple(f"{row.place}: {row.severity}: {row.message} [{rule.id} {rule.name}]" for row in case.expect)
    return Bad(case.name, files, found)


def _closest(bad: Case, quiet: Sequence[Case]) -> Case | None:
    """The quiet case that takes the smallest edit; the first of several."""
    return min(quiet, key=lambda case: _size(bad, case), default=None)


def _size(bad: Case, good: Case) -> int:
    """How large an edit is: its lines, and more for a file that comes or goes, as that is seldom the point."""
    lines = sum(len(lines) for _, lines in _changes(bad, good))
    return lines + _FILE * len(bad.files.keys() ^ good.files.keys()) + _DAY * (bad.today != good.today)


def _changes(bad: Case, good: Case) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """By file the lines that go (`-`) and come (`+`)."""
    found = []
    for path in dict.fromkeys((*bad.files, *good.files)):
        before, after = (case.files.get(path, "").splitlines() for case in (bad, good))
        lines = [line for line in difflib.unified_diff(before, after, n=0, lineterm="") if not line.startswith("@@")]
        if lines:
            found.append((path, tuple(lines[2:])))  # without the two lines that name the files
    return tuple(found)
