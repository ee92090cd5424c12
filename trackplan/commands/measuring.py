"""A project measured: its facts, what the rules find on them, and what the metrics come to."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.commands.facts import must_be_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report
    from trackplan.metrics import Measured
    from trackplan.metrics.merged import Applied
    from trackplan.project import Project
    from trackplan.scorecard.history import Record


@dataclass(frozen=True, slots=True)
class Analysed:
    """A project on a day, its facts, what was found, what the metrics came to, and what was applied of proposals."""

    project: Project
    day: date
    base: FactBase
    report: Report
    metrics: Mapping[str, Measured]
    applied: tuple[Applied, ...]


@contextmanager
def analysed(where: base.Where, today: str) -> Iterator[Analysed]:
    """The project, measured; its facts are closed at the end. Raises `TrackplanError` where input cannot be read."""
    from trackplan import metrics, pipeline
    from trackplan.commands.progress import Progress

    day = base.day(today)
    project = base.open_project(where)
    with ExitStack() as stack:
        with base.located(project.tree), Progress(base.screen()):
            facts, report = pipeline.analyse(project, day, means=base.means(where, project))
            stack.enter_context(facts)
            must_be_whole(facts)
        measured = metrics.measure(facts, report, merged(project, facts, day))
        yield Analysed(project, day, facts, report, measured, applied(project.root))


def merged(project: Project, facts: FactBase, day: date) -> int:
    """How many proposals were merged from the beginning of the quarter to a day. Raises `TrackplanError`."""
    from trackplan.metrics import merged
    from trackplan.metrics.quarter import Quarter

    return len(merged.merged(facts, applied(project.root), Quarter.of(day), day.isoformat()))


def applied(root: Path) -> tuple[Applied, ...]:
    """The proposals that the journal of `trackplan prune` has. Raises `TrackplanError` where it cannot be read."""
    from trackplan.commands import prune, prune_status
    from trackplan.edits import journal
    from trackplan.metrics.merged import Applied

    found = journal.read(root / prune.FOLDER / prune_status.APPLIED)
    return tuple(Applied(id_, each.day) for each in found if each.done for id_ in each.ids)


def history(project: Project) -> list[Record]:
    """The recorded runs; none where there is no such file. Raises `ReadError`, with its places."""
    from trackplan.scorecard.history import read

    path = project.scorecard.history
    return read(project.tree.read_text(path), path) if project.tree.exists(path) else []


def commit(root: Path) -> str:
    """The commit that is checked out, in full; '' without git, or before the first one."""
    from trackplan import git

    try:
        return git.commit(os.fspath(root), "HEAD")
    except OSError:
        return ""
