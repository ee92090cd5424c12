"""The command line of `trackplan report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trackplan import options
from trackplan.cli.help import Command

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.commands.base import Where


@click.command(cls=Command)
@click.option(
    *("--format", "formats"),
    metavar="NAME[:FILE]",
    multiple=True,
    help="html and xlsx, which go to a file, markdown, csv, json.",
)
@options.output
@click.option("--compare", metavar="PREVIOUS", default="", help="What changed: since a stored JSON, or a revision.")
@click.option("--title", metavar="TEXT", default="", help="What stands above it, such as the team's name.")
@click.option("--quarter", metavar="QUARTER", default="", help="The review of a quarter instead, such as 2026Q4.")
@options.today
@options.analysing
def report(
    where: Where,
    formats: tuple[str, ...],
    output: Path | None,
    compare: str,
    title: str,
    quarter: str,
    today: str,
) -> int:
    """Write a page that people like to read.

    What is collected, why, who uses it, what it risks, what changed and what to decide: one HTML file that needs no
    network, and the same facts as Markdown, CSV, JSON and XLSX. CSV goes to a folder with a file for each table; to the
    screen or to a file that ends in .csv goes the inventory alone.
    """
    if quarter:
        from trackplan.commands import quarterly

        if compare or title:
            raise click.UsageError("--compare and --title do not go with --quarter")
        return quarterly.run(quarterly.Options(where, quarter, formats, output, today))
    from trackplan.commands import report as command

    return command.run(command.Options(where, formats, output, compare, title, today))
