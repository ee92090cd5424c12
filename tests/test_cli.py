"""The command line: exit codes, usage, errors, options of `check`, and queries that are refused."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT, Cli
from tests.sample import FILES, finding, report, shop
from trackplan import __version__, errors, running
from trackplan.commands import progress
from trackplan.findings import Place, Problem, Report, Severity

Saying = pytest.CaptureFixture[str]


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A pipeline that gives the sample's facts and report, whatever the project."""
    module = ModuleType("trackplan.pipeline")
    module.analyse = lambda *_, **__: (io.StringIO(), report(finding()))  # type: ignore[attr-defined]
    module.build = lambda *_, **__: shop()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "trackplan.pipeline", module)
    monkeypatch.setattr("trackplan.pipeline", module, raising=False)
    return module


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, which is the current one."""
    for path, text in {**FILES, "trackplan.yaml": "version: 1\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def gives(pipeline: ModuleType, outcome: Report | BaseException) -> None:
    def analyse(*_: object, **__: object) -> tuple[io.StringIO, Report]:
        if isinstance(outcome, BaseException):
            raise outcome
        return io.StringIO(), outcome  # in place of the facts, which are closed

    pipeline.analyse = analyse  # type: ignore[attr-defined]


# exit codes


@pytest.mark.parametrize(
    ("severity", "arguments", "code"),
    [
        (Severity.ERROR, [], 1),
        (Severity.WARNING, [], 1),
        (Severity.INFO, [], 0),
        (Severity.INFO, ["--fail-on", "info"], 1),
        (Severity.WARNING, ["--fail-on", "error"], 0),
        (Severity.ERROR, ["--fail-on", "never"], 0),
    ],
)
def test_findings_and_the_threshold(
    folder: Path, pipeline: ModuleType, severity: Severity, arguments: list[str], code: int
) -> None:
    gives(pipeline, report(finding(severity=severity)))
    assert running.run(["check", *arguments]) == code


def test_input_that_cannot_be_read(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    gives(pipeline, report(fatal=True))
    assert running.run(["check", "--fail-on", "never"]) == 2
    assert "could not be read" in capsys.readouterr().err


ERRORS: dict[str, tuple[BaseException, str]] = {
    "ours": (errors.TrackplanError("what is wrong", "how to mend it"), "trackplan: what is wrong\n  how to mend it\n"),
    "a bug": (RuntimeError("boom"), "this is a bug in trackplan"),
    "out of memory": (MemoryError(), "this is a bug in trackplan"),
    "too deep": (RecursionError(), "this is a bug in trackplan"),
    "exit 1 from below": (SystemExit(1), ""),
    "interrupted": (KeyboardInterrupt(), "stopped"),
    "a full disk": (OSError(28, "No space left on device"), "the output cannot be written: no space left on device\n"),
    "of the system": (OSError(24, "Too many open files"), "Too many open files"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_whatever_goes_wrong_is_2(folder: Path, pipeline: ModuleType, capsys: Saying, name: str) -> None:
    error, said = ERRORS[name]
    gives(pipeline, error)
    assert running.run(["check"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check", "--no-such-option"],
        ["check", "--format", "xml"],
        ["check", "--fail-on", "sometimes"],
        ["check", "--today", "tomorrow"],
        ["check", "--today", "2026-02-30"],
        ["check", "--today", "20260701"],
        ["explain"],
        ["inventory", "--kind", "fields"],
        ["inventory", "--status", "kept"],
        ["schema", "plann"],
        ["explain", "TP999"],
    ],
)
def test_wrong_usage_is_2(folder: Path, pipeline: ModuleType, capsys: Saying, arguments: list[str]) -> None:
    assert running.run(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err


def test_problems_come_with_their_source(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    place = Place("trackplan.yaml", 1, 1, 1, 8)
    gives(pipeline, errors.ReadError([Problem(place, "this cannot be", "write something else")]))
    assert running.run(["check"]) == 2
    assert capsys.readouterr().err == (
        "trackplan.yaml:1:1: this cannot be\n"
        "       1 | version: 1\n"
        "         | ^^^^^^^\n"
        "         = write something else\n"
    )


def test_errors_do_not_steer_the_terminal(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    gives(pipeline, errors.TrackplanError("\x1b[2J", "\x07"))
    running.run(["check"])
    assert not set(capsys.readouterr().err) & {"\x1b", "\x07"}


# finding the project


def test_no_project_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Saying) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["check"], ["inventory"], ["query", "select 1"], ["explain", "a.b"]):
        assert running.run(command) == 2
        assert "`trackplan init`" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["gone"], ["tracking", "gone.yaml"], ["--project", "gone.yaml"], [".."]])
def test_paths_that_lead_nowhere(folder: Path, pipeline: ModuleType, capsys: Saying, arguments: list[str]) -> None:
    assert running.run(["check", *arguments]) == 2
    assert "there is no" in capsys.readouterr().err


def test_a_path_of_another_project(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    other = folder.parent / f"{folder.name}-other"
    other.mkdir()
    assert running.run(["check", "tracking", str(other)]) == 2
    assert "lies outside of the project" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], 2),
        (["."], 2),
        (["tracking"], 1),
        (["tracking/web.yaml"], 1),
        (["dashboards"], 1),
        (["tracking", "dashboards"], 2),
        (["trackplan.yaml"], 0),
        (["--project", "trackplan.yaml", ".."], 2),
    ],
)
def test_findings_under_the_paths(
    folder: Path, pipeline: ModuleType, capsys: Saying, arguments: list[str], found: int
) -> None:
    gives(pipeline, report(finding(), finding("TP003", place=Place("dashboards/revenue.sql", 2, 8, 2, 9))))
    assert running.run(["check", "--format", "json", *arguments]) == bool(found)
    assert len(json.loads(capsys.readouterr().out)["findings"]) == found


def test_from_a_folder_below(
    folder: Path, pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Saying
) -> None:
    monkeypatch.chdir(folder / "tracking")
    assert running.run(["check", "-q"]) == 1
    assert capsys.readouterr().out.startswith("tracking/web.yaml\n")


# output


def test_rules_are_chosen_by_lists(folder: Path, pipeline: ModuleType) -> None:
    asked: list[object] = []

    def analyse(_project: object, _today: object, *rest: object, **named: object) -> tuple[io.StringIO, Report]:
        asked.extend([*rest, *named.values()])
        return io.StringIO(), report()

    pipeline.analyse = analyse  # type: ignore[attr-defined]
    assert running.run(["check", "--select", "TP1,unmet-need", "--select", "TP003", "--ignore", "TP101"]) == 0
    assert asked[:2] == [("TP1", "unmet-need", "TP003"), ("TP101",)]


def test_output_goes_to_the_file(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    assert running.run(["check", "--format", "json", "--output", "out.json", "--color", "always"]) == 1
    assert len(json.loads((folder / "out.json").read_text(encoding="utf-8"))["findings"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "1 warning in 1 file; written to out.json\n")


@pytest.mark.parametrize("target", ["gone/out.txt", "."])
def test_output_that_cannot_be_written(folder: Path, pipeline: ModuleType, capsys: Saying, target: str) -> None:
    assert running.run(["check", "--output", target]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "option", "coloured"),
    [
        ({}, "auto", False),
        ({}, "always", True),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "0"}, "auto", False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_colours(
    folder: Path,
    pipeline: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Saying,
    environment: dict[str, str],
    option: str,
    coloured: bool,
) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    running.run(["check", "--color", option])
    assert ("\x1b[" in capsys.readouterr().out) == coloured


def test_quiet_and_clean_is_silent(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    gives(pipeline, report())
    assert running.run(["check", "-q"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
@pytest.mark.parametrize("arguments", [[], ["--kind", "field,need"], ["--status", "waste", "--status", "gap"]])
def test_inventory(folder: Path, pipeline: ModuleType, capsys: Saying, format_: str, arguments: list[str]) -> None:
    assert running.run(["inventory", "--format", format_, *arguments]) == 0
    said = capsys.readouterr().out
    assert ("raw.web.order_completed.extra" in said) == (not arguments)
    assert "revenue.margin" in said


def test_facts_that_rest_on_unreadable_input_are_not_given(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    from trackplan.facts.base import FactBase

    base = FactBase.create()
    base.file("tracking/web.yaml", "plan")
    place = base.place(Place("tracking/web.yaml", 3, 3, 3, 18))
    columns = ("kind", "message", "hint", "fatal", "place")
    base.insert("problem", columns, [("invalid", "this is no event", "", 1, place)])
    base.freeze()
    pipeline.build = lambda *_, **__: base  # type: ignore[attr-defined]
    assert running.run(["inventory"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "tracking/web.yaml:3:3: this is no event\n       3 | Order Completed:" in said.err


# queries


def test_query(folder: Path, pipeline: ModuleType, capsys: Saying) -> None:
    sql = "select id, key from use_case order by id"
    assert running.run(["query", sql]) == 0
    assert capsys.readouterr().out == "id       key\n-------  ---\ncoupons    2\nrevenue    1\n"
    assert running.run(["query", sql, "--format", "csv"]) == 0
    assert capsys.readouterr().out == "id,key\ncoupons,2\nrevenue,1\n"
    assert running.run(["query", sql, "--format", "json"]) == 0
    document = {"version": 1, "columns": ["id", "key"], "rows": [["coupons", 2], ["revenue", 1]]}
    assert json.loads(capsys.readouterr().out) == document


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "nonsense",
        "select 1; select 2",
        "insert into plan values (9, 'x', 'x', '', '', 1)",
        "update field set id = 'x'",
        "delete from field",
        "drop table field",
        "create table t (a)",
        "create temp table t (a)",
        "with x as (select 1) insert into plan select * from x",
        "attach database 'x.db' as x",
        "vacuum into 'x.db'",
        "pragma query_only = off",
        "select * from pragma_table_info('field')",
        "select load_extension('x')",
        "select writefile('x.db', 'x')",
        "select readfile('/etc/passwd')",
        "select randomblob(100)",
        "select zeroblob(2000000000)",
        "select hex(hex(hex(printf('%.*c', 900000, 'x'))))",
        "begin",
        "with recursive t(x) as (select 1 union all select x + 1 from t) select x from t",
    ],
)
def test_queries_that_are_refused(folder: Path, pipeline: ModuleType, capsys: Saying, sql: str) -> None:
    before = sorted(p.name for p in folder.iterdir())
    assert running.run(["query", sql]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("trackplan: query: ")
    assert sorted(p.name for p in folder.iterdir()) == before


HOSTILE = {
    "rows of much text": "with recursive t(x) as (select 1 union all select x + 1 from t limit 50000)"
    " select printf('%.*c', 900000, x) from t",
    "a join without end": "select count(*) from place a, place b, place c, place d, place e, place f, place g",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_queries_that_take_too_much(folder: Path, name: str) -> None:
    """In a process of its own with little memory: refused, not killed."""
    program = (
        "import resource, sys; from msgspec.structs import replace\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2)\n"
        "from tests.sample import shop; from trackplan.commands import query; from trackplan.errors import RuleError\n"
        "try: shop().query(sys.argv[1], {}, replace(query.LIMITS, seconds=2))\n"
        "except RuleError as error: print('refused:', error)"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, HOSTILE[name]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("refused:"), done.stderr
    assert time.monotonic() - started < 20


# rules, schemas, version


def test_rules_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Saying) -> None:
    monkeypatch.chdir(tmp_path)
    assert running.run(["rules"]) == 0
    assert "TP102  unused-field" in capsys.readouterr().out
    assert running.run(["rules", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)["rules"]
    assert [rule["id"] for rule in listed] == sorted(rule["id"] for rule in listed)


@pytest.mark.parametrize("word", ["TP102", "tp102", "unused-field"])
def test_rules_are_explained_without_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Saying, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert running.run(["explain", word]) == 0
    assert "TP102 unused-field" in capsys.readouterr().out


def test_schemas_are_printed(capsys: Saying) -> None:
    assert running.run(["schema"]) == 0
    names = capsys.readouterr().out.split()
    assert {"facts", "findings", "inventory", "plan", "project", "use_cases"} <= set(names)
    for name in names:
        assert running.run(["schema", name]) == 0
        said = capsys.readouterr().out
        assert said.startswith("--") if name == "facts" else json.loads(said)


def test_version_and_help_load_nothing_heavy(cli: Cli, tmp_path: Path) -> None:
    program = (
        "import sys; from trackplan.__main__ import answer\n"
        "assert answer(sys.argv[1:]) == 0\n"
        "heavy = {'rich', 'sqlglot', 'jsonschema', 'yaml', 'sqlite3'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    python = (sys.executable, "-c", program)
    here = {"PYTHONPATH": str(ROOT)}
    for arguments in (["--version"], ["--help"], ["check", "--help"]):
        done = cli(*arguments, cwd=tmp_path, program=python, env=here)
        assert done.code == 0, done.said
    assert cli("--version", cwd=tmp_path).out == f"trackplan {__version__}\n"


# in a process of its own


@pytest.mark.parametrize("arguments", [["rules", "--format", "json"], ["schema", "facts"], ["--help"]])
def test_a_closed_pipe_is_quiet(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "trackplan", *arguments], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode != 1


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupt_is_2_and_short(tmp_path: Path) -> None:
    program = (
        "import sys, time, types; m = types.ModuleType('trackplan.pipeline')\n"
        "def analyse(*a, **k): print('here', flush=True); time.sleep(30)\n"
        "m.analyse = analyse; sys.modules['trackplan.pipeline'] = m\n"
        "from trackplan.running import run; sys.exit(run(['check']))"
    )
    (tmp_path / "trackplan.yaml").write_text("version: 1\n", encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]

    def heed() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever starts the tests in the background has it ignored

    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said.strip()) == (2, "trackplan: stopped")


class Terminal(io.StringIO):
    """A stream that looks like a terminal."""

    def isatty(self) -> bool:  # noqa: D102 - as it says
        return True


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
def test_progress_needs_no_thread_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.01)
    screen, threads = Terminal(), threading.active_count()
    with progress.Progress(screen):
        assert threading.active_count() == threads
        end = time.monotonic() + 10
        while "analysing" not in screen.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
    shown = screen.getvalue()
    assert shown.startswith("\rtrackplan: analysing the project … 0 s")
    assert shown.endswith("\r\x1b[K")
    time.sleep(0.05)
    assert screen.getvalue() == shown


def test_no_progress_where_there_is_no_terminal() -> None:
    screen = io.StringIO()
    with progress.Progress(screen):
        pass
    assert screen.getvalue() == ""
