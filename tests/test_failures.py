"""Where the machine fails: runs side by side, killed, after another version, on disks that are full or read-only.

The results are right, nothing is lost, and nobody sees a traceback.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import test_since
from tests.conftest import ROOT, Cli, Run
from tests.test_gate import PROJECT
from tests.test_since import COUPON, QUERY, TABLE, WEB
from tests.test_tree_git import commit, git, write

FILES = {**test_since.FILES, "trackplan.yaml": PROJECT, "warehouse.sql": TABLE}
TODAY = ("--today", "2026-07-01")
PLANS = [WEB, COUPON, COUPON.replace("coupon", "voucher"), COUPON + "      total: {type: number, description: Sum.}\n"]
HOOK = ("hook", *TODAY)
CHECK = ("check", *TODAY)
SINCE = (*CHECK, "--since", "HEAD")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in a repository, with a change that is staged."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write(folder, FILES)
    commit(folder)
    write(folder, {"plans/web.yaml": COUPON})
    git(folder, "add", "-A")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def begin(clean_env: dict[str, str], kept: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Starts a command that works with the cache."""

    def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "trackplan", *arguments]
        env = {**clean_env, "PYTHONPATH": str(ROOT), "TRACKPLAN_CACHE_DIR": str(kept)}
        return subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return start


def ended(run: subprocess.Popen[bytes]) -> Run:
    out, err = run.communicate(timeout=120)
    return Run(run.returncode, out, err)


def test_hooks_side_by_side_on_one_cache(
    folder: Path, tmp_path: Path, begin: Callable[..., subprocess.Popen[bytes]], cli: Cli, kept: Path
) -> None:
    """Two work trees of one repository and two hooks in each, at once, after each edit."""
    beside = tmp_path / "beside"
    git(folder, "worktree", "add", "-q", "-b", "topic", str(beside))
    for number in range(3):
        write(folder, {"plans/web.yaml": PLANS[number + 1]})
        write(beside, {"queries/sales.sql": f"{QUERY}-- {number}\n", "plans/web.yaml": PLANS[number]})
        for each in (folder, beside):
            git(each, "add", "-A")
        running = [(each, begin(each, *HOOK)) for each in (folder, beside, folder, beside)]
        found = [(each, ended(run)) for each, run in running]
        for each, run in found:
            assert run == cli(*HOOK, "--no-cache", cwd=each)
    assert not list(kept.rglob("*.tmp"))


@pytest.mark.parametrize("arguments", [CHECK, HOOK])
def test_runs_that_are_killed_at_any_time(
    folder: Path, begin: Callable[..., subprocess.Popen[bytes]], cli: Cli, kept: Path, arguments: tuple[str, ...]
) -> None:
    chance = random.Random(1)  # noqa: S311
    for number in range(4):
        write(folder, {"plans/web.yaml": PLANS[number % len(PLANS)], "queries/sales.sql": f"{QUERY}-- {number}\n"})
        git(folder, "add", "-A")
        run = begin(folder, *arguments)
        time.sleep(chance.uniform(0.05, 1.5))
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=60)
        env = {"TRACKPLAN_CACHE_DIR": str(kept)}
        assert cli(*arguments, cwd=folder, env=env) == cli(*arguments, "--no-cache", cwd=folder)


