"""The command line of `trackplan prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trackplan import options
from trackplan.cli.help import Command

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.commands.base import Where


@click.command(cls=Command)
@click.option(*("--output", "-o"), metavar="DIR", type=options.FILE, help="The folder to write to, if not proposals/.")
@options.choice("text", "json", default="text", option="--format", help="How to write it; json to the screen")
@click.option("--verify", is_flag=True, help="Run all consumers before and after, on made-up data.")
@click.option(
    "--sample", metavar="DIR", type=options.FILE, help="Verify on your rows too: DIR/TABLE.csv, .parquet, .json."
)
@options.words("--apply", metavar="IDS", help="Change the files: proposals or waves, by their ids.")
@click.option("--undo", is_flag=True, help="Take back what was applied last, byte for byte.")
@click.option("--status", is_flag=True, help="What was proposed, merged or dropped, and what is overdue.")
@options.today
@options.analysing
def prune(
    where: Where,
    output: Path | None,
    format: str,  # noqa: A002 - the option's name
    verify: bool,
    sample: Path | None,
    apply: tuple[str, ...],
    undo: bool,
    status: bool,
    today: str,
) -> int:
    """Propose what can go, with the edits for it.

    Everything that is waste gets a proposal: the changes of plans, models and warehouse as a diff, what they save, the
    steps with their days, and what stands in the way. Each is tried on the project in memory before it is written.
    """
    from trackplan.commands import base
    from trackplan.commands import prune as command

    wanted = (where, output, format, today, verify or sample is not None, base.words(apply), undo, status, sample)
    return command.run(command.Options(*wanted))
