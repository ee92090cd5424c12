"""What commands share: finding the project, showing problems with their source, writing the output."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from trackplan import seen
from trackplan.errors import InputError, TrackplanError
from trackplan.formats.base import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.cache.pack import Means, Pack
    from trackplan.project import Project
    from trackplan.tree import Tree

PROJECT_FILE = "trackplan.yaml"
_WIDTH = 100
# Dialects that write string literals in double quotes too.
_DOUBLE_QUOTED = frozenset({"bigquery", "databricks", "hive", "mysql", "spark", "spark2", "sqlite", "starrocks"})


class ShownError(TrackplanError):
    """Problems of input, already laid out for people with their source lines."""


class Where(Struct, frozen=True):
    """Which project a command works on: the one that `--project` names, else the nearest one above `start`.

    `jobs` is the number of processes for SQL, by default one per processor; `cache` the folder of earlier work, None
    for none; `staged` tells that what is staged in git is to be looked at.
    """

    project_file: Path | None = None
    start: Path = Path()
    jobs: int | None = None
    cache: str | None = None
    staged: bool = False


def open_project(where: Where) -> Project:
    """The project, checked. Raises `TrackplanError` if there is none or its file is wrong."""
    from trackplan import project

    path = project_file(where)
    tree = _tree(path.absolute().parent, staged=where.staged)
    with located(tree):
        return project.read(tree, path.name)


def project_file(where: Where) -> Path:
    """Where the project file is. Raises `TrackplanError` if there is none."""
    path = where.project_file
    if path is None:
        path = find_project(where.start)
        if path is None:
            above = printable(where.start.absolute())
            raise TrackplanError(
                f"there is no {PROJECT_FILE} in {above} or in a folder above it",
                "Run `trackplan init` in the folder of your project: it writes one that you can adapt.",
            )
    elif path.is_dir():
        path = path / PROJECT_FILE
    if not path.is_file():
        raise TrackplanError(
            f"there is no project file {printable(path)}",
            f"--project takes the path of a {PROJECT_FILE}; `trackplan init` writes one.",
        )
    return path


def _tree(folder: Path, *, staged: bool) -> Tree:
    if not staged:
        from trackplan.tree import WorkTree

        return WorkTree(folder)
    from trackplan.tree.git import GitTree
    from trackplan.tree.repository import INDEX

    return GitTree(folder, INDEX)


def find_project(start: Path) -> Path | None:
    """The nearest project file in `start` or above it."""
    from trackplan import project

    found = project.find(start)
    if seen.active:
        note(start)
        here = start.resolve()
        for folder in (here, *here.parents):
            for name in project.FILE_NAMES:
                if folder / name == found:
                    return found
                seen.active.absent(str(folder / name))
    return found


def note(path: Path) -> None:
    """Remember for a later run that a path was given which is there, what it is and where it leads."""
    if seen.active is None:
        return
    real = os.path.realpath(path)
    seen.active.link(os.path.abspath(path), real)  # noqa: PTH100 - keeps symlinks
    seen.active.present.add(real)


def repeatable() -> None:
    """Tell that nothing decides this command's output but its arguments and what it reads through the tree."""
    if seen.active:
        seen.active.whole = True


def recorded() -> bool:
    """Whether this run's result is kept for later ones."""
    return seen.active is not None


def screen() -> TextIO:
    """The error stream for what is only of use while it happens, so that it is never written again."""
    return sys.__stderr__ or sys.stderr


def means(where: Where, project: Project) -> Means:
    """With what the project is analysed: its earlier work, and processes to share the work."""
    return means_of(where, project.root)


def means_of(where: Where, root: Path, kind: type[Pack] | None = None) -> Means:
    """The same for the project in a folder, with another kind of pack."""
    from trackplan import workers
    from trackplan.cache import pack

    jobs = workers.processors() if where.jobs is None else where.jobs
    return pack.Means(pack.of_project(where.cache, str(root), kind or pack.Pack), jobs)


@contextmanager
def located(tree: Tree) -> Iterator[None]:
    """Show an `InputError` from inside with the source lines of the files of `tree`. Raises `ShownError`."""
    try:
        yield
    except InputError as error:
        from trackplan.formats import problems

        text = problems.render(error.problems, tree, look("auto", sys.stderr))
        raise ShownError(text, error.hint) from error


def day(text: str) -> date:
    """The day of `--today`, by default the UTC date. Raises `TrackplanError` for anything but YYYY-MM-DD."""
    if not text:
        return datetime.now(UTC).date()
    try:
        if len(text) != len("2026-07-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise TrackplanError(
            f"--today: {text!r} is not a date", "Write it as YYYY-MM-DD, for example 2026-07-01."
        ) from None


def words(values: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a repeatable option whose values are lists with commas."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def look(colour: str, stream: TextIO | None, *, quiet: bool = False, fold_info: bool = True) -> Look:
    """How to write to `stream`, None for a file: colours and the window's width only on a terminal."""
    terminal = stream is not None and stream.isatty()
    width = _WIDTH
    if terminal:
        import shutil  # takes time to load

        width = max(60, min(shutil.get_terminal_size().columns, 120))
    return Look(_coloured(colour, terminal), width, quiet, fold_info)


def double_quoted_literals(project: Project) -> bool:
    """Whether a dialect of the project may write string literals in double quotes."""
    sources = (*project.warehouse, *project.models, *project.consumers)
    return not _DOUBLE_QUOTED.isdisjoint({project.dialect.lower(), *(s.dialect.lower() for s in sources)})


def in_repository(folder: Path) -> str:
    """The folder below the repository that it lies in, with `/` behind it; empty at its top, or without one."""
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            inner = folder.relative_to(above).as_posix()
            return "" if inner == "." else f"{inner}/"
    return ""


def emit(text: str, output: Path | None = None) -> None:
    """Write `text` to the file or to standard output; a reader that closes the pipe early is no error.

    Raises `TrackplanError` if the file cannot be written.
    """
    if output is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            close_stdout()
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "its name is not valid"
        raise TrackplanError(
            f"cannot write {printable(output)}: {reason.lower()}",
            "--output takes the path of a file in a folder that exists and may be written to.",
        ) from error


def draws_lines() -> bool:
    """Whether standard output can show the lines of a tree."""
    try:
        "├─└│…".encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def close_stdout() -> None:
    """Send whatever is still to be written to nowhere, so that the end of the process is quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = TextIOWrapper(open(os.devnull, "wb"))  # noqa: PTH123, SIM115


def printable(path: Path) -> str:
    """A path as it may be printed, with `/`."""
    from trackplan.formats.source import visible

    return visible(path.as_posix())


def _coloured(choice: str, terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
