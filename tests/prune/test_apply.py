"""Proposals on the files: all of one or none of it, back byte for byte, and whatever a kill leaves can be told."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT, TODAY
from tests.prune.test_proposals import PROJECT, proposed
from tests.prune.test_storefront import GONE, findings, held
from trackplan.edits import journal
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit
from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

DAY = ("--today", TODAY)
EMPTY = "tombstones:\n  - {id: web/Old.thing, pruned: 2026-01-01}\n"


def test_all_of_the_example_is_applied_and_taken_back(storefront: Path, cli: Cli) -> None:
    before, kept = findings(cli, storefront), held(storefront)
    names = [w["name"] for w in json.loads(cli("prune", "--format", "json", *DAY, cwd=storefront).out)["waves"]]
    done = cli("prune", "--apply", ",".join(names), *DAY, cwd=storefront)
    assert done.code == 0, done.said
    after = findings(cli, storefront)
    assert [key for key in after if key not in before or key.startswith(GONE)] == []
    said = cli("prune", "--status", cwd=storefront).out.split("\n")
    assert said[0] == "0001-53-proposals: applied on 2026-11-01"
    assert "  new    tracking/web.yaml" in said
    done = cli("prune", "--undo", cwd=storefront)
    assert done.code == 0, done.said
    assert held(storefront) == kept
    assert cli("prune", "--status", cwd=storefront).out == "Nothing has been proposed or applied.\n"


def test_what_is_applied_gets_a_tombstone(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "gone.yaml").write_text(EMPTY, encoding="utf-8")
    found = proposed(cli, tmp_path, trackplan_yaml=PROJECT + "tombstones: [gone.yaml]\n")
    id_ = found['Stop collecting web/"Signed Up".email']["id"]
    assert cli("prune", "--apply", id_, *DAY, cwd=tmp_path).code == 0
    stones = (tmp_path / "gone.yaml").read_text(encoding="utf-8")
    assert stones.startswith(EMPTY)
    assert f'"web/\\"Signed Up\\".email", pruned: {TODAY}' in stones
    plan = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(plan + "      email: {type: string, description: Again}\n", encoding="utf-8")
    assert "TP603" in cli("check", *DAY, cwd=tmp_path).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--apply", "P-00000000"), "--apply: there is no proposal or wave 'P-00000000'"),
        (("--apply", "1-adaa"), "did you mean '1-ada'?"),
        (("--undo",), "nothing has been applied that could be undone"),
        (("--undo", "--status"), "--apply, --undo and --status do not go together"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    proposed(cli, tmp_path)
    done = cli("prune", *arguments, *DAY, cwd=tmp_path)
    assert done.code == 2
    assert message in done.err


def test_what_is_not_committed_is_left_alone(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "plan.yaml").write_text((tmp_path / "plan.yaml").read_text() + "# mine\n")
    kept = held(tmp_path)
    done = cli("prune", "--apply", "1-ada", *DAY, cwd=tmp_path)
    assert done.code == 2
    assert "--apply: plan.yaml has changes that are not committed" in done.err
    assert held(tmp_path) == kept
    subprocess.run(["git", "checkout", "-q", "plan.yaml"], cwd=tmp_path, check=True)
    assert cli("prune", "--apply", "1-ada", *DAY, cwd=tmp_path).code == 0


def test_later_changes_stand_in_the_way_of_an_undo(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    assert cli("prune", "--apply", "1-ada", *DAY, cwd=tmp_path).code == 0
    (tmp_path / "plan.yaml").write_text("trackplan: 1\n")
    kept = held(tmp_path)
    done = cli("prune", "--undo", cwd=tmp_path)
    assert done.code == 2
    assert "plan.yaml changed after 0001-" in done.err
    assert held(tmp_path) == kept


CHANGES = """
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit
CHANGES = [
    Change("a.txt", "one\\r\\ntwo", (Edit(0, 3, "ONE"),)),
    Change.new("b/new.txt", "fresh\\n"),
    Change.remove("c.txt", "gone\\n"),
    Change("d.txt", "x\\n", (Edit(1, 1, "y"),)),
]
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from trackplan.edits import disk, journal
steps, limit = 0, int(sys.argv[1])
def step(*_):
    global steps
    steps += 1
    if steps == limit:
        os.kill(os.getpid(), signal.SIGKILL)
for name in ("write_bytes", "replace", "unlink", "chmod"):
    def around(self, *given, true=getattr(Path, name), **named):
        step()
        result = true(self, *given, **named)
        step()
        return result
    setattr(Path, name, around)
root, folder = Path("work"), Path("work/applied")
if sys.argv[2] == "apply":
    journal.carry_out(folder, root, journal.begin(folder, "0001-x", ["P-1"], "2026-11-01", CHANGES), CHANGES)
else:
    journal.undo(folder, root, journal.read(folder)[-1])
"""


def prepared(folder: Path) -> dict[str, bytes]:
    root = folder / "work"
    (root / "b").mkdir(parents=True)
    (root / "applied").mkdir()
    for name, content in (("a.txt", b"one\r\ntwo"), ("c.txt", b"gone\n"), ("d.txt", b"x\n")):
        (root / name).write_bytes(content)
    return texts(root)


def texts(root: Path) -> dict[str, bytes]:
    """All files but journals, and what a kill leaves beside a file."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found if "applied" not in p.parts}


def killed(folder: Path, limit: int, what: str) -> int:
    command = [sys.executable, "-c", CHANGES + KILLED, str(limit), what]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, check=False).returncode


AFTER = {"a.txt": b"ONE\r\ntwo", "b/new.txt": b"fresh\n", "d.txt": b"xy\n"}


def test_a_kill_at_any_step_leaves_each_file_old_or_new(tmp_path: Path) -> None:
    ended = 0
    for limit in range(1, 40):
        folder = tmp_path / str(limit)
        before = prepared(folder)
        root = folder / "work"
        ended = killed(folder, limit, "apply")
        now = texts(root)
        for path in {*before, *AFTER}:
            assert now.get(path) in (before.get(path), AFTER.get(path)), (limit, path)
        journals = journal.read(root / "applied")
        if journals:
            for path, state in journals[-1].states(root).items():
                assert now.get(path) == (before if state == "old" else AFTER).get(path)
            journal.undo(root / "applied", root, journals[-1])
            assert [path.name for path in root.rglob(".*")] == []
        assert texts(root) == before
        if ended == 0:
            break
    assert ended == 0
    assert limit > 10


def test_a_kill_of_an_undo_can_be_gone_on_from(tmp_path: Path) -> None:
    ended = -9
    for limit in range(1, 40):
        folder = tmp_path / str(limit)
        before = prepared(folder)
        root = folder / "work"
        assert killed(folder, 0, "apply") == 0
        assert texts(root) == AFTER
        ended = killed(folder, limit, "undo")
        for each in journal.read(root / "applied"):
            journal.undo(root / "applied", root, each)
        assert texts(root) == before
        if ended == 0:
            break
    assert ended == 0


def test_a_journal_of_a_stranger_cannot_leave_the_project(tmp_path: Path) -> None:
    change = Change("../outside.txt", "x", (Edit(0, 1, "y"),))
    begun = journal.begin(tmp_path, "0001-x", ["P-1"], TODAY, [change])
    with pytest.raises(TrackplanError, match="cannot read the journal"):
        journal.read(tmp_path)
    assert begun.name == "0001-x"
    (tmp_path / "0001-x.json").write_text("[]")
    with pytest.raises(TrackplanError, match="cannot read the journal"):
        journal.read(tmp_path)