BROKEN: dict[str, tuple[str, str, str]] = {
    "SQL": ("trackplan/sql/parse.py", "def statements(text: str,", "def _right(text: str,"),
    "a reader": ("trackplan/readers/native_plan.py", "def read(text: str,", "def _right(text: str,"),
    "statuses": ("trackplan/derive/status.py", "def status(needed: bool,", "def _right(needed: bool,"),
    "output": ("trackplan/formats/text.py", "def render(", "def _right("),
}
INSTEAD = {
    "SQL": "def statements(text, dialect):\n    yield from _right('create table x (y int)', dialect)\n",
    "a reader": "def read(text, path):\n    return iter(())\n",
    "statuses": "def status(needed, used):\n    return 'waste'\n",
    "output": "def render(*_):\n    return 'another version\\n'\n",
}


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("SQL", CHECK),
        ("a reader", SINCE),
        ("a reader", HOOK),
        ("statuses", CHECK),
        ("statuses", SINCE),
        ("output", CHECK),
    ],
)
def test_what_another_version_has_left(
    folder: Path, tmp_path: Path, cli: Cli, kept: Path, what: str, arguments: tuple[str, ...]
) -> None:
    """Another version lay in the same place and knew less; both call themselves the same."""
    installed = tmp_path / "installed"
    for name in ("trackplan", "rules", "schemas"):
        shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
    path, old, new = BROKEN[what]
    right = (installed / path).read_text(encoding="utf-8")
    assert old in right
    env = {"PYTHONPATH": str(installed), "TRACKPLAN_CACHE_DIR": str(kept), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*more: str) -> Run:
        return cli(*arguments, *more, cwd=folder, env=env, program=(sys.executable, "-P", "-m", "trackplan"))

    (installed / path).write_text(f"{right.replace(old, new)}\n\n{INSTEAD[what]}", encoding="utf-8")
    first = run()
    (installed / path).write_text(right, encoding="utf-8")
    assert run() == run("--no-cache")
    assert arguments != CHECK or run("--no-cache") != first


def test_a_cache_of_another_form(folder: Path, cli: Cli, kept: Path) -> None:
    (kept / "v0").mkdir(parents=True)
    (kept / "v0" / "x.run").write_bytes(b"from long ago")
    env = {"TRACKPLAN_CACHE_DIR": str(kept)}
    for _ in range(2):
        assert cli(*CHECK, cwd=folder, env=env) == cli(*CHECK, "--no-cache", cwd=folder)
    assert (kept / "v0" / "x.run").read_bytes() == b"from long ago"


# Disks


