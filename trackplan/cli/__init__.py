"""The command line: its commands, their arguments and options.

A command's module is imported only when it is called, so that help and version are quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from trackplan import __version__, options
from trackplan.cli.help import Group
from trackplan.cli.prune import prune
from trackplan.cli.report import report
from trackplan.cli.rules import rules
from trackplan.cli.scorecard import dictionary, processing, scorecard
from trackplan.cli.shell import completion, docs

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.commands.base import Where


@click.group(
    cls=Group,
    epilog="Exit codes: 0 clean, 1 findings at or above --fail-on, 2 the job could not be done.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="trackplan %(version)s")
def app() -> None:
    """The linter for tracking plans: what you collect, who uses it, for which declared purpose, and what can go."""


@app.command()
@click.argument("paths", metavar="[PATHS]...", nargs=-1, type=options.FILE)
@click.option(
    *("--format", "formats"),
    metavar="NAME[:FILE]",
    multiple=True,
    shell_complete=options.named(options.formats),
    help="text, json, sarif, github, gitlab, junit, markdown.",
)
@options.output
@options.words(
    "--select",
    metavar="RULES",
    shell_complete=options.named(options.rules),
    help="Only these: ids, beginnings of ids, or names.",
)
@options.words("--ignore", metavar="RULES", shell_complete=options.named(options.rules), help="Without these rules.")
@options.choice(
    *("error", "warning", "info", "never"),
    default="warning",
    option="--fail-on",
    help="Exit 1 from here on",
)
@click.option("--quiet", "-q", is_flag=True, help="Findings only; nothing at all if there are none.")
@options.today
@options.choice(
    *("auto", "always", "never"),
    default="auto",
    option="--color",
    help="Colours",
)
@click.option("--since", metavar="REV", default="", help="Only what is new since that commit.")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, then report what is left.")
@click.option("--unsafe", is_flag=True, help="With --fix: also what may mean something else then.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@options.where(options.project, options.staged, options.jobs, options.no_cache, options.cache_dir)
def check(
    where: Where,
    paths: tuple[Path, ...],
    formats: tuple[str, ...],
    output: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    quiet: bool,
    today: str,
    color: str,
    since: str,
    fix: bool,
    unsafe: bool,
    diff: bool,
) -> int:
    """Find data without use or declared purpose.

    The whole project is looked at; reported is what lies under PATHS, files and folders, or everything without them.
    Several formats can be asked for at once, all but one with a file. REV may be main...: where HEAD left main.
    """
    from trackplan.commands import check as command

    if unsafe and not (fix or diff):
        raise click.UsageError("--unsafe goes with --fix or --diff")
    chosen = command.Chosen(select, ignore, since)
    asked = command.Options(paths, where, chosen, formats, output, fail_on, quiet, today, color)
    if not (fix or diff):
        return command.run(asked)
    from trackplan.commands import fix as mending

    return mending.run(asked, mending.Fixing(unsafe, diff))


@app.command(context_settings={"ignore_unknown_options": True})
@click.option("--all", "whole", is_flag=True, help="All projects of the repository, all that is found.")
@click.argument("options", metavar="[OPTIONS OF CHECK]...", nargs=-1, type=click.UNPROCESSED)
def hook(whole: bool, options: tuple[str, ...]) -> int:
    """Check what will be committed: what pre-commit calls.

    Of each project that a staged file matters to, what is staged is checked, and what it adds to HEAD is listed. Where
    nothing is staged, all projects are checked as their files lie.
    """
    from trackplan.commands import hook as command

    def check(arguments: list[str]) -> int:
        code: int = app.main(arguments, standalone_mode=False)
        return code

    return command.run(["--all", *options] if whole else options, check)


@app.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", default="")
@options.written("text", "markdown", "json", help="How to write it")
@options.today
@options.analysing
def diff(
    where: Where,
    before: str,
    after: str,
    format: str,  # noqa: A002 - the option's name
    output: Path | None,
    today: str,
) -> int:
    """Tell what a change does to the data that is collected.

    A and B are revisions (main... is where HEAD left main), or files or folders of plans; without B, the files as they
    are. What was probably renamed is told as a guess.
    """
    from trackplan.commands import diff as command

    return command.run(command.Options(where, before, after, format, output, today))


@app.command()
@click.option("--prune", is_flag=True, help="Only take out what is no longer found.")
@options.today
@options.analysing
def baseline(where: Where, prune: bool, today: str) -> int:
    """Put up with what is found today: only new findings fail.

    Writes trackplan-baseline.yaml, or the file that the project file names under baseline. What its entries say of
    reason, owner and last day is kept.
    """
    from trackplan.commands import baseline as command

    return command.run(where, today, prune=prune)


@app.command()
@click.argument("subject", metavar="NAME", shell_complete=options.named(options.rules))
@options.choice("tree", "json", default="tree", option="--format", help="How to write it")
@options.today
@options.analysing
def explain(where: Where, subject: str, format: str, today: str) -> int:  # noqa: A002 - the option's name
    """Explain a rule, or why something stays or goes.

    NAME is a rule, field, column, event, use case, consumer or relation.
    """
    from trackplan.commands import explain as command

    return command.run(subject, where, format, today)


@app.command()
@click.argument("subject", metavar="NAME")
@click.option("--up", is_flag=True, help="Where it comes from (default for consumers).")
@click.option("--down", is_flag=True, help="Where it goes (default for everything else).")
@click.option("--depth", metavar="N", type=click.IntRange(min=1), help="At most so many hops.")
@options.written("tree", "json", "dot", "mermaid", help="How to write it")
@options.today
@options.analysing
def lineage(
    where: Where,
    subject: str,
    up: bool,
    down: bool,
    depth: int | None,
    format: str,  # noqa: A002 - the option's name
    output: Path | None,
    today: str,
) -> int:
    """Show where data comes from and where it goes.

    NAME is a field, event, column, relation or consumer. Each hop tells how data is taken, and on which line.
    """
    from trackplan.commands import lineage as command

    directions: tuple[Literal["up", "down"], ...] = (*(("up",) if up else ()), *(("down",) if down else ()))
    return command.run(command.Options(where, subject, directions, depth, format, output, today))


@app.command()
@options.written("table", "json", "csv", help="How to write the rows")
@options.words("--kind", metavar="KIND", help="Only rows of this kind: field, column, need.")
@options.words("--status", metavar="STATUS", help="Only: keep, idle, undeclared, waste, unknown, gap.")
@options.today
@options.analysing
def inventory(
    where: Where,
    format: str,  # noqa: A002 - the option's name
    kind: tuple[str, ...],
    status: tuple[str, ...],
    output: Path | None,
    today: str,
) -> int:
    """List fields, columns and unmet needs with status.

    What is shadow is stored, but in no plan. docs/concepts.md says what the statuses mean.
    """
    from trackplan.commands import inventory as command

    return command.run(command.Options(where, format, kind, status, output, today))


@app.command()
@click.argument("sql", metavar="SQL")
@options.written("table", "json", "csv", help="How to write the rows")
@options.today
@options.analysing
def query(where: Where, sql: str, format: str, output: Path | None, today: str) -> int:  # noqa: A002
    """Ask the facts with read-only SQL.

    SQL is one SELECT in SQLite's dialect. `trackplan schema facts` shows the tables.
    """
    from trackplan.commands import query as command

    return command.run(sql, where, format, output, today)


@app.command()
@click.argument("name", metavar="[NAME]", default="", shell_complete=options.named(options.schemas))
def schema(name: str) -> int:
    """Print the JSON Schema of a kind of file.

    NAME says which one; without it they are listed.
    """
    from trackplan.commands import schema as command

    return command.run(name)


@app.command()
@options.today
@options.analysing
def lsp(where: Where, today: str) -> int:
    """Serve an editor: what a check finds, as it is written.

    Speaks the Language Server Protocol on standard input and output; docs/editors.md has the settings of editors.
    """
    from trackplan.commands import lsp as command

    return command.run(where, today)


@app.command()
@click.argument("action", metavar="ACTION", type=click.Choice(["info", "clear"]))
@options.where(options.project, options.cache_dir)
def cache(where: Where, action: str) -> int:
    """Tell where earlier work is kept, or remove it.

    ACTION is info, or clear to remove it all.
    """
    from trackplan.commands import cache as command

    return command.clear(where) if action == "clear" else command.info(where)


@app.command()
@click.argument("folder", metavar="[FOLDER]", type=options.FILE, default=".")
def init(folder: Path) -> int:
    """Write a commented trackplan.yaml that runs.

    FOLDER says where; without it, here.
    """
    from trackplan.commands import init as command

    return command.run(folder)


for each in (completion, docs, dictionary, processing, prune, report, rules, scorecard):
    app.add_command(each)
