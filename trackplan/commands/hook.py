"""`trackplan hook`: what pre-commit calls; checks the projects that a change concerns, and tells what it adds.

What is staged is looked at, and compared with HEAD; between two revisions that pre-commit names, with where they part.
Where nothing is staged somebody asks for all files (`pre-commit run --all-files`): these are checked as they lie.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import ExitCode, TrackplanError
from trackplan.formats.source import visible
from trackplan.tree.repository import INDEX, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from trackplan.tree.repository import Entry

_NAMES = ("trackplan.yaml", "trackplan.yml")
_FROM, _TO = "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"
_LARGEST = 1_000_000
_NEXT = "\n`trackplan explain RULE` tells why; a comment with a reason, or `trackplan baseline`, puts up with it.\n"


@dataclass(frozen=True, slots=True)
class Change:
    """These paths are staged otherwise than in the commit `since`, `""` for no commit at all."""

    paths: frozenset[str]
    since: str


def run(arguments: Sequence[str], check: Callable[[list[str]], int]) -> int:
    """Check every project that is concerned; the highest of the exit codes. `check` runs trackplan with arguments.

    `--all` checks all projects, and all that is found in them; other arguments are those of `trackplan check`.
    Raises `TrackplanError` where there is no repository or no project in it.
    """
    repository = Repository(Path())
    entries = dict(repository.entries(INDEX, ""))
    projects = _projects(entries)
    if not projects:
        raise TrackplanError(
            "git knows no trackplan.yaml in this repository",
            "Run `trackplan init` in the folder of your project and add the file, or take the hook out.",
        )
    change = _change(repository)
    whole = "--all" in arguments or not change.paths
    words = [*(["--staged"] if change.paths else []), *([] if whole or not change.since else ["--since", change.since])]
    words += [word for word in arguments if word != "--all"]
    code: int = ExitCode.CLEAN
    for project in projects if whole else _concerned(projects, entries, repository, change.paths):
        if len(projects) > 1:
            sys.stdout.write(f"{visible(project)}\n")
            sys.stdout.flush()
        file = os.path.join(repository.top, project)  # noqa: PTH118
        code = max(code, check(["check", "--project", file, "--quiet", *words]))
    if code == ExitCode.FINDINGS:
        sys.stdout.write(_NEXT)
    return code


def _projects(entries: Mapping[str, Entry]) -> list[str]:
    """The project files that git knows, one of a folder."""
    folders = sorted({path.rpartition("/")[0] for path in entries if path.rpartition("/")[2] in _NAMES})
    named = ([f"{folder}/{name}" if folder else name for name in _NAMES] for folder in folders)
    return [next(path for path in paths if path in entries) for paths in named]


def _change(repository: Repository) -> Change:
    """What pre-commit says is to be judged, else what is staged. Raises `TrackplanError` where nobody can tell."""
    start, end = os.environ.get(_FROM), os.environ.get(_TO)
    if start and end:
        if repository.commit(end) != repository.commit("HEAD"):
            raise TrackplanError(
                f"{end} is not checked out, so what it adds cannot be checked",
                "Check it out first, or leave the hook out this time (SKIP=trackplan).",
            )
        since = repository.commit(f"{start}...")
        return Change(frozenset(repository.differing(since)), since)
    try:
        since = "HEAD" if repository.commit("HEAD") else ""
    except TrackplanError:  # before the first commit
        since = ""
    return Change(frozenset(repository.differing()), since)


def _concerned(
    projects: Sequence[str], entries: Mapping[str, Entry], repository: Repository, paths: Collection[str]
) -> Iterator[str]:
    """The projects that may read one of these files."""
    from trackplan.project import scope

    def read(path: str) -> str:
        entry = entries.get(path)
        content = repository.blob(entry.oid, _LARGEST) if entry is not None and entry.kind == "f" else 0
        if isinstance(content, int):
            raise TrackplanError(path)
        return content.decode("utf-8", "replace")

    links = [path for path, entry in entries.items() if entry.kind != "f"]
    for project in projects:
        found = scope.of(project, read, links)
        if any(map(found.holds, paths)):
            yield project
