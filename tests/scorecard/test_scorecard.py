"""`trackplan scorecard`: its history, its goals, its gate, and every way to write it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.inside import trackplan, write
from tests.scorecard.test_metrics import FILES, PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.inside import Ended

HISTORY = "trackplan-scorecard.jsonl"
GOALS = "scorecard:\n  goals:\n    2026Q4: {waste_share: <= 10 %, open_findings: <= 100, unmet_needs: <= 0 %}\n"


def shop(folder: Path, goals: str = GOALS, history: str = "") -> Path:
    files = {**FILES, "trackplan.yaml": PROJECT + goals}
    return write(folder, files | ({HISTORY: history} if history else {}))


def line(day: str, commit: str = "", **metrics: object) -> str:
    return json.dumps({"day": day, "commit": commit, "metrics": metrics}) + "\n"


def run(folder: Path, *arguments: str, today: str = "2026-11-16") -> Ended:
    return trackplan("scorecard", *arguments, "--today", today, "--no-cache", cwd=folder)


def card(folder: Path, *arguments: str, today: str = "2026-11-16") -> dict[str, Any]:
    ended = run(folder, "--format", "json", *arguments, today=today)
    assert ended.err == ""
    said: dict[str, Any] = json.loads(ended.out)
    return {row["id"]: row for row in said["metrics"]} | {"card": said}


def track(card: Mapping[str, Any], metric: str = "waste_share") -> tuple[str, object]:
    return card[metric]["track"], card[metric]["due"]


def test_on_track_is_what_is_no_worse_than_the_line_to_the_goal(tmp_path: Path) -> None:
    """Waste is 1/3 today, the 46th of 91 days after the quarter's first."""
    begun = shop(tmp_path, history=line("2026-09-20", waste_share=[1, 2]) + line("2026-10-20", waste_share=[2, 5]))
    found = card(begun)
    assert found["waste_share"]["start"] == {"day": "2026-10-01", "value": 0.5}
    assert track(found) == ("off track", round(0.5 - 0.4 * 46 / 91, 6))
    assert found["unmet_needs"]["track"] == "reached"
    assert found["card"]["off_track"] == 1
    assert [point["value"] for point in found["waste_share"]["points"]] == [0.4, 0.333333]
    begun = shop(tmp_path, history=line("2026-10-01", waste_share=[3, 5]))
    assert track(card(begun)) == ("on track", round(0.6 - 0.5 * 46 / 91, 6))
    inside = shop(tmp_path, history=line("2026-11-02", waste_share=[2, 5]))  # the first record lies in the quarter
    assert track(card(inside)) == ("off track", round(0.4 - 0.3 * 14 / 59, 6))
    met = shop(tmp_path, history=line("2026-10-01", waste_share=[0, 5]))  # what began beyond the goal may not lose it
    assert track(card(met)) == ("off track", 0.1)


def test_the_gate_fails_off_track_and_where_it_cannot_tell(tmp_path: Path) -> None:
    unknown = run(shop(tmp_path), "--gate")
    assert unknown.code == 2
    assert "cannot tell: Waste: nothing is recorded yet: `trackplan scorecard record` begins the line" in unknown.err
    assert run(tmp_path, "record", today="2026-10-01").code == 0
    off = run(tmp_path, "--gate")
    assert (off.code, off.err) == (1, "off track: Waste is 33.3 % and should be 21.5 % by now (goal <= 10 %)\n")
    assert run(tmp_path, "--gate", today="2026-10-01").code == 0
    none = run(shop(tmp_path, goals=""), "--gate")
    assert none.code == 2
    assert "there are no goals for 2026Q4" in none.err
    assert run(tmp_path).code == 0


