"""The command line of `trackplan scorecard`, the command below it, and of `trackplan processing` and `dictionary`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trackplan import options
from trackplan.cli.help import Command, Group
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.commands.base import Where


@click.group(cls=Group, invoke_without_command=True)
@options.written("text", "markdown", "html", "json", help="How to write it")
@click.option("--quarter", metavar="QUARTER", default="", help="Another quarter than today's, such as 2026Q3.")
@click.option("--gate", is_flag=True, help="Exit 1 where a metric is off track, 2 where one cannot be told.")
@options.today
@options.analysing
@click.pass_context
def scorecard(
    context: click.Context,
    where: Where,
    format: str,  # noqa: A002 - the option's name
    quarter: str,
    gate: bool,
    output: Path | None,
    today: str,
) -> int:
    """Show the agreed metrics against the quarter's goals.

    On track is what is not worse than the straight line from the quarter's start to its goal. docs/scorecard.md
    defines the metrics; goals are named in the project file.
    """
    if context.invoked_subcommand:
        return ExitCode.CLEAN
    from trackplan.commands import scorecard as command

    return command.run(command.Options(where, format, quarter, gate, output, today))


@scorecard.command()
@options.today
@options.analysing
def record(where: Where, today: str) -> int:
    """Add what the metrics come to now to the history.

    One line for each commit and day, in trackplan-scorecard.jsonl or the file that the project file names under
    scorecard; a second run on the same commit and day takes the place of the first.
    """
    from trackplan.commands import scorecard as command

    return command.record(where, today)


@click.command(cls=Command)
@click.argument("paper", metavar="[PAPER]", type=click.Choice(["record", "design"]), default="record")
@options.written("markdown", "csv", "xlsx", help="How to write it")
@options.today
@options.analysing
def processing(where: Where, paper: str, format: str, output: Path | None, today: str) -> int:  # noqa: A002
    """Write the record of processing, or what is built in.

    PAPER is record (GDPR Art. 30(1): each purpose with its data, recipients, time limits), or design (Art. 25: data
    protection by design and by default). What nobody said is told as a gap.
    """
    from trackplan.commands import processing as command

    return command.run(command.Options(where, paper, format, output, today))


@click.command(cls=Command)
@click.argument("folder", metavar="FOLDER", type=options.FILE)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where a page is not up to date.")
@options.today
@options.analysing
def dictionary(where: Where, folder: Path, check: bool, today: str) -> int:
    """Write the data dictionary: a page for each event.

    FOLDER gets an index and the pages, of events and of tables that no plan describes, in Markdown. Pages of its own
    that are no longer wanted are removed, files of others never.
    """
    from trackplan.commands import dictionary as command

    return command.run(where, folder, today, check=check)
