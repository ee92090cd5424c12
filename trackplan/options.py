"""The options that commands share."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trackplan import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Command = Callable[..., int]

FILE = click.Path(path_type=Path)

project = click.option(
    "--project", metavar="FILE", type=FILE, help="The project file, if not the nearest trackplan.yaml."
)
output = click.option(
    "--output", "-o", metavar="FILE", type=FILE, help="Write there, not to the screen; the suffix tells the format."
)
today = click.option("--today", metavar="DATE", default="", help="Judge by this day, YYYY-MM-DD (UTC), not by today.")
jobs = click.option(
    "--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Processes for SQL (default: one per processor)."
)
staged = click.option("--staged", is_flag=True, help="Look at what is staged in git, not at the files.")
no_cache = click.option("--no-cache", is_flag=True, help="Neither use nor keep earlier work.")
cache_dir = click.option(
    "--cache-dir", metavar="DIR", type=FILE, help="Keep earlier work there, not in the user's cache."
)
_METAVARS = {"--color": "WHEN", "--fail-on": "LEVEL", "--format": "FORMAT"}


def words(*declarations: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that can be given several times, each time with a list in which commas part the words."""
    return click.option(*declarations, multiple=True, **settings)


def choice(*names: str, default: str, option: str, help: str) -> Callable[[Command], Command]:  # noqa: A002
    """An option that takes one of `names`, which its help lists with the default in front."""
    text = _listed(help, default, names)
    return click.option(option, type=click.Choice(names), metavar=_METAVARS[option], default=default, help=text)


def written(*names: str, help: str) -> Callable[[Command], Command]:  # noqa: A002
    """`--format` and `--output`: the first of `names`, if neither the one nor the suffix of the other tells."""

    def wrap(command: Command) -> Command:
        @functools.wraps(command)
        def call(*positional: Any, format: str | None, output: Path | None, **rest: Any) -> int:  # noqa: A002
            from trackplan.commands.formats import fitting

            return command(*positional, format=fitting(format or "", names, output), output=output, **rest)

        text = _listed(help, names[0], names)
        asked = click.option("--format", type=click.Choice(names), metavar=_METAVARS["--format"], help=text)
        made: Command = asked(output(call))
        return made

    return wrap


def _listed(what: str, default: str, names: Iterable[str]) -> str:
    return f"{what}: {default}, or {', '.join(name for name in names if name != default)}."


def named(known: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """What completes the last word of a list with commas by the names that are `known`."""

    def complete(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
        head, comma, last = typed.rpartition(",")
        return [f"{head}{comma}{name}" for name in known() if name.lower().startswith(last.lower())]

    return complete


def formats() -> list[str]:
    """The formats of a report."""
    from trackplan.formats import NAMES

    return [*NAMES]


def rules() -> list[str]:
    """The ids of our rules, by the names of their files."""
    return sorted(path.name.partition("_")[0] for path in resources.folder("rules").glob("*.sql"))


def schemas() -> list[str]:
    """The names of the schemas."""
    return sorted(path.name.partition(".")[0] for path in resources.folder("schemas").glob("*.json"))


def where(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options that tell on which project to work and with what; the command gets them as one `where`."""

    def wrap(command: Command) -> Command:
        @functools.wraps(command)
        def call(
            *positional: Any,
            project: Path | None = None,
            jobs: int | None = None,
            no_cache: bool = False,
            cache_dir: Path | None = None,
            staged: bool = False,
            **rest: Any,
        ) -> int:
            from trackplan.cache import place
            from trackplan.commands.base import Where

            folder = place.usual() if cache_dir is None else os.path.abspath(cache_dir)  # noqa: PTH100 - keeps symlinks
            start = next(iter(rest.get("paths") or ()), Path())
            made = Where(project, start, jobs, None if no_cache else folder, staged)
            return command(*positional, where=made, **rest)

        made: Command = call
        for option in reversed(options):
            made = option(made)
        return made

    return wrap


analysing = where(project, jobs, no_cache, cache_dir)
