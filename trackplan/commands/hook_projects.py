"""The projects that a change concerns are checked, and what it adds is told.

What is staged is looked at, and compared with HEAD; between two revisions that pre-commit names, with where they part.
Where nothing is staged somebody asks for all files (`pre-commit run --all-files`): these are checked as they lie.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.cache import record
from trackplan.commands.hook_scopes import Scopes
from trackplan.errors import ExitCode, TrackplanError
from trackplan.tree.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from trackplan.commands.hook_memory import Memory

_NAMES = ("trackplan.yaml", "trackplan.yml")
_NEXT = "\n`trackplan explain RULE` tells why; a comment with a reason, or `trackplan baseline`, puts up with it.\n"


class Change(Struct, frozen=True):
    """These paths are staged otherwise than in the commit `since`, `""` for no commit at all."""

    paths: frozenset[str]
    since: str


def run(
    arguments: Sequence[str],
    check: Callable[[list[str]], int],
    between: tuple[str, str] | None,
    memory: Memory | None,
) -> int:
    """Check every project that is concerned, as `hook.run` tells; `memory` has what earlier hooks found.

    What is to be judged lies `between` two revisions, or is staged.
    """
    repository = Repository(Path())
    staged = repository.called(*_NAMES)
    projects = _projects(
        path for path, entry in staged.items() if path.rpartition("/")[2] in _NAMES and entry.kind != "m"
    )
    if not projects:
        raise TrackplanError(
            "git knows no trackplan.yaml in this repository",
            "Run `trackplan init` in the folder of your project and add the file, or take the hook out.",
        )
    change = _change(repository, between, known=memory is not None)
    whole = "--all" in arguments or not change.paths
    words = [*(["--staged"] if change.paths else []), *(word for word in arguments if word != "--all")]
    since = [] if whole or not change.since else ["--since", change.since]
    # Of submodules, which are checked out or not, git's name of the content tells too little.
    if not since or any(entry.kind == "m" for entry in staged.values()):
        memory = None
    scopes = Scopes(repository, staged, memory)
    concerned = projects if whole else [each for each in projects if any(map(scopes.of(each).holds, change.paths))]
    calls = {
        each: ["check", "--project", _joined(repository.top, each), "--quiet", *words, *since] for each in concerned
    }
    with record.Pieces() as pieces:
        code = _checked(calls, check, named=len(projects) > 1)
    if memory is not None and code != ExitCode.FAILED and pieces.whole:
        memory.keep(code, pieces.written)
    return code


def _checked(calls: Mapping[str, list[str]], check: Callable[[list[str]], int], *, named: bool) -> int:
    """The highest of the exit codes of some checks, each of one project, which may be `named` before."""
    code: int = ExitCode.CLEAN
    for project, call in calls.items():
        if named:
            from trackplan.formats.source import visible

            sys.stdout.write(f"{visible(project)}\n")
            sys.stdout.flush()
        code = max(code, check(call))
    if code == ExitCode.FINDINGS:
        sys.stdout.write(_NEXT)
    return code


def _joined(top: str, project: str) -> str:
    return os.path.join(top, project)  # noqa: PTH118


def _projects(files: Iterable[str]) -> list[str]:
    """One project file of each folder."""
    found: dict[str, str] = {}
    for path in sorted(files):  # .yaml comes before .yml
        found.setdefault(path.rpartition("/")[0], path)
    return [path for _, path in sorted(found.items())]


def _change(repository: Repository, between: tuple[str, str] | None, *, known: bool) -> Change:
    """What pre-commit says is to be judged, else what is staged. Raises `TrackplanError` where nobody can tell.

    `known` tells that there is a commit already.
    """
    if between is not None:
        start, end = between
        if repository.commit(end) != repository.commit("HEAD"):
            raise TrackplanError(
                f"{end} is not checked out, so what it adds cannot be checked",
                "Check it out first, or leave the hook out this time (SKIP=trackplan).",
            )
        since = repository.commit(f"{start}...")
        return Change(frozenset(repository.differing(since)), since)
    try:
        since = "HEAD" if known or repository.commit("HEAD") else ""
    except TrackplanError:  # before the first commit
        since = ""
    return Change(frozenset(repository.differing()), since)