@pytest.fixture(scope="session")
def mounts() -> None:
    """Skips the test where nobody may mount a file system of their own."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        pytest.skip("there is no unshare")
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted")


@pytest.fixture
def mounted(mounts: None, cli: Cli, clean_env: dict[str, str]) -> Callable[..., Run]:
    """Runs trackplan once some file systems have been mounted, for this run alone."""

    def run(prepare: str, *arguments: str, cwd: Path, then: str = "true") -> Run:
        program = f"{sys.executable} -P -m trackplan"
        script = f'{prepare} && cd "$PWD" && {program} "$@"; code=$?; {then}; exit $code'
        env = {**clean_env, "PYTHONPATH": str(ROOT)}
        return cli(*arguments, cwd=cwd, env=env, program=("unshare", "-rm", "sh", "-c", script, "sh"))

    return run


FULL = 'mount -t tmpfs -o size={size} tmpfs "{folder}"'
READ_ONLY = 'mount --bind "{folder}" "{folder}" && mount -o remount,bind,ro "{folder}"'


@pytest.mark.parametrize(("size", "arguments"), [("4k", CHECK), ("48k", CHECK), ("16k", HOOK), ("48k", HOOK)])
def test_a_full_disk_under_the_cache(
    folder: Path, cli: Cli, kept: Path, mounted: Callable[..., Run], size: str, arguments: tuple[str, ...]
) -> None:
    kept.mkdir()
    prepare = FULL.format(size=size, folder=kept)
    then = f'ls -R "{kept}" | grep tmp$ && exit 9'
    done = mounted(prepare, *arguments, "--cache-dir", str(kept), cwd=folder, then=then)
    assert done == cli(*arguments, "--no-cache", cwd=folder)


@pytest.mark.parametrize("arguments", [CHECK, HOOK], ids=" ".join)
def test_read_only_file_systems(
    folder: Path, cli: Cli, kept: Path, mounted: Callable[..., Run], arguments: tuple[str, ...]
) -> None:
    """Of the cache, empty and filled, and of all the project."""
    kept.mkdir()
    expected = cli(*arguments, "--no-cache", cwd=folder)
    where = ("--cache-dir", str(kept))
    prepare = " && ".join(READ_ONLY.format(folder=each) for each in (kept, folder))
    assert mounted(prepare, *arguments, *where, cwd=folder) == expected
    assert cli(*arguments, *where, cwd=folder) == expected
    for _ in range(2):
        assert mounted(prepare, *arguments, *where, cwd=folder) == expected
    write(folder, {"queries/sales.sql": f"{QUERY}-- more\n"})
    assert mounted(prepare, *arguments, *where, cwd=folder) == expected


WRITES = [
    ("baseline",),
    ("check", "--output", "report.txt"),
    ("check", "--format", "sarif:out.sarif"),
    ("inventory", "--output", "report.txt"),
    ("init", "new"),
]


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
def test_what_should_be_written_to_a_read_only_file_system(
    folder: Path, mounted: Callable[..., Run], arguments: tuple[str, ...]
) -> None:
    (folder / "new").mkdir()
    before = {path: path.read_bytes() for path in folder.glob("*") if path.is_file()}
    done = mounted(READ_ONLY.format(folder=folder), *arguments, cwd=folder)
    assert done.code == 2
    assert "read-only file system" in done.err
    assert "Traceback" not in done.err
    assert {path: path.read_bytes() for path in folder.glob("*") if path.is_file()} == before


def test_a_baseline_is_written_whole_or_not_at_all(folder: Path, mounted: Callable[..., Run]) -> None:
    """On a full disk the old one stays."""
    write(folder, {"trackplan.yaml": f"{PROJECT}baseline: full/old.yaml\n"})
    (folder / "full").mkdir()
    old = 'version: 1\nfindings:\n- {"rule": "TP101", "subject": "web/X.y"}\n'
    prepare = f"{FULL.format(size='8k', folder=folder / 'full')} && printf '%s' '{old}' > full/old.yaml"
    prepare += " && (head -c 9000 /dev/zero > full/zero || true) 2>/dev/null"
    done = mounted(prepare, "baseline", cwd=folder, then="cat full/old.yaml; ls -A full")
    assert done.code == 2, done.said
    assert "no space left on device" in done.err
    assert "Traceback" not in done.err
    assert done.out == f"{old}old.yaml\nzero\n"


@pytest.mark.parametrize("limit", [0, 4_096, 30_000])
def test_files_that_may_not_grow(folder: Path, cli: Cli, kept: Path, limit: int) -> None:
    """The same where nothing can be mounted: the system refuses to write more than so much into a file."""
    done = cli(
        *(*CHECK, "--cache-dir", str(kept)),
        cwd=folder,
        program=("sh", "-c", f'ulimit -f {limit // 512}; exec {sys.executable} -P -m trackplan "$@"', "sh"),
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done == cli(*CHECK, "--no-cache", cwd=folder)
    assert not list(kept.rglob("*.tmp"))


@pytest.mark.parametrize(
    "arguments",
    [CHECK, (*CHECK, "--no-cache"), HOOK, ("rules",), ("inventory",), ("baseline",), ("--version",), ("--help",)],
    ids=" ".join,
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_output_that_cannot_be_written(folder: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
    """What is not told is no success, the second time neither."""
    quoted = f'exec {sys.executable} -P -m trackplan "$@"'
    for script in (f"{quoted} >/dev/full", f"{quoted} >/dev/full", f"{quoted} >/dev/full 2>/dev/full"):
        done = cli(*arguments, cwd=folder, program=("sh", "-c", script, "sh"), env={"PYTHONPATH": str(ROOT)})
        assert done.code == 2
        assert done.err in ("", "trackplan: the output cannot be written: no space left on device\n")
    assert cli(*arguments, cwd=folder).out


def test_a_cache_that_somebody_else_owns(folder: Path, cli: Cli, kept: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    env = {"TRACKPLAN_CACHE_DIR": str(kept)}
    expected = cli(*CHECK, cwd=folder, env=env)
    for path in kept.rglob("*"):
        os.chown(path, 12_345, 12_345)
    assert cli(*CHECK, cwd=folder, env=env) == expected
