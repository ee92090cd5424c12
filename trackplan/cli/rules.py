"""The command line of `trackplan rules` and the commands below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trackplan import options
from trackplan.cli.help import Group
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.commands.base import Where


@click.group(cls=Group, invoke_without_command=True)
@options.choice("table", "json", default="table", option="--format", help="How to write the list")
@options.where(options.project, options.no_cache, options.cache_dir)
@click.pass_context
def rules(context: click.Context, where: Where, format: str) -> int:  # noqa: A002
    """List the rules, ours and the project's, test or document them.

    The list tells which rules run here, and because of which setting.
    """
    if context.invoked_subcommand:
        return ExitCode.CLEAN
    from trackplan.commands import rules as command

    return command.run(where, format)


@rules.command("test")
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=options.FILE)
@options.choice("text", "json", default="text", option="--format", help="How to write the results")
@click.option("--quiet", "-q", is_flag=True, help="Only what does not pass.")
@options.where(options.project)
def test_rules(where: Where, folders: tuple[Path, ...], format: str, quiet: bool) -> int:  # noqa: A002
    """Run the cases of the rules in FOLDER.

    The cases of FOLDER/NAME.sql are in FOLDER/tests/NAME.yml. Without FOLDER, the project's own rules are tested.
    """
    from trackplan.commands import rule_cases as command

    return command.run(folders, where, format, quiet)


@rules.command("docs")
@click.argument("folder", metavar="FOLDER", type=options.FILE)
def rule_pages(folder: Path) -> int:
    """Write a page for every rule in FOLDER.

    FOLDER/README.md lists them by group and by cause, FOLDER/docs/ID.md has the page of each.
    """
    from trackplan.commands import rule_pages as command

    return command.run(folder)
