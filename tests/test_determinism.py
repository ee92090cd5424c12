"""Same input, same bytes out: whatever the hash seed, the order in which files are listed, the time zone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests import sql_edits
from tests.conftest import ROOT, TODAY
from tests.test_renewal import run
from trackplan import copies
from trackplan.derive import beforehand, likely
from trackplan.link import ahead

if TYPE_CHECKING:
    from tests.conftest import Cli
    from trackplan.link.demand import Demand
    from trackplan.link.linked import Linked

# Loaded by the interpreter before any program: every listing of a folder comes out backwards.
BACKWARDS = """
import os

_scandir, _listdir = os.scandir, os.listdir

class _Backwards(list):
    def __enter__(self): return iter(self)
    def __exit__(self, *_): return False
    def __next__(self):
        if not self: raise StopIteration
        return self.pop(0)
    def close(self): pass

def scandir(path="."):
    with _scandir(path) as found:
        return _Backwards(sorted(found, key=lambda e: os.fsdecode(e.name), reverse=True))

def listdir(path="."):
    return sorted(_listdir(path), key=os.fsdecode, reverse=True)

os.scandir, os.listdir = scandir, listdir
"""

COMMANDS = {
    "check --format json": ("check", ".", "--format", "json", "--today", TODAY),
    "check": ("check", ".", "--today", TODAY),
    "inventory --format json": ("inventory", "--format", "json", "--today", TODAY),
    "inventory --format csv": ("inventory", "--format", "csv", "--today", TODAY),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_same_bytes_whatever_the_surroundings(storefront: Path, tmp_path: Path, cli: Cli, command: str) -> None:
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    backwards = tmp_path / "other" / "storefront"
    for path in sorted(storefront.rglob("*"), reverse=True):
        if path.is_file():
            (backwards / path.relative_to(storefront)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, backwards / path.relative_to(storefront))
    runs = [
        cli(*COMMANDS[command], cwd=folder, env=env)
        for folder, env in (
            (storefront, {"PYTHONHASHSEED": "0", "TZ": "UTC"}),
            (backwards, {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
            (
                backwards,
                {"PYTHONHASHSEED": "2", "TZ": "Etc/GMT+12", "PYTHONPATH": f"{hook}:{ROOT}"},
            ),
        )
    ]
    assert runs[0].code in (0, 1), runs[0].err
    assert len(runs[0].stdout) > 1000
    assert [r.code for r in runs] == [runs[0].code] * 3
    assert runs[1].stdout == runs[0].stdout
    assert runs[2].stdout == runs[0].stdout


def test_the_listing_hook_works(tmp_path: Path, cli: Cli) -> None:
    """Else the test above would prove nothing about the order of files."""
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(BACKWARDS, encoding="utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / "files" / name).mkdir(parents=True)
    program = "import os, pathlib; d = pathlib.Path('files'); n = [os.listdir(d), [p.name for p in d.iterdir()]]"
    program += "; n.append(next(os.walk(d))[1]); print(n)"
    run = cli("-c", program, cwd=tmp_path, env={"PYTHONPATH": str(hook)}, program=("python3",))
    assert run.out.strip() == str([["c", "b", "a"]] * 3), run.said


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_today_is_the_utc_date(storefront: Path, cli: Cli, zone: str) -> None:
    before = datetime.now(UTC).date()
    run = cli("check", ".", "--format", "json", cwd=storefront, env={"TZ": zone})
    after = datetime.now(UTC).date()
    assert json.loads(run.stdout)["today"] in {before.isoformat(), after.isoformat()}


def test_the_day_decides(storefront: Path, cli: Cli) -> None:
    """`--today` is the only clock: another day gives other findings, the same day the same ones."""
    first = cli("check", ".", "--format", "json", "--today", TODAY, cwd=storefront)
    later = cli("check", ".", "--format", "json", "--today", "2030-01-01", cwd=storefront)
    assert first.stdout != later.stdout


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("seed", [0, 2])
def test_same_bytes_however_many_processes_share_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, dies: bool
) -> None:
    if sys.platform != "linux":
        pytest.skip("no copies on this system")
    sql_edits.Project(tmp_path / "project", Random(seed)).make()  # noqa: S311 - not for secrets
    alone = run(tmp_path / "project", "--no-cache", "--format", "json", "--jobs", "1")
    monkeypatch.setattr(ahead, "_WORTH", 1)
    monkeypatch.setattr(beforehand, "_WORTH", 1)
    monkeypatch.setattr(copies, "possible", lambda: True)
    if dies:
        monkeypatch.setattr(ahead, "packed", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        monkeypatch.setattr(likely, "find", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    taken: list[int] = []
    found: list[beforehand.Found | None] = []
    linked, asked = ahead.linked, beforehand.Beforehand.found

    def watched(demand: Demand, jobs: int) -> dict[int, Linked]:
        made = linked(demand, jobs)
        taken.append(len(made))
        return made

    def looked_up(them: beforehand.Beforehand) -> beforehand.Found | None:
        found.append(asked(them))
        return found[-1]

    monkeypatch.setattr(ahead, "linked", watched)
    monkeypatch.setattr(beforehand.Beforehand, "found", looked_up)
    for cached in ("--no-cache", f"--cache-dir={tmp_path / 'cache'}", f"--cache-dir={tmp_path / 'cache'}"):
        assert run(tmp_path / "project", cached, "--format", "json", "--jobs", "3") == alone
    assert dies or max(taken) > 0
    assert dies != any(found)
    assert dies or any(each.taken for each in found if each)
