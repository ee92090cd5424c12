"""The projects that a change concerns are checked, and what it adds is told.

What is staged is looked at, and compared with HEAD; between two revisions that pre-commit names, with where they part.
Where nothing is staged somebody asks for all files (`pre-commit run --all-files`): these are checked as they lie.
"""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.errors import ExitCode, TrackplanError
from trackplan.tree.repository import INDEX, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from trackplan.commands.hook_memory import Memory
    from trackplan.tree.repository import Entry

_NAMES = ("trackplan.yaml", "trackplan.yml")
_LARGEST = 1_000_000
_NEXT = "\n`trackplan explain RULE` tells why; a comment with a reason, or `trackplan baseline`, puts up with it.\n"


@dataclass(frozen=True, slots=True)
class Change:
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
    projects = _projects(repository)
    if not projects:
        raise TrackplanError(
            "git knows no trackplan.yaml in this repository",
            "Run `trackplan init` in the folder of your project and add the file, or take the hook out.",
        )
    change = _change(repository, between)
    whole = "--all" in arguments or not change.paths
    words = [*(["--staged"] if change.paths else []), *(word for word in arguments if word != "--all")]
    since = [] if whole or not change.since else ["--since", change.since]
    entries = {} if whole else dict(repository.entries(INDEX, ""))
    # Of submodules, which are checked out or not, git's name of the content tells too little.
    if not since or any(entry.kind == "m" for entry in entries.values()):
        memory = None
    code: int = ExitCode.CLEAN
    wrote, passed = "", memory is not None
    for project in projects if whole else _concerned(projects, repository, entries, change.paths):
        if len(projects) > 1:
            from trackplan.formats.source import visible

            wrote += f"{visible(project)}\n"
            sys.stdout.write(f"{visible(project)}\n")
            sys.stdout.flush()
        call = ["check", "--project", os.path.join(repository.top, project), "--quiet", *words]  # noqa: PTH118
        if not since or not _adds_nothing(check, call, project, memory):
            passed = False
            code = max(code, check([*call, *since]))
    if memory is not None and passed:
        memory.keep(wrote)
    if code == ExitCode.FINDINGS:
        sys.stdout.write(_NEXT)
    return code


def _adds_nothing(check: Callable[[list[str]], int], call: list[str], project: str, memory: Memory | None) -> bool:
    """Whether it is sure, without a check of the commit that it is compared with, that a change adds nothing."""

    def said() -> str:
        code, text = _unheard(check, [*call, "--format", "json"])
        return "" if code == ExitCode.FAILED else text

    return memory.adds_nothing(project, said) if memory else _unheard(check, call)[0] == ExitCode.CLEAN


def _unheard(check: Callable[[list[str]], int], arguments: list[str]) -> tuple[int, str]:
    """The exit code of a check of which nobody hears, and what it wrote."""
    streams = sys.stdout, sys.stderr
    written = [io.BytesIO(), io.BytesIO()]
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(buffer, getattr(stream, "encoding", "utf-8"), "replace", write_through=True)
        for buffer, stream in zip(written, streams, strict=True)
    )
    try:
        return check(arguments), written[0].getvalue().decode(streams[0].encoding, "replace")
    finally:
        sys.stdout, sys.stderr = streams


def _projects(repository: Repository) -> list[str]:
    """The project files that git knows, one of a folder."""
    found: dict[str, str] = {}
    for path in sorted(repository.called(*_NAMES)):  # .yaml comes before .yml
        found.setdefault(path.rpartition("/")[0], path)
    return [path for _, path in sorted(found.items())]


def _change(repository: Repository, between: tuple[str, str] | None) -> Change:
    """What pre-commit says is to be judged, else what is staged. Raises `TrackplanError` where nobody can tell."""
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
        since = "HEAD" if repository.commit("HEAD") else ""
    except TrackplanError:  # before the first commit
        since = ""
    return Change(frozenset(repository.differing()), since)


def _concerned(
    projects: Sequence[str], repository: Repository, entries: Mapping[str, Entry], paths: Collection[str]
) -> Iterator[str]:
    """The projects that may read one of these files; `entries` is what is staged."""
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
