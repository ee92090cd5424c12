"""The page of all commands in Markdown, made of what the command line itself says."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from trackplan.commands import base
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Examples = Callable[[str], list[tuple[str, str]]]

_HEAD = """\
# Commands

This page is made by `trackplan docs docs/commands.md` of what `trackplan COMMAND --help` says.
"""


def run(top: click.Context, path: Path, examples: Examples) -> int:
    """Write the page; `examples` gives those of a command by its name behind the program's."""
    base.emit("\n".join([_HEAD, *_page(top, examples)]), path)
    return ExitCode.CLEAN


def _page(context: click.Context, examples: Examples) -> Iterator[str]:
    """A command's part of the page, then those of the commands below it."""
    command = context.command
    name = context.command_path
    if context.parent is not None:
        yield f"## {name}\n"
    about, _, more = inspect.cleandoc(command.help or "").partition("\n\n")
    yield " ".join(about.split()) + "\n"
    for paragraph in more.split("\n\n") if more else ():
        yield " ".join(paragraph.split()) + "\n"
    yield f"```sh\n{' '.join([name, *command.collect_usage_pieces(context)])}\n```\n"
    yield from _options(context)
    listed = examples(name.partition(" ")[2])
    wide = max((len(line) for line, _ in listed), default=0)
    if listed:
        yield "\n".join(["```sh", *(f"{line:{wide}}  # {what}" for line, what in listed), "```", ""])
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            inner = command.get_command(context, below)
            if inner is not None and not inner.hidden:
                yield from _page(click.Context(inner, parent=context, info_name=below), examples)


def _options(context: click.Context) -> Iterator[str]:
    found = [each for each in context.command.get_params(context) if isinstance(each, click.Option)]
    records = [record for each in found if (record := each.get_help_record(context))]
    rows = [f"| `{_cell(names)}` | {_cell(what)} |" for names, what in records if "--help" not in names]
    if rows:
        yield "\n".join(["| option | |", "| --- | --- |", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
