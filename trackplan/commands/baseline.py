"""`trackplan baseline`: put up with what is found today, so that only what is new fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.gate.model import Suppression


def run(where: base.Where, today: str, *, prune: bool) -> int:
    """Write the baseline; with `prune`, only take out of it what is no longer found.

    Raises `TrackplanError` where the findings are not complete, or the file cannot be written.
    """
    from trackplan import pipeline
    from trackplan.commands.progress import Progress
    from trackplan.counted import plural
    from trackplan.edits import disk
    from trackplan.gate import baseline, sources
    from trackplan.gate.model import BASELINE
    from trackplan.project.model import BASELINE_FILE

    day = base.day(today)
    project = base.open_project(where)
    path = project.baseline or BASELINE_FILE
    if not project.tree.exists(path):
        project = replace(project, baseline="")  # it is about to be written
    with base.located(project.tree):
        known = sources.entries(project)
        with Progress(base.screen()):
            report = pipeline.check(project, day, means=base.means(where, project))
    if not report.complete:
        raise TrackplanError(
            "the findings are not complete, so no baseline is made of them",
            "`trackplan check` shows what could not be read; mend that first.",
        )
    found = [*report.findings, *(each.finding for each in report.silenced if each.by == BASELINE)]
    entries = baseline.prune(found, known) if prune else baseline.record(found, known, path)
    disk.write(project.root / path, baseline.write(entries).encode())
    count, new, gone = _compared(known, entries)
    sys.stdout.write(f"{path}: {plural(count, 'finding')} put up with ({new:,} new, {gone:,} gone).\n")
    over = [entry for entry in entries if entry.over(day.isoformat())]
    if over:
        first = f"{over[0].text} {over[0].subject}, until {over[0].until}"
        sys.stdout.write(f"The time of {plural(len(over), 'entry').replace('entrys', 'entries')} is over ({first}); ")
        sys.stdout.write("set a new day or mend the finding.\n")
    return ExitCode.CLEAN


def _compared(before: Sequence[Suppression], after: Sequence[Suppression]) -> tuple[int, int, int]:
    """How many findings the entries stand for, how many of these are new, and how many are gone."""
    from collections import Counter

    old, new = (Counter({entry.identity: entry.count for entry in entries}) for entries in (before, after))
    return new.total(), (new - old).total(), (old - new).total()
