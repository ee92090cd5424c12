"""The gate: old findings do not stop a team, new ones do; what is put up with is known by what it is about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import pytest

from tests import test_since
from tests.conftest import Cli, Run
from tests.test_since import COUPON, FILES, QUERY
from tests.test_tree_git import write
from trackplan.gate import baseline, inline

TODAY = ("--today", "2026-07-01")
PROJECT = test_since.PROJECT.replace("models: [models/**/*.sql]\n", "")
FILE = "trackplan-baseline.yaml"
VOUCHER = COUPON.replace("coupon", "voucher").replace("Which coupon.", "Which voucher.")


class Command(Protocol):
    """Runs trackplan in the folder."""

    def __call__(self, *arguments: str) -> Run:
        """How it ended."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {**FILES, "trackplan.yaml": PROJECT, "plans/web.yaml": COUPON})
    return tmp_path


@pytest.fixture
def run(folder: Path, cli: Cli) -> Command:
    return lambda *arguments: cli(*arguments, *TODAY, cwd=folder)


def listed(done: Run) -> list[str]:
    return [f"{f['rule']} {f['subject']}" for f in json.loads(done.out)["findings"] if f["severity"] != "info"]


def test_one_command_and_the_old_waste_passes(folder: Path, run: Command) -> None:
    assert run("check").code == 1
    done = run("baseline")
    assert (done.code, done.out) == (0, f"{FILE}: 3 findings put up with (3 new, 0 gone).\n")
    done = run("check")
    assert done.code == 0
    assert "3 more are put up with: 3 by the baseline." in done.out
    again = (folder / FILE).read_bytes()
    assert run("baseline").out == f"{FILE}: 3 findings put up with (0 new, 0 gone).\n"
    assert (folder / FILE).read_bytes() == again


def test_new_waste_fails(folder: Path, run: Command) -> None:
    run("baseline")
    write(folder, {"plans/web.yaml": COUPON + "      voucher: {type: string, description: Which voucher.}\n"})
    done = run("check", "--format", "json")
    assert done.code == 1
    assert listed(done) == ['TP101 web/"Order Completed".voucher']


def test_a_finding_swapped_for_another_fails_and_a_renamed_field_is_new(folder: Path, run: Command) -> None:
    run("baseline")
    write(folder, {"plans/web.yaml": VOUCHER})
    done = run("check", "--format", "json")
    assert done.code == 1
    assert listed(done) == ['TP101 web/"Order Completed".voucher']
    gone = [f for f in json.loads(done.out)["findings"] if f["rule"] == "TP009"]
    assert {f["subject"] for f in gone} == {'web/"Order Completed".coupon'}
    assert gone[0]["place"]["path"] == FILE
    assert run("baseline", "--prune").out == f"{FILE}: 1 finding put up with (0 new, 2 gone).\n"
    assert run("check").code == 1


def test_moving_reordering_and_reformatting_stay_quiet(folder: Path, run: Command) -> None:
    run("baseline")
    (folder / "plans/web.yaml").unlink()
    moved = "# moved\n\n" + COUPON.replace("{type: string, description: Which coupon.}", "\n        type: string")
    write(folder, {"plans/moved.yaml": moved, "queries/sales.sql": "\n\n" + QUERY})
    done = run("check", "--format", "json")
    assert done.code == 0
    assert listed(done) == []


def test_an_entry_may_say_why_and_until_when(folder: Path, run: Command) -> None:
    run("baseline")
    text = (folder / FILE).read_text(encoding="utf-8")
    entry = '{"rule": "TP101", "subject": "web/\\"Order Completed\\".coupon"'
    assert entry in text
    said = ', "reason": "refunds", "owner": "ada", "until": "2026-06-30"'
    write(folder, {FILE: text.replace(entry, entry + said)})
    done = run("check", "--format", "json")
    assert done.code == 1
    assert listed(done) == ['TP101 web/"Order Completed".coupon', 'TP007 web/"Order Completed".coupon']
    done = run("baseline")
    assert 'The time of 1 entry is over (TP101 web/"Order Completed".coupon, until 2026-06-30)' in done.out
    assert entry + said in (folder / FILE).read_text(encoding="utf-8")
    write(folder, {FILE: text.replace(entry, entry + said.replace("06-30", "07-01"))})
    report = json.loads(run("check", "--format", "json").out)
    (kept,) = [each for each in report["silenced"] if each["reason"]]
    assert (kept["by"], kept["owner"], kept["until"]) == ("baseline", "ada", "2026-07-01")
    assert kept["place"]["path"] == FILE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nfindings: [{rule: TP102}]\n", f"{FILE}:2:"),
        ("version: 2\n", f"{FILE}:1:"),
        ("version: 1\nfindings:\n- {rule: TP102, subject: a\n", FILE),
        ("version: 1\nfindings:\n- {rule: TP102, subject: a, until: soon}\n", f"{FILE}:3:"),
        ("<<<<<<< HEAD\nversion: 1\n", FILE),
    ],
)
def test_a_baseline_that_cannot_be_read_is_told_with_its_place(
    folder: Path, run: Command, text: str, said: str
) -> None:
    write(folder, {FILE: text})
    for command in ("check", "baseline"):
        done = run(command)
        assert done.code == 2
        assert said in done.err
        assert "Traceback" not in done.err
    assert (folder / FILE).read_text(encoding="utf-8") == text


