"""`trackplan diff`: what a change adds to, takes out of and alters in the data that is collected."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.commands.facts import must_be_whole
from trackplan.errors import ExitCode, ReadError, TrackplanError

if TYPE_CHECKING:
    from datetime import date

    from trackplan.facts.base import FactBase
    from trackplan.project import Project
    from trackplan.tree import WorkTree


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given: two sides, each a revision, or a file or folder; `""` is the work tree."""

    where: base.Where
    before: str
    after: str
    format: str
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Write the difference; 0, whatever it is. Raises `TrackplanError` where a side cannot be read."""
    from trackplan.difference import compare
    from trackplan.formats import difference

    day = base.day(options.today)
    _must_be_alike(options.before, options.after)
    with _facts(options.where, options.before, day) as before, _facts(options.where, options.after, day) as after:
        changes = compare(before, after)
    render = {"text": difference.text, "markdown": difference.markdown, "json": difference.as_json}[options.format]
    base.emit(render(changes), options.output)
    return ExitCode.CLEAN


def _must_be_alike(before: str, after: str) -> None:
    """Raises `TrackplanError` for a plan and a project: all that lies beside the plan would seem to have changed."""
    alone = [side for side in (before, after) if side and os.path.lexists(side) and not _project_file(side)]
    if len(alone) == 1:
        whole = after if alone == [before] else before
        raise TrackplanError(
            f"{base.printable(Path(alone[0]))} is a plan or a folder of plans, and "
            f"{base.printable(Path(whole)) if whole else 'what it is compared with without B'} a whole project",
            "Name two plans (`trackplan diff OLD NEW`), or compare the project (`trackplan diff HEAD`).",
        )


def _project_file(side: str) -> Path | None:
    """The project file that a path names, itself or by its folder."""
    path = Path(side)
    file = path / base.PROJECT_FILE if path.is_dir() else path
    return file if file.name == base.PROJECT_FILE and file.is_file() else None


def _facts(where: base.Where, side: str, day: date) -> FactBase:
    from trackplan import pipeline

    project = _project(where, side)
    with base.located(project.tree):
        facts = pipeline.build(project, day, base.means(where, project))
        must_be_whole(facts)
    return facts


def _project(where: base.Where, side: str) -> Project:
    """The project at a revision, below a folder, or of a plan alone."""
    from trackplan.findings import Place
    from trackplan.project import Project, Source, read
    from trackplan.tree import WorkTree
    from trackplan.tree.git import GitTree

    path = Path(side)
    if side and os.path.lexists(path):
        if file := _project_file(side):
            return base.open_project(base.Where(file, jobs=where.jobs, cache=where.cache))
        tree = WorkTree(path if path.is_dir() else path.parent)
        plans = tuple(Source(p, Place(p)) for p in _plans(tree, "" if path.is_dir() else path.name))
        return Project(tree, base.PROJECT_FILE, plans=plans)
    opened = base.open_project(where)
    return read(GitTree(opened.root, side), opened.path) if side else opened


def _plans(tree: WorkTree, name: str) -> list[str]:
    """The file of that name, else all plans below the root: whatever a reader of plans knows. Raises `ReadError`."""
    from trackplan.readers import base as readers

    if name:
        return [name]
    found = []
    for path in tree.glob("**/*"):
        if path.endswith((".yaml", ".yml", ".json")):
            with suppress(ReadError):
                readers.choose(tree.read_text(path), path, "plan")
                found.append(path)
    return found
