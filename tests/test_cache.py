"""The cache: a known result is given again byte for byte, every change is noticed, and no damage shows."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING, Protocol

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT, TODAY, Run
from trackplan import compilation, copies, seen, workers
from trackplan.cache import files, pack, state
from trackplan.cache.sections import parted, sections
from trackplan.facts import checksums
from trackplan.facts.declared import Sql
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Cli
    from trackplan.sql.records import Record

# Says at its end whether the command ran, and whether the parser of SQL was loaded for it.
PROGRAM = """
import atexit, sys
@atexit.register
def tell():
    ran = "ran" if {"trackplan.cli", "trackplan.commands.renew"} & {*sys.modules} else "replayed"
    sys.stderr.write(f"{ran}{' with sqlglot' if 'sqlglot' in sys.modules else ''}\\n")
from trackplan.__main__ import answer
sys.exit(answer(sys.argv[1:]))
"""
PROJECT = """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: ["warehouse/*.sql"]
models: ["models/**/*.sql"]
consumers: ["dashboards/*.sql"]
rules: {extend: [own_rules/]}
"""
PLAN = """\
trackplan: 1
name: web
events:
  Signed Up:
    properties:
      referrer: {type: string, column: raw.signed_up.referrer}
      theme: {type: string, column: raw.signed_up.theme}
"""
USE_CASES = """\
use_cases:
  - {id: referrers, title: Good referrers, owner: ada@example.com, needs: [web/"Signed Up".referrer]}
"""
RULE = """\
/*
id: OWN001
name: own-rule
title: A rule of the project
message: "{subject} is an event."
severity: info
category: quality
cause: people
requires: [plans]
why: It is one.
fix: Nothing.
*/
SELECT id AS subject, place FROM event WHERE 0
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "use_cases.yaml": USE_CASES,
    "warehouse/raw.sql": "create table raw.signed_up (referrer text, theme text, at timestamp);\n",
    "models/sign_ups.sql": "select referrer, count(*) as n from raw.signed_up group by referrer\n",
    "dashboards/growth.sql": "select referrer, n from sign_ups where n > 10\n",
}
COMMANDS = [
    ("check",),
    ("check", "--format", "json", "--fail-on", "never"),
    ("check", "plan.yaml", "--quiet"),
    ("inventory", "--format", "csv"),
    ("query", "select id from field order by id"),
    ("explain", "raw.signed_up.theme"),
    ("explain", "TP102"),
    ("rules",),
]


