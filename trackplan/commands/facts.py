"""The fact base of a project, for the commands that look things up in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.project import Project

_FATAL = """
SELECT f.path, p.line, p."column", p.end_line, p.end_column, x.message, x.hint, x.kind
FROM problem x JOIN place p ON p.key = x.place JOIN file f ON f.key = p.file WHERE x.fatal
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """A project and what it says."""

    project: Project
    base: FactBase


def open_facts(where: base.Where, today: str) -> Facts:
    """The project's frozen fact base. Raises `TrackplanError` if an input that it rests on cannot be read."""
    from trackplan import pipeline
    from trackplan.commands.progress import Progress

    day = base.day(today)
    project = base.open_project(where)
    with base.located(project.tree):
        with Progress(base.screen()):
            facts = pipeline.build(project, day, base.means(where, project))
        must_be_whole(facts)
    return Facts(project, facts)


def must_be_whole(facts: FactBase) -> None:
    """Raise `ReadError` with all that could not be read, if there is any."""
    problems = [_problem(row) for row in facts.fetch(_FATAL)]
    if problems:
        raise ReadError(problems)


def _problem(row: tuple[object, ...]) -> Problem:
    path, *numbers = row[:5]
    message, hint, kind = (str(value) for value in row[5:])
    return Problem(Place(str(path), *(n for n in numbers if isinstance(n, int))), message, hint, kind)
