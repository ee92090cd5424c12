"""Help, examples, the page of all commands, and completion in shells."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from tests.conftest import ROOT
from trackplan.cli import app
from trackplan.cli.help import EXAMPLES, examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cli

_LINES, _COLUMNS = 40, 80


def commands(context: click.Context) -> Iterator[click.Context]:
    """All commands that are shown, the program itself first."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            inner = context.command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from commands(click.Context(inner, parent=context, info_name=name))


CONTEXTS = {each.command_path: each for each in commands(click.Context(app, info_name="trackplan"))}


@pytest.mark.parametrize("path", CONTEXTS)
def test_help_fits_a_screen_and_ends_with_examples(path: str, cli: Cli) -> None:
    run = cli(*path.split()[1:], "--help", cwd=ROOT, env={"COLUMNS": str(_COLUMNS)})
    lines = run.out.splitlines()
    assert run.code == 0
    assert len(lines) <= _LINES
    assert [line for line in lines if len(line) > _COLUMNS] == []
    listed = examples(path.partition(" ")[2])
    assert listed
    for line, what in listed:
        assert any(shown.strip().startswith(line) and shown.endswith(f"# {what}") for shown in lines), line


def test_every_example_is_of_a_command() -> None:
    assert {f"trackplan {name}".strip() for name in EXAMPLES} == CONTEXTS.keys()


@pytest.mark.parametrize("line", [line for name in EXAMPLES for line, _ in examples(name)])
def test_examples_are_understood(line: str) -> None:
    """Each example is a command with arguments and options that there are."""
    inner = line.partition("$(")[2].partition(")")[0] or line
    program, *arguments = shlex.split(inner.partition(" > ")[0])
    assert program == "trackplan"
    context = click.Context(app, info_name=program)
    while isinstance(context.command, click.Group) and arguments:
        name, command, arguments = context.command.resolve_command(context, arguments)
        if command is None:
            pytest.fail(f"no command {name}")
        context = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group) and arguments and arguments[0] not in command.commands:
            break
    context.command.make_context(context.info_name, [*arguments], parent=context.parent)


def test_the_page_of_commands_is_up_to_date(cli: Cli, tmp_path: Path) -> None:
    made = tmp_path / "commands.md"
    assert cli("docs", str(made), cwd=ROOT, env={"COLUMNS": "50"}).code == 0
    assert made.read_text() == (ROOT / "docs" / "commands.md").read_text(), "run `trackplan docs docs/commands.md`"
    text = made.read_text()
    assert [path for path in CONTEXTS if path != "trackplan" and f"\n## {path}\n" not in text] == []


def completed(cli: Cli, words: str, shell: str = "zsh") -> list[str]:
    """What a shell is told of the last word of a line."""
    line = {"COMP_WORDS": words, "COMP_CWORD": words.split(" ")[-1] if shell == "fish" else str(words.count(" "))}
    run = cli(cwd=ROOT, env={"_TRACKPLAN_COMPLETE": f"{shell}_complete", **line})
    assert (run.code, run.err) == (0, "")
    return run.out.split("\n")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("trackplan ch", "check"),
        ("trackplan check --fo", "--format"),
        ("trackplan check --select TP1", "TP102"),
        ("trackplan check --ignore TP401,tp1", "TP401,TP102"),
        ("trackplan check --format sa", "sarif"),
        ("trackplan check --fail-on w", "warning"),
        ("trackplan explain TP20", "TP201"),
        ("trackplan schema use", "use_cases"),
        ("trackplan rules te", "test"),
        ("trackplan cache c", "clear"),
        ("trackplan completion f", "fish"),
    ],
)
def test_words_are_completed(words: str, wanted: str, cli: Cli) -> None:
    assert wanted in completed(cli, words)
    fish = [line.partition(",")[2].partition("\t")[0] for line in completed(cli, words, "fish")]
    assert wanted in fish


def test_hidden_commands_are_not_offered(cli: Cli) -> None:
    assert "docs" not in completed(cli, "trackplan do")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_this_program(shell: str, cli: Cli) -> None:
    run = cli("completion", shell, cwd=ROOT)
    assert (run.code, run.err) == (0, "")
    assert f"_TRACKPLAN_COMPLETE={shell}_complete" in run.out
    program = shutil.which(shell)
    if program:
        subprocess.run([program, "-n"], input=run.stdout, check=True)


def test_bash_completes(cli: Cli, tmp_path: Path, clean_env: dict[str, str]) -> None:
    """The real shell: the script is sourced, and its function fills what readline offers."""
    program = tmp_path / "trackplan"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trackplan "$@"\n')
    program.chmod(0o755)
    asked = (
        'eval "$(trackplan completion bash)"; COMP_WORDS=(trackplan check --select TP10); COMP_CWORD=3;'
        ' _trackplan_completion trackplan; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    env = clean_env | {"PATH": f"{tmp_path}:{clean_env['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", asked], env=env, capture_output=True, text=True, check=True)
    assert "TP102" in done.stdout.split()
    assert all(word.startswith("TP10") for word in done.stdout.split())


def test_an_unknown_shell_is_named(cli: Cli) -> None:
    run = cli("completion", "tcsh", cwd=ROOT)
    assert run.code == 2
    assert "tcsh" in run.err
