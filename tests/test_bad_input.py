"""Input that is broken, hostile or absurd: a located error or a clean result, soon, and never a traceback.

Every case is one row: which file of a small, sound project is replaced by what, how the run may end, and what it
must say. Everything goes through the real command line, with a limit on time and on memory.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bad_input import documents, files, others, queries
from tests.bad_input.sound import (
    MODEL,
    PLAN,
    PROJECT,
    SEGMENT,
    SOUND,
    STORE,
    USES,
    Case,
    change,
    missing,
    text,
    unreadable,
)
from tests.conftest import ROOT, TODAY

if TYPE_CHECKING:
    from tests.conftest import Cli, Run

SECONDS = 20
MEMORY = 1_500_000_000
CASES = [*files.CASES, *documents.CASES, *queries.CASES, *others.CASES]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project in which nothing is wrong."""
    root = tmp_path / "project"
    for name, content in SOUND.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def check(cli: Cli, project: Path, *arguments: str, env: dict[str, str] | None = None) -> Run:
    """`trackplan check` within the limits. What must hold of every run is asserted here."""
    arguments = arguments or ("check", ".", "--today", TODAY, "--ignore", "TP402")
    run = cli(*arguments, cwd=project, seconds=SECONDS, memory=MEMORY, env=env)
    assert "Traceback" not in run.said
    assert not re.search(r"\b(RecursionError|MemoryError|KeyError|ValueError|AssertionError)\b", run.said)
    assert run.code in (0, 1, 2), f"ended by signal or with an unknown code: {run.code}"
    assert re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]", run.stdout + run.stderr) == [], "control characters"
    assert max(map(len, run.said.splitlines()), default=0) < 2_000, "a line that no terminal can show"
    return run


def test_the_sound_project_is_sound(project: Path, cli: Cli) -> None:
    run = check(cli, project)
    assert run.code == 0, run.said


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_input(case: Case, project: Path, cli: Cli) -> None:
    if case.make is unreadable and os.geteuid() == 0:
        pytest.skip("root may read everything")
    case.make(project / case.file)
    run = check(cli, project)
    assert run.code in case.ends, run.said
    assert not list(project.rglob("hacked"))
    assert "secret" not in run.said
    assert not case.says or re.search(case.says, run.said), run.said
    if case.silent:
        assert case.file not in run.said, run.said
    elif run.code == 2 and case.make is not missing:
        where = re.escape(case.file) + (r":\d+" if case.located else "")
        assert re.search(where, run.said) or mentions_under_heading(run, case.file), run.said
    elif run.code == 1:
        assert re.search(r"^\S+\.(sql|ya?ml|json|csv)\b", run.out, re.MULTILINE), run.said


def mentions_under_heading(run: Run, name: str) -> bool:
    """Text output is grouped by file: the name on a line of its own, then lines that begin with `line:column`."""
    return bool(re.search(rf"^{re.escape(name)}\n\s+\d+:\d+", run.out, re.MULTILINE))


# What a reader of the output must be safe from.
ESCAPES = {
    PLAN: change("A buyer has paid", r'"\e[2J\e]0;owned\a <script>alert(1)</script> \r\n::error::x"'),
    SEGMENT: change("App Opened", r"\u001b[31mApp\u001b]8;;x\u0007 \u202e \u2028 <b>\r\n"),
    USES: change("See each week", r'"\e[31m'.replace('"', "") + "See each week"),
    MODEL: text('select total as "\x1b[31m revenue", total as revenue from raw_web.order_completed\n'),
    STORE: text('create table raw_web.order_completed (total double, "a\x1b[31m\r\nb" int);\n'),
}


@pytest.mark.parametrize("name", sorted(ESCAPES))
@pytest.mark.parametrize("command", ["check", "inventory", "explain"])
def test_no_escape_reaches_the_terminal(project: Path, cli: Cli, name: str, command: str) -> None:
    ESCAPES[name](project / name)
    arguments = {"explain": ("explain", "web/Order Completed.total")}.get(command, (command,))
    run = check(cli, project, *arguments, "--today", TODAY)
    assert "\u202e" not in run.said
    assert not re.search("^::", run.said, re.MULTILINE)


def test_json_stays_json_whatever_the_names(project: Path, cli: Cli) -> None:
    for name, make in ESCAPES.items():
        make(project / name)
    change("The app", "\\ud800 The app")(project / SEGMENT)
    run = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    assert json.loads(run.stdout)["version"] == 1


def test_findings_are_the_same_with_other_line_endings(project: Path, cli: Cli) -> None:
    change("    properties:", "    properties:\n      idle: string")(project / PLAN)
    before = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    for name in SOUND:
        path = project / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = check(cli, project, "check", ".", "--format", "json", "--today", TODAY)
    assert json.loads(before.stdout)["findings"] == json.loads(after.stdout)["findings"] != []


def test_all_errors_of_a_file_come_at_once(project: Path, cli: Cli) -> None:
    change("version: 1", "version: 1\nbogus: 1\nextra: 2")(project / PROJECT)
    run = check(cli, project)
    assert run.code == 2
    assert "trackplan.yaml:2" in run.said
    assert "trackplan.yaml:3" in run.said


def test_errors_of_several_files_come_at_once(project: Path, cli: Cli) -> None:
    change("type: number", "type: nummer")(project / PLAN)
    change("owner:", "ownr:")(project / USES)
    run = check(cli, project)
    assert run.code == 2
    assert "nummer" in run.said
    assert "ownr" in run.said


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("check", "/"),
        ("check", "."),
        ("check", "--select", "TP999"),
        ("check", "--fail-on", "panic"),
        ("check", "--format", "xml"),
        ("check", "--today", "2026-02-30"),
        ("check", "--output", "no/such/folder/out.txt"),
        ("check", "--bogus"),
        ("explain", "no.such.thing"),
        ("explain", 'web/"'),
        ("schema", "nosuch"),
        ("query", "delete from field"),
        ("query", "attach 'x.db' as x"),
        ("query", "select load_extension('x')"),
        ("query", "pragma query_only = off"),
        ("query", "select"),
        ("query", ""),
        ("bogus",),
        ("",),
    ],
    ids=" ".join,
)
def test_wrong_arguments(project: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
    if arguments in (("check", "/"), ("check", ".")):
        project = project.parent  # where there is no project file
    run = check(cli, project, *arguments)
    assert run.code == 2, run.said
    assert run.err.strip()


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_a_terminal_without_unicode(project: Path, cli: Cli, env: dict[str, str]) -> None:
    change("      total:", "      übergröße: string\n      total:")(project / PLAN)
    run = check(cli, project, env={**env, "LANG": "C"})
    assert run.code == 1, run.said
    assert "gr" in run.out


def test_a_reader_who_leaves_early(project: Path, cli: Cli) -> None:
    run = cli(
        "-c",
        'set -o pipefail; "$0" -m trackplan inventory --format json | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"',
        sys.executable,
        cwd=project,
        env={"PYTHONPATH": str(ROOT)},
        program=("bash",),
    )
    assert "Traceback" not in run.said
    assert "Exception" not in run.said