def test_a_baseline_of_another_name(folder: Path, run: Command) -> None:
    write(folder, {"trackplan.yaml": PROJECT + "baseline: gate/old.yaml\n"})
    done = run("check")
    assert done.code == 2
    assert "there is no baseline gate/old.yaml" in done.err
    assert run("baseline").code == 2  # nobody has made the folder
    (folder / "gate").mkdir()
    assert run("baseline").code == 0
    assert run("check").code == 0


def test_no_baseline_is_made_of_what_could_not_be_read(folder: Path, run: Command) -> None:
    write(folder, {"plans/web.yaml": "events: ["})
    done = run("baseline")
    assert done.code == 2
    assert "not complete" in done.err
    assert not (folder / FILE).exists()


def test_comments_silence_in_yaml_and_sql(folder: Path, run: Command) -> None:
    remark = "trackplan: ignore[no-purpose, TP108] the shop is shut down in spring until 2026-12-31"
    write(
        folder,
        {
            "plans/web.yaml": COUPON.rstrip() + f"  # {remark}\n",
            "warehouse.sql": "create table raw.order_completed (\n  order_id text,\n"
            "  -- trackplan: ignore[TP103, TP101] old\n\n  note text\n);\n",
        },
    )
    report = json.loads(run("check", "--format", "json").out)
    assert [f["rule"] for f in report["findings"] if f["severity"] != "info"] == []
    told = {(s["finding"]["subject"], s["by"], s["reason"], s["until"]) for s in report["silenced"]}
    assert ('web/"Order Completed".coupon', "inline", "the shop is shut down in spring", "2026-12-31") in told
    assert ("raw.order_completed.note", "inline", "old", "") in told


def test_the_project_file_silences_by_path_and_subject(folder: Path, run: Command) -> None:
    entry = (
        "suppressions:\n- {rules: [TP101], path: plans/*.yaml, subject: 'Order Completed.{coupon, x}', reason: old}\n"
    )
    write(folder, {"trackplan.yaml": PROJECT + entry})
    assert run("check").code == 0
    write(folder, {"trackplan.yaml": PROJECT + entry.replace("coupon", "other")})
    assert run("check").code == 1
    write(folder, {"trackplan.yaml": PROJECT + entry.replace("{coupon, x}", "{coupon")})
    done = run("check")
    assert done.code == 2
    assert "trackplan.yaml:9:" in done.err


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1  # trackplan: ignore[TP102] why", [1]),
        ("# trackplan: ignore[TP102] why\n\n# more\na: 1", [4]),
        ("x, -- trackplan: ignore[TP102] why\ny", [1]),
        ("/* trackplan: ignore[TP102] why */\ny", [2]),
        ("{# trackplan: ignore[TP102] why #} y", [1]),
        ("# trackplan: ignore-file[TP102] why\ny", [0]),
        ("trackplan: 1\nname: 'no#trackplan: ignore[TP102]'", []),
        ("# trackplan: ignore[TP102] why", [1]),
    ],
)
def test_which_line_a_comment_is_for(text: str, lines: list[int]) -> None:
    found = list(inline.scan("f", text))
    assert [each.line for each in found] == lines
    assert all(not each.problem for each in found)


def test_a_baseline_reads_as_it_was_written() -> None:
    text = baseline.write(
        baseline.read('version: 1\nfindings: [{rule: TP9, subject: "a"}]'.replace("TP9", "TP901"), "f")
    )
    assert baseline.write(baseline.read(text, "f")) == text
    assert baseline.write([]).endswith("findings: []\n")
    assert baseline.read(baseline.write([]), "f") == []


def test_an_edited_schema_file_may_silence(folder: Path, run: Command) -> None:
    listed_as = '[{path: "schemas/*.yaml", relation: "raw.{1}"}]'
    columns = "- name: order_id\n  type: STRING\n- name: note\n  type: STRING\n"
    path = "schemas/order_completed.yaml"
    write(folder, {"trackplan.yaml": PROJECT.replace("[warehouse.sql]", listed_as), path: columns})
    assert "raw.order_completed.note is unused" in run("check").out
    remark = "# trackplan: ignore[TP103] old\n"
    write(folder, {path: columns.replace("- name: note", f"{remark}- name: note").replace("STRING", "INT64")})
    done = run("check")
    assert "raw.order_completed.note is unused" not in done.out
    assert "1 more is put up with: 1 by comments." in done.out
