"""One project, looked at again and again: its files with the editor's texts over them → findings, and facts to ask."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan import pipeline, project, rules
from trackplan.cache import pack
from trackplan.errors import InputError, TrackplanError
from trackplan.findings import Place, Problem
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from trackplan.facts.base import FactBase
    from trackplan.findings import Finding, Report
    from trackplan.project import Project
    from trackplan.rules import Rule


@dataclass(frozen=True, slots=True)
class Settings:
    """How to analyse: the folder of earlier work (None for none), processes for SQL, and the day to judge by."""

    cache: str | None
    jobs: int
    today: Callable[[], date]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one look at a project gave: the facts, the report, and the rules that there are.

    `base` serves the thread that made it, until the next look.
    """

    project: Project
    tree: Overlay
    base: FactBase
    report: Report
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look gave: all there is to say of places, and the analysis, None where the project allows none."""

    tree: Overlay
    remarks: tuple[Finding | Problem, ...]
    analysis: Analysis | None = None


class Analyst:
    """Looks at the project of the file `path`. All of it belongs to one thread, and only the last facts are held."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._pack = pack.Held(*pack.file_of(settings.cache, str(path.parent)))
        self.last: Analysis | None = None

    def look(self, texts: Mapping[str, str], heed: Callable[[], None]) -> Look:
        """What there is now, with `texts` over the files. `heed` may raise while it is being looked at."""
        self.close()
        looking = True

        def while_looking() -> None:
            if looking:
                heed()

        tree = Overlay(self._path.parent, texts, while_looking)
        try:
            return Look(tree, *self._analysed(tree, while_looking))
        except InputError as error:
            return Look(tree, error.problems)
        except TrackplanError as error:
            return Look(tree, (Problem(Place(self._path.name), error.message, error.hint),))
        finally:
            looking = False

    def _analysed(self, tree: Overlay, heed: Callable[[], None]) -> tuple[tuple[Finding | Problem, ...], Analysis]:
        read = project.read(tree, self._path.name)
        self._pack.heed = heed
        means = pack.Means(self._pack, self._settings.jobs, heed)
        base, report = pipeline.analyse(read, self._settings.today(), means=means)
        self.last = Analysis(read, tree, base, report, rules.load(read).rules)
        failed = [Problem(f.place, f"{f.rule or f.name}: {f.message}", f.hint) for f in report.failed]
        return (*report.findings, *failed), self.last

    def close(self) -> None:
        """Let go of the facts."""
        if self.last is not None:
            self.last.base.close()
            self.last = None
            gc.collect()
