"""The command line: registers the commands, and turns errors into text and exit codes.

A command's module is imported only when it is called, so that help and version are quick.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trackplan import __version__
from trackplan.errors import ExitCode, TrackplanError
from trackplan.options import (
    CacheAction,
    CacheDir,
    CheckFormat,
    Colour,
    FailOn,
    Jobs,
    ListFormat,
    NoCache,
    Output,
    ProjectFile,
    TableFormat,
    Today,
)

if TYPE_CHECKING:
    from trackplan.commands.base import Where

app = typer.Typer(
    name="trackplan",
    help="The linter for tracking plans: what you collect, who uses it, for which declared purpose, and what can go.",
    epilog="Exit codes: 0 clean, 1 findings at or above --fail-on, 2 the job could not be done.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"trackplan {__version__}\n")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The linter for tracking plans."""


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Report what lies under these files and folders."),
    ] = None,
    project: ProjectFile = None,
    format_: Annotated[
        CheckFormat, typer.Option("--format", help="text for people, json for programs.")
    ] = CheckFormat.TEXT,
    output: Output = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="Only these rules: ids, beginnings of ids, or names; comma separated."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Without these rules.")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="The least severity that makes the command exit 1.")] = FailOn.WARNING,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Findings only; nothing at all if there are none.")
    ] = False,
    today: Today = "",
    color: Annotated[Colour, typer.Option(help="Colours; auto respects NO_COLOR and FORCE_COLOR.")] = Colour.AUTO,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    cache_dir: CacheDir = None,
) -> int:
    """Find data without use or declared purpose."""
    from trackplan.commands import check as command

    options = command.Options(
        paths=tuple(paths or ()),
        where=_where(project, jobs, no_cache, cache_dir, paths),
        format=format_.value,
        output=output,
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        fail_on=fail_on.value,
        quiet=quiet,
        today=today,
        colour=color.value,
    )
    return command.run(options)


@app.command()
def explain(
    subject: Annotated[
        str, typer.Argument(metavar="NAME", help="A rule, field, column, event, use case, consumer, relation.")
    ],
    project: ProjectFile = None,
    today: Today = "",
    jobs: Jobs = None,
    no_cache: NoCache = False,
    cache_dir: CacheDir = None,
) -> int:
    """Explain a rule, or why something stays or goes."""
    from trackplan.commands import explain as command

    return command.run(subject, _where(project, jobs, no_cache, cache_dir), today)


@app.command()
def inventory(
    project: ProjectFile = None,
    format_: Annotated[TableFormat, typer.Option("--format", help="How to write the rows.")] = TableFormat.TABLE,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only rows of this kind: field, column, need.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS", help="Only these: keep, idle, undeclared, waste, unknown, gap; comma separated."
        ),
    ] = None,
    output: Output = None,
    today: Today = "",
    jobs: Jobs = None,
    no_cache: NoCache = False,
    cache_dir: CacheDir = None,
) -> int:
    """List fields, columns and unmet needs with status."""
    from trackplan.commands import inventory as command

    options = command.Options(
        where=_where(project, jobs, no_cache, cache_dir),
        format=format_.value,
        kinds=tuple(kind or ()),
        statuses=tuple(status or ()),
        output=output,
        today=today,
    )
    return command.run(options)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT on the facts, in SQLite's dialect.")],
    project: ProjectFile = None,
    format_: Annotated[TableFormat, typer.Option("--format", help="How to write the rows.")] = TableFormat.TABLE,
    output: Output = None,
    today: Today = "",
    jobs: Jobs = None,
    no_cache: NoCache = False,
    cache_dir: CacheDir = None,
) -> int:
    """Ask the facts with read-only SQL.

    `trackplan schema facts` shows the tables.
    """
    from trackplan.commands import query as command

    return command.run(sql, _where(project, jobs, no_cache, cache_dir), format_.value, output, today)


@app.command()
def rules(
    project: ProjectFile = None,
    docs: Annotated[bool, typer.Option("--docs", help="The documentation of every rule, in Markdown.")] = False,
    format_: Annotated[ListFormat, typer.Option("--format", help="How to write the list.")] = ListFormat.TABLE,
) -> int:
    """List the rules, ours and the project's."""
    from trackplan.commands import rules as command

    return command.run(_where(project), docs, format_.value)


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which one; without it they are listed.")] = "",
) -> int:
    """Print the JSON Schema of a kind of file."""
    from trackplan.commands import schema as command

    return command.run(name)


@app.command()
def cache(
    action: Annotated[CacheAction, typer.Argument(metavar="ACTION", help="info, or clear to remove it all.")],
    project: ProjectFile = None,
    cache_dir: CacheDir = None,
) -> int:
    """Tell where earlier work is kept, or remove it."""
    from trackplan.commands import cache as command

    where = _where(project, cache_dir=cache_dir)
    return command.clear(where) if action is CacheAction.CLEAR else command.info(where)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where (default: here).")] = Path(),
) -> int:
    """Write a commented trackplan.yaml that runs."""
    from trackplan.commands import init as command

    return command.run(folder)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; whatever goes wrong is 2, never 1."""
    _prepare_streams()
    try:
        code = typer.main.get_command(app).main(arguments, prog_name="trackplan", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        from trackplan.commands.base import close_stdout

        close_stdout()
        return ExitCode.FAILED
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        return _failed(error)
    if code in (None, *ExitCode):
        return int(code or 0)
    return _failed(KeyboardInterrupt())  # the parser's own way to say so


def _where(
    project_file: Path | None,
    jobs: int | None = None,
    no_cache: bool = False,
    cache_dir: Path | None = None,
    paths: list[Path] | None = None,
) -> "Where":
    from trackplan.cache import place
    from trackplan.commands.base import Where

    folder = os.path.abspath(cache_dir) if cache_dir is not None else place.usual()  # noqa: PTH100 - keeps symlinks
    return Where(project_file, paths[0] if paths else Path(), jobs, None if no_cache else folder)


def _failed(error: BaseException) -> int:
    """Tell on standard error what went wrong. Always `ExitCode.FAILED`."""
    if isinstance(error, TrackplanError):
        from trackplan.commands.base import ShownError
        from trackplan.formats.source import visible

        shown = isinstance(error, ShownError)
        lines = (
            error.message.split("\n")
            if shown
            else ["trackplan: " + "\n  ".join(map(visible, error.message.split("\n")))]
        )
        lines += [f"  {visible(error.hint)}"] if error.hint else []
        sys.stderr.write("\n".join(lines) + "\n")
    elif hasattr(error, "format_message") and hasattr(error, "show"):  # wrong usage
        error.show()
    elif isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        sys.stderr.write("\ntrackplan: stopped\n")
    elif not isinstance(error, SystemExit):  # the parser exits so where a pipe is closed early
        import traceback

        traceback.print_exception(error)
        sys.stderr.write(
            f"trackplan {__version__}: this is a bug in trackplan. Please report it with the lines above.\n"
        )
    return ExitCode.FAILED


def _prepare_streams() -> None:
    """UTF-8 wherever no terminal asks for another encoding, so that the bytes are the same everywhere."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