class Trackplan(Protocol):
    """Runs a command in the project's folder."""

    def __call__(self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Result:
        """How it ended, and what the program says of itself."""


class Result:
    """What a command wrote, and whether that was its stored result."""

    def __init__(self, run: Run) -> None:
        err, _, said = run.err.rstrip("\n").rpartition("\n")
        self.output = (run.code, run.stdout, err)
        self.code = run.code
        self.out = run.out
        self.replayed = said.startswith("replayed")
        self.parsed = said.endswith("sqlglot")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program that nobody edits, so that only what a test changes is another."""
    folder = tmp_path_factory.mktemp("installed")
    for name in ("trackplan", "rules", "schemas"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    time.sleep(2.1)  # what changed within the clock's step is not trusted
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small project."""
    for path, text in {**FILES, "own_rules/OWN001_own_rule.sql": RULE}.items():
        write(tmp_path / "project" / path, text)
    return tmp_path / "project"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder in which the cache's files lie."""
    return tmp_path / "cache" / "v1"


@pytest.fixture
def trackplan(cli: Cli, folder: Path, installed: Path, kept: Path) -> Trackplan:
    def run(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Result:
        here = {"PYTHONPATH": str(installed), "TRACKPLAN_CACHE_DIR": str(kept.parent), **(env or {})}
        return Result(cli(*arguments, cwd=cwd or folder, env=here, program=(sys.executable, "-c", PROGRAM)))

    return run


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_same_command_gives_the_same_again(trackplan: Trackplan, arguments: tuple[str, ...]) -> None:
    first, second, third = trackplan(*arguments), trackplan(*arguments), trackplan(*arguments, "--no-cache")
    assert (first.replayed, second.replayed, third.replayed) == (False, True, False)
    assert first.output == second.output == third.output
    assert first.out


def edit(folder: Path) -> None:
    write(folder / "dashboards/growth.sql", "select referrer, theme from sign_ups, raw.signed_up\n")


def edit_and_hide_it(folder: Path) -> None:
    path = folder / "dashboards/growth.sql"
    before = path.stat()
    path.write_text(path.read_text().replace("n > 10", "n > 11"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def nested_project(folder: Path) -> None:
    write(folder / "dashboards" / "trackplan.yaml", "version: 1\n")


def link_elsewhere(folder: Path) -> None:
    (folder / "use_cases.yaml").rename(folder / "other.yaml")
    (folder / "use_cases.yaml").symlink_to("other.yaml")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file": edit,
    "a file, its time set back": edit_and_hide_it,
    "a new file": lambda f: write(f / "dashboards/new.sql", "select theme from raw.signed_up\n"),
    "a new file in a new folder": lambda f: write(f / "models/deep/er/new.sql", "select theme from raw.signed_up\n"),
    "a file less": lambda f: (f / "dashboards/growth.sql").unlink(),
    "another name": lambda f: (f / "dashboards/growth.sql").rename(f / "dashboards/sales.sql"),
    "the plan": lambda f: write(f / "plan.yaml", PLAN.replace("theme", "colour")),
    "the warehouse": lambda f: write(f / "warehouse/more.sql", "create table raw.more (x int);\n"),
    "the project file": lambda f: write(f / "trackplan.yaml", PROJECT + "policy: {grace: 1 days}\n"),
    "a rule": lambda f: write(f / "own_rules/OWN001_own_rule.sql", RULE.replace("WHERE 0", "")),
    "a nearer project file": nested_project,
    "a link": link_elsewhere,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changes_are_noticed(trackplan: Trackplan, folder: Path, change: Callable[[Path], object]) -> None:
    where = folder / "dashboards"
    assert not trackplan("check", cwd=where).replayed
    assert trackplan("check", cwd=where).replayed
    change(folder)
    after = trackplan("check", cwd=where)
    assert not after.replayed
    assert after.output == trackplan("check", "--no-cache", cwd=where).output


def test_another_command_day_or_terminal_is_another_run(trackplan: Trackplan, folder: Path) -> None:
    trackplan("check")
    assert not trackplan("check", "--today", TODAY).replayed
    assert not trackplan("check", "--quiet").replayed
    assert not trackplan("check", env={"FORCE_COLOR": "1", "NO_COLOR": ""}).replayed
    assert not trackplan("check", "../project").replayed
    assert not trackplan("check", cwd=folder / "models").replayed
    assert trackplan("check").replayed


def test_what_is_only_touched_is_no_change(trackplan: Trackplan, folder: Path) -> None:
    trackplan("check")
    for path in sorted(folder.rglob("*")):
        os.utime(path)
    write(folder / "models" / "new.tmp", "")
    (folder / "models" / "new.tmp").unlink()
    assert trackplan("check").replayed


def test_only_a_changed_text_loads_the_parser(trackplan: Trackplan, folder: Path) -> None:
    assert trackplan("check").parsed
    write(folder / "plan.yaml", PLAN.replace("theme", "colour"))
    after = trackplan("check")
    assert (after.replayed, after.parsed) == (False, False)
    edit(folder)
    assert trackplan("check").parsed


def test_errors_and_written_files_are_not_kept(trackplan: Trackplan, folder: Path) -> None:
    write(folder / "trackplan.yaml", "version: 2\n")
    assert [trackplan("check").code, trackplan("check").code] == [2, 2]
    write(folder / "trackplan.yaml", PROJECT)
    target = folder / "report.txt"
    for _ in range(2):
        trackplan("check", "--output", str(target))
        assert "theme" in target.read_text()
        target.unlink()


def test_the_cache_is_private(trackplan: Trackplan, kept: Path) -> None:
    trackplan("check")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    kept.chmod(0o777)
    assert not trackplan("check").replayed


def test_no_cache_and_other_folders(trackplan: Trackplan, kept: Path, tmp_path: Path) -> None:
    trackplan("check", "--no-cache")
    trackplan("check", "--cache-dir", str(tmp_path / "elsewhere"))
    assert not kept.exists()
    assert trackplan("check", "--cache-dir", str(tmp_path / "elsewhere")).replayed


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "short": lambda content: content[: len(content) // 2],
    "flipped": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "foreign": lambda _: b"#!/bin/sh\nexit 3\n",
    "longer": lambda content: content + b"\0",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_does_not_show(trackplan: Trackplan, kept: Path, damage: Callable[[bytes], bytes]) -> None:
    first = trackplan("check")
    for path in kept.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    second = trackplan("check")
    assert (second.replayed, second.parsed) == (False, True)
    assert second.output == first.output
    assert trackplan("check").replayed


def test_folders_in_the_place_of_files(trackplan: Trackplan, kept: Path) -> None:
    first = trackplan("check")
    for path in kept.iterdir():
        path.unlink()
        path.mkdir()
    assert trackplan("check").output == first.output


@pytest.mark.parametrize("where", ["file", "file/below", "/dev/null/x", "/proc/no"])
def test_a_cache_that_cannot_be_written(trackplan: Trackplan, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    runs = [trackplan("check", "--cache-dir", str(tmp_path / where)) for _ in range(2)]
    assert runs[0].output == runs[1].output == trackplan("check", "--no-cache").output


def start(folder: Path, installed: Path, kept: Path, clean_env: dict[str, str]) -> subprocess.Popen[bytes]:
    here = {"PYTHONPATH": str(installed), "TRACKPLAN_CACHE_DIR": str(kept.parent)}
    command = [sys.executable, "-m", "trackplan", "check"]
    return subprocess.Popen(
        command, cwd=folder, env={**clean_env, **here}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_runs_side_by_side(
    trackplan: Trackplan, folder: Path, installed: Path, kept: Path, clean_env: dict[str, str]
) -> None:
    runs = [start(folder, installed, kept, clean_env) for _ in range(4)]
    outputs = {run.communicate(timeout=120) for run in runs}
    assert len(outputs) == 1
    assert trackplan("check").out.encode() == next(iter(outputs))[0]
    assert not list(kept.glob("*.tmp"))


@pytest.mark.parametrize("seconds", [0.1, 0.4, 0.8])
def test_a_killed_run(
    trackplan: Trackplan, folder: Path, installed: Path, kept: Path, clean_env: dict[str, str], seconds: float
) -> None:
    run = start(folder, installed, kept, clean_env)
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=60)
    assert trackplan("check").output == trackplan("check", "--no-cache").output


def test_a_closed_pipe_is_quiet_the_second_time_too(
    folder: Path, installed: Path, kept: Path, clean_env: dict[str, str]
) -> None:
    assert start(folder, installed, kept, clean_env).wait(60) == 1
    run = start(folder, installed, kept, clean_env)
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    assert run.stderr.read() == b""
    assert run.wait(60) == 1


def test_info_and_clear(trackplan: Trackplan, folder: Path, kept: Path) -> None:
    assert "It is empty." in trackplan("cache", "info").out
    trackplan("check")
    said = trackplan("cache", "info").out
    assert f"The cache is in {kept.parent}\n" in said
    assert "1 results of commands" in said
    assert "Of this project, " in said
    assert f"Removed {len(list(kept.iterdir()))} files, " in trackplan("cache", "clear").out
    assert list(kept.iterdir()) == []
    assert "There was nothing to remove" in trackplan("cache", "clear").out
    assert not trackplan("check").replayed


TEXTS = [
    Sql(f"select a{n}, b from s.t{n % 7} where c > {n} and d in (select x from u{n % 3})", "duckdb", Place(f"{n}.sql"))
    for n in range(40)
]


def compiled(texts: list[Sql] = TEXTS, kept: pack.Pack | None = None, jobs: int = 1) -> list[Record]:
    with compilation.Compilation(kept, jobs) as compiling:
        return compiling.records(texts)


def encoded(records: list[Record]) -> list[bytes]:
    return [msgspec.msgpack.encode(record) for record in records]


@pytest.fixture(params=[True, False])
def copied(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the processes that share the work are copies of this one, or are started anew."""
    if request.param and sys.platform != "linux":
        pytest.skip("no copies on this system")
    monkeypatch.setattr("trackplan.compilation._SHARE", 100)
    monkeypatch.setattr("trackplan.copies.possible", lambda: request.param)
    return bool(request.param)


@pytest.mark.usefixtures("copied")
def test_any_number_of_processes_gives_the_same_records() -> None:
    assert encoded(compiled(jobs=3)) == encoded(compiled())


@pytest.mark.usefixtures("copied")
def test_what_was_begun_early_is_compiled_once_and_in_order() -> None:
    with compilation.Compilation(jobs=3) as compiling:
        compiling.begin(TEXTS[10:])
        assert encoded(compiling.records([*TEXTS, *TEXTS[:3]])) == encoded(compiled([*TEXTS, *TEXTS[:3]]))


def test_copies_end_with_those_who_asked_for_them() -> None:
    if sys.platform != "linux":
        pytest.skip("no copies on this system")

    def work(number: int) -> bytes:
        time.sleep(60 + number)
        return b""

    before = children()
    shared = copies.Shared(5, work, 3)
    assert len(children() - before) == 2
    shared.close()
    assert children() == before


def children() -> set[str]:
    """The processes that this one has started, as Linux lists them."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="utf-8") as listed:  # noqa: PTH123
        return set(listed.read().split())


@pytest.mark.parametrize("function", ["trackplan.nothing:at_all", "os:abort", "os:getcwdb"])
def test_a_process_that_dies_is_done_without(copied: bool, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    started = workers.start
    monkeypatch.setattr(workers, "start", lambda _, task: started(function, task))
    if copied:
        monkeypatch.setattr("trackplan.compilation._encoded", os.abort if "abort" in function else lambda _: b"?")
    assert encoded(compiled(jobs=2)) == encoded(compiled())


def filled(folder: Path) -> Path:
    """A pack of the texts, alone in the cache's folder."""
    kept = pack.of_project(str(folder), "shop")
    compiled(TEXTS, kept)
    kept.save()
    return next(folder.glob("v1/*.pack"))


def test_a_pack_keeps_what_is_used(tmp_path: Path) -> None:
    path = filled(tmp_path)
    size = path.stat().st_size
    for round_ in range(60):
        kept = pack.of_project(str(tmp_path), "shop")
        fresh = Sql(f"select {round_} as n from t", "duckdb", Place("new.sql"))
        compiled([*TEXTS, fresh], kept)
        kept.save()
    assert path.stat().st_size < 4 * size
    kept = pack.of_project(str(tmp_path), "shop")
    assert encoded(compiled(TEXTS, kept)) == encoded(compiled())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bytes_of_a_pack_that_somebody_changed(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, expected: list[bytes], good: bytes
) -> None:
    """Whatever lies there, even with a check sum that fits, the records are those of the texts or there are none."""
    folder = tmp_path_factory.mktemp("cache")
    path = filled(folder)
    body = bytearray(good)
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
        body[at] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.sampled_from([len(body), len(body) // 2, 3]))]
    if data.draw(st.booleans()):
        path.write_bytes(bytes(body))
        assert encoded(compiled(TEXTS, pack.of_project(str(folder), "shop"))) == expected
    else:
        files.write(str(path), bytes(body))
        assert len(compiled(TEXTS, pack.of_project(str(folder), "shop"))) == len(TEXTS)


@pytest.fixture(scope="module")
def expected() -> list[bytes]:
    return encoded(compiled())


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return files.read(str(filled(tmp_path_factory.mktemp("good")))) or b""


@given(body=st.binary(max_size=200))
def test_bytes_that_are_no_state(body: bytes) -> None:
    assert state.read(body) is None
    assert parted(sections(body, b"", body)) == [body, b"", body]


def test_old_files_go(tmp_path: Path) -> None:
    assert files.prepare(str(tmp_path))
    inner = tmp_path / "v1"
    for number in range(210):
        files.write(str(inner / f"{number}.run"), b"")
        os.utime(inner / f"{number}.run", (number, number))
    for name in ("x.run.1.ab.tmp", "y.run.2.cd.tmp"):
        (inner / name).write_bytes(b"half")
    os.utime(inner / "x.run.1.ab.tmp", (1, 1))
    files.prune(str(tmp_path))
    left = {path.name for path in inner.iterdir()}
    assert len(left) == 201
    assert "9.run" not in left
    assert {"10.run", "y.run.2.cd.tmp"} < left


def test_a_checksum_is_counted_once_for_a_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_STEP", 0)
    file = tmp_path / "facts"
    file.write_bytes(b"facts")
    checked = zlib.crc32(b"facts")
    assert checksums.trusted(str(file), checked) == seen.UNSURE
    assert checksums.fits(str(file), file.stat(), checked)
    assert checksums.trusted(str(file), checked) == seen.stamp(file.stat())
    file.write_bytes(b"fakes")
    assert not checksums.fits(str(file), file.stat(), checked)
    assert not checksums.fits(str(file), file.stat(), zlib.crc32(b"facts!"))
