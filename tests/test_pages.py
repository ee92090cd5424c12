"""The pages of `docs/`: what they show as run was run, and gave that; what they only name can be typed."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import pytest

from tests.conftest import ROOT, TODAY
from tests.inside import trackplan
from trackplan.cli import app

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "commands.md")
_BLOCK = re.compile(r'^```(?P<kind>[a-z]+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_PROJECT = re.compile(r"<!-- project: (\S+) -->")


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as a page shows it, and the lines of its output; `…` stands for lines left out."""

    command: str
    lines: tuple[str, ...]


def sessions(text: str) -> list[Shown]:
    """The commands of a console, each with what it says below."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [Shown(first, tuple(rest.splitlines())) for first, _, rest in (part.partition("\n") for part in parts)]


def parsed(line: str) -> None:
    """Take a command line as the shell would. Fails for a command or option that there is not."""
    program, *arguments = shlex.split(line.partition(" > ")[0], comments=True)
    assert program == "trackplan", line
    context = click.Context(app, info_name=program)
    while isinstance(context.command, click.Group) and arguments:
        name, command, rest = context.command.resolve_command(context, arguments)
        assert command is not None, line
        context = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group) and (not rest or rest[0] not in command.commands):
            arguments = rest
            break
        arguments = rest
    context.command.make_context(context.info_name, [*arguments], parent=context.parent)


def takes_today(line: str) -> bool:
    name = shlex.split(line)[1]
    return any("--today" in option.opts for option in app.commands[name].params)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_shows_was_run(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    project = _PROJECT.search(text)
    if project is None and ' title="' not in text:
        assert "```console" not in text or page.stem == "custom_rules"  # whose project tests/test_worked_example.py has
        return
    if project:
        shutil.copytree(ROOT / project[1], tmp_path, dirs_exist_ok=True)
    for block in _BLOCK.finditer(text):
        if block["title"]:
            target = tmp_path / block["title"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block["text"], encoding="utf-8")
        for shown in sessions(block["text"]) if block["kind"] == "console" else ():
            arguments = [*shlex.split(shown.command)[1:], *(("--today", TODAY) if takes_today(shown.command) else ())]
            ended = trackplan(*arguments, cwd=tmp_path)
            assert ended.code in (0, 1), f"{shown.command}: {ended.err}"
            real = iter([line.rstrip() for line in ended.out.splitlines()])
            missing = [line for line in shown.lines if line.strip() not in ("", "…") and line.rstrip() not in real]
            assert missing == [], f"{shown.command} says\n{ended.out}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_names_can_be_typed(page: Path) -> None:
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["kind"] == "sh":
            for line in block["text"].splitlines():
                if line.startswith("trackplan "):
                    parsed(line)
