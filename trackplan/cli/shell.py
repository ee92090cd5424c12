"""The command line of what concerns the command line itself: completion in shells, and the page of all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trackplan import options
from trackplan.cli.help import Command, examples

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what makes a shell complete commands and options.

    SHELL is bash (from 4.4 on), zsh or fish. Rules, formats and names of schemas are completed too.
    """
    from trackplan.commands import completion as command

    return command.run(context.find_root().command, shell)


@click.command(cls=Command, hidden=True)
@click.argument("file", metavar="FILE", type=options.FILE)
@click.pass_context
def docs(context: click.Context, file: Path) -> int:
    """Write the page of all commands: docs/commands.md."""
    from trackplan.commands import command_docs as command

    return command.run(context.find_root(), file, examples)
