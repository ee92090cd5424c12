"""The project as it would be after some changes → what a check finds then, compared with today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan import pipeline
from trackplan.gate.model import IDLE
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from trackplan.cache.pack import Means
    from trackplan.edits.patch import Change
    from trackplan.findings import Finding, Report
    from trackplan.project import Project


@dataclass(frozen=True, slots=True)
class Compared:
    """What a change of the project does to its findings: those that go, those that come, and whether it can be read.

    `idle` tells how many suppressions and entries of the baseline silence nothing any more: no fault of the change.
    """

    gone: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    complete: bool
    idle: int = 0


def changed(project: Project, changes: Iterable[Change]) -> Project:
    """The project with all the changes made, in memory."""
    texts = {str(project.root / c.path): c.after.removeprefix("\ufeff") for c in changes if c.after is not None}
    return replace(project, tree=Overlay(project.root, texts))


def compare(project: Project, before: Report, changes: Iterable[Change], today: date, means: Means) -> Compared:
    """Check the project with the changes made, and tell what differs from an earlier report."""
    after = pipeline.check(changed(project, changes), today, means=means)
    old = {finding.fingerprint: finding for finding in before.findings}
    new = {finding.fingerprint: finding for finding in after.findings}
    fresh = [f for key, f in new.items() if key not in old]
    return Compared(
        tuple(f for key, f in old.items() if key not in new),
        tuple(f for f in fresh if f.rule not in IDLE),
        after.complete,
        sum(f.rule in IDLE for f in fresh),
    )