def test_recording_gives_one_line_for_each_commit_and_day(tmp_path: Path) -> None:
    first = run(shop(tmp_path), "record", today="2026-11-02")
    assert first.out == f"{HISTORY}: 19 metrics on 2026-11-02.\n"
    again = run(tmp_path, "record", today="2026-11-02")
    assert again.out == f"{HISTORY}: 19 metrics on 2026-11-02 (as before).\n"
    assert run(tmp_path, "record", today="2026-10-26").code == 0
    write(tmp_path, {"use_cases.yaml": FILES["use_cases.yaml"].replace("Signed Up.email", "Signed Up.variant")})
    assert run(tmp_path, "record", today="2026-11-02").code == 0
    lines = (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()
    records = [json.loads(each) for each in lines]
    assert [each["day"] for each in records] == ["2026-10-26", "2026-11-02"]
    assert [each["metrics"]["personal_without_need"] for each in records] == [[0, 1], [1, 1]]
    assert all([*each["metrics"]] == sorted(each["metrics"]) for each in records)
    schema = json.loads((ROOT / "schemas" / "history.schema.json").read_text(encoding="utf-8"))
    for each in records:
        Draft202012Validator(schema).validate(each)


def test_two_branches_merge_and_each_commit_has_its_line(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    shop(tmp_path)
    write(tmp_path, {".gitattributes": f"{HISTORY} merge=union\n"})
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    first = git("rev-parse", "HEAD")
    assert run(tmp_path, "record", today="2026-11-02").out.endswith(f" at {first[:12]}.\n")
    git("add", "-A")
    git("commit", "-qm", "two")
    git("checkout", "-qb", "other")
    for branch, day in (("other", "2026-11-09"), ("main", "2026-11-10")):
        git("checkout", "-q", branch)
        assert run(tmp_path, "record", today=day).code == 0
        git("commit", "-qam", branch)
    git("merge", "-q", "other", "-m", "both")
    records = [json.loads(each) for each in (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()]
    assert sorted(each["day"] for each in records) == ["2026-11-02", "2026-11-09", "2026-11-10"]
    assert len(card(tmp_path)["waste_share"]["points"]) == 4
    assert run(tmp_path, "record").code == 0  # and puts the lines in order
    days = [json.loads(each)["day"] for each in (tmp_path / HISTORY).read_text(encoding="utf-8").splitlines()]
    assert days == ["2026-11-02", "2026-11-09", "2026-11-10", "2026-11-16"]


@pytest.mark.parametrize(
    ("history", "place", "said"),
    [
        (line("2026-11-02") + "<<<<<<< main\n", f"{HISTORY}:2:1", "a merge left its marker here"),
        (line("2026-11-02") + "\n{not json}\n", f"{HISTORY}:3:", "written by `trackplan scorecard record`"),
        (line("2026-02-30"), f"{HISTORY}:1:9", "there is no day 2026-02-30"),
        (line("2026-11-02", waste_share=["x"]), f"{HISTORY}:1:", "should be a whole number"),
        (line("2026-11-02", waste_share=[-1, 2]), f"{HISTORY}:1:", "cannot be '-1'"),
        (line("2026-11-02", commit="HEAD"), f"{HISTORY}:1:", "'commit' cannot be 'HEAD'"),
        ("[1]\n", f"{HISTORY}:1:1", "should be a mapping"),
        ("[" * 10_000 + "\n", f"{HISTORY}:1:", "written by `trackplan scorecard record`"),
        ("\n" + "[" * 100_000 + "\n", f"{HISTORY}:2:1", "the line is too long for a record"),
        (
            line("2026-11-02", open_findings=[1]) * 2 + line("2026-11-02", open_findings=[2]),
            f"{HISTORY}:3:1",
            "2026-11-02 is told twice for no commit, with other figures",
        ),
    ],
)
def test_a_history_that_cannot_be_read_is_told_at_its_line(tmp_path: Path, history: str, place: str, said: str) -> None:
    for arguments in ((), ("record",)):
        ended = run(shop(tmp_path, history=history), *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert place in ended.err
        assert said in ended.err
    assert (tmp_path / HISTORY).read_text(encoding="utf-8") == history


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ("2026Q4: {wast_share: <= 10 %}", "the key 'wast_share' is not known in '2026Q4'"),
        ("2026Q4: {waste_share: '>= 10 %'}", "'waste_share' cannot be '>= 10 %'"),
        ("2026Q4: {open_findings: <= 10 %}", "'open_findings' cannot be '<= 10 %'"),
        ("2026Q5: {waste_share: <= 10 %}", "the name '2026Q5' cannot be used here"),
        ("2026Q4: 10 %", "should be a mapping"),
    ],
)
def test_goals_that_make_no_sense_are_told(tmp_path: Path, goals: str, said: str) -> None:
    ended = run(shop(tmp_path, f"scorecard:\n  goals:\n    {goals}\n"))
    assert ended.code == 2
    assert "trackplan.yaml:11:" in ended.err
    assert said in ended.err


def test_the_history_stays_in_the_projects_folder(tmp_path: Path) -> None:
    ended = run(shop(tmp_path, "scorecard: {history: ../elsewhere.jsonl}\n"), "record")
    assert ended.code == 2
    assert "leaves the project's folder" in ended.err
    moved = run(shop(tmp_path, "scorecard: {history: figures.jsonl}\n"), "record")
    assert moved.code == 0
    assert (tmp_path / "figures.jsonl").is_file()


def test_a_quarter_that_is_over_is_told_by_its_last_record(tmp_path: Path) -> None:
    history = line("2026-07-01", waste_share=[1, 2]) + line("2026-09-20", waste_share=[1, 4])
    folder = shop(tmp_path, GOALS.replace("2026Q4", "2026Q3"), history)
    found = card(folder, "--quarter", "2026q3")
    assert (found["waste_share"]["value"], *track(found)) == (0.25, "off track", 0.1)
    assert found["open_findings"]["reason"] == "nothing was recorded in 2026Q3"
    assert run(folder, "--quarter", "2026Q3", "--gate").code == 1
    assert "2027Q1 has not begun on 2026-11-16" in run(folder, "--quarter", "2027Q1").err
    assert "'soon' is no quarter" in run(folder, "--quarter", "soon").err


def test_every_format_says_the_same_and_is_safe(tmp_path: Path) -> None:
    folder = shop(tmp_path, history=line("2026-10-01", waste_share=[3, 5]) + line("2026-10-08", waste_share=[2, 5]))
    text = run(folder).out
    assert text.startswith("Scorecard of 2026Q4 on 2026-11-16, day 47 of 92\n3 goals: 1 on track, 2 reached.\n")
    row = next(each for each in text.splitlines() if each.startswith("Waste "))
    assert re.split(r"\s{2,}", row) == ["Waste", "60.0 %", "34.7 %", "33.3 %", "1/3", "<= 10 %", "on track", "█▃▃▃▃▃▁"]
    markdown = run(folder, "--format", "markdown").out
    assert r"| Waste | 60.0 % | 34.7 % | 33.3 % | 1/3 | \<= 10 % | on track | █▃▃▃▃▃▁ |" in markdown
    html = run(folder, "--format", "html").out
    assert '<td class="goal">&lt;= 10 %</td><td><span class="tag cold">on track</span></td>' in html
    assert not re.search(r"<script|https?://|src=|@import|url\(", html)
    assert run(folder, "--format", "html").out == html
    schema = json.loads((ROOT / "schemas" / "scorecard.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(card(folder)["card"])


def test_what_prune_applied_counts_in_its_quarter(tmp_path: Path) -> None:
    folder = shop(tmp_path, "scorecard: {goals: {2026Q4: {proposals_merged: '>= 4'}}}\n")
    before = card(folder)["proposals_merged"]
    assert (before["value"], before["start"]) == (2, {"day": "2026-10-01", "value": 0})  # by the tombstones
    said = json.loads(trackplan("prune", "--format", "json", "--today", "2026-11-16", "--no-cache", cwd=folder).out)
    free = [each["id"] for each in said["proposals"] if not each["blockers"]]
    ended = trackplan("prune", "--apply", free[0], "--today", "2026-11-16", "--no-cache", cwd=folder)
    assert ended.code == 0, ended.err
    assert card(folder)["proposals_merged"]["value"] == 3
    assert card(folder, today="2027-01-05")["proposals_merged"]["value"] == 0
