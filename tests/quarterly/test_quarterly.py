"""`trackplan report --quarter`: goals, what was pruned, best and worst, changes of law, next steps."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.inside import trackplan, write
from tests.scorecard.test_metrics import FILES, PROJECT
from tests.scorecard.test_scorecard import GOALS, HISTORY, line
from trackplan.metrics import METRICS
from trackplan.quarterly.steps import _ADVICE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.inside import Ended

LAW = """\
legal_changes:
  - {on: 2026-12-01, what: <b>Guidelines</b> are final, means: "=HYPERLINK(1)", source: EDPB}
  - {on: 2027-03-31, what: a new act}
  - {on: 2026-09-30, what: long past}
  - {on: 2027-04-01, what: far ahead}
"""
USE_CASES = """\
use_cases:
  - {id: grow, title: Grow, owner: ada@example.com, review_by: 2026-11-01, horizon: 2027-02-01,
     needs: [Signed Up.source, Signed Up.email]}
  - {id: later, title: Later, review_by: 2027-04-01, needs: [Signed Up.source]}
  - {id: never, title: Never looked at, needs: [Signed Up.source]}
"""
SHOP = {
    **FILES,
    "trackplan.yaml": PROJECT + GOALS + LAW,
    "use_cases.yaml": USE_CASES,
    HISTORY: line("2026-10-01", waste_share=[1, 4], idle_claims=[2, 2], open_findings=[100]),
}


def run(folder: Path, *arguments: str, today: str = "2026-11-16") -> Ended:
    return trackplan("report", "--quarter", *arguments, "--today", today, "--no-cache", cwd=folder)


def parts(folder: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    ended = run(folder, *(arguments or ("2026Q4",)), "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    said = json.loads(ended.out)
    schema = json.loads((ROOT / "schemas" / "quarter.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(said)
    return {part["title"]: part for part in said["parts"]}


def test_the_review_puts_the_quarter_together(tmp_path: Path) -> None:
    found = parts(write(tmp_path, SHOP))
    goals = {row["metric"]: row for row in found["Goals"]["rows"]}
    assert goals["Waste"]["track"] == "off track"
    assert goals["Waste"]["start"] == "25.0 %"
    assert [(row["from"], row["what"], row["proposal"]) for row in found["What was pruned"]["rows"]] == [
        ("2026-10-02", "raw.signed_up.shoe_size", "P-1"),
        ("2026-10-02", "web/Signed Up.shoe_size", "P-1"),
        ("2026-10-09", "raw.signed_up.hat_size", ""),
    ]
    better = [row["metric"] for row in found["What got better"]["rows"]]
    assert better == ["Open findings", "Idle claims"]
    assert [row["metric"] for row in found["What got worse"]["rows"]] == ["Waste"]
    assert found["Best"]["rows"] == found["Worst"]["rows"]
    assert found["Best"]["rows"] == [
        {"event or table": 'web/"Signed Up"', "fields": "3", "needed and used": "1", "waste": "1"}
    ]
    law = found["Changes in the rules of data protection"]["rows"]
    assert [row["from"] for row in law] == ["2026-12-01", "2027-03-31"]
    steps = [(row["what"], row["who"], row["by"]) for row in found["Next steps"]["rows"]]
    assert steps[0][0].startswith("Waste is 33.3 %, goal <= 10 %: `trackplan prune` proposes")
    assert ("Review grow (overdue)", "ada@example.com", "2026-11-01") in steps
    assert ("grow ends: renew it, or prune what it alone needs", "ada@example.com", "2027-02-01") in steps
    assert ("Set the day on which never is looked at again", "-", "-") in steps
    assert ("Agree on goals for 2027Q1", "-", "2027-01-01") in steps
    assert not any("later" in what for what, *_ in steps)


def test_a_quarter_that_is_over_is_told_by_its_records(tmp_path: Path) -> None:
    history = line("2026-07-01", waste_share=[1, 2]) + line("2026-09-20", waste_share=[1, 4])
    folder = write(tmp_path, {**SHOP, HISTORY: history})
    found = parts(folder, "2026Q3")
    assert found["What got better"]["said"] == "Since the quarter began, the furthest first."
    assert [row["what"] for row in found["What was pruned"]["rows"]] == ["raw.signed_up.old"]
    assert [(row["start"], row["now"]) for row in found["What got better"]["rows"]] == [("50.0 %", "25.0 %")]
    assert not any(row["what"].startswith("Agree") for row in found["Next steps"]["rows"])
    names = [metric.id for metric in METRICS if metric.better == "lower" and metric.over][:5]
    days = {"2026-07-01": [1, 2], "2026-09-20": [1, 4]}
    many = "".join(line(day, "", **dict.fromkeys(names, pair)) for day, pair in days.items())
    most = parts(write(tmp_path, {HISTORY: many}), "2026Q3")["What got better"]
    assert (len(most["rows"]), most["said"]) == (3, "Since the quarter began: the 3 that moved furthest, of 5.")
    assert run(folder, "2027Q1").code == 2
    assert run(folder, "soon").code == 2
    assert run(folder, "2026Q4", "--compare", "main").code == 2
    assert "no format 'xlsx'" in run(folder, "2026Q4", "--format", "xlsx").err


def test_page_and_markdown_say_the_same_and_are_safe(tmp_path: Path) -> None:
    folder = write(tmp_path, SHOP)
    ended = run(folder, "2026Q4")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "Review of 2026Q4 written to trackplan-2026Q4.html\n"
    html = (folder / "trackplan-2026Q4.html").read_text(encoding="utf-8")
    markdown = run(folder, "2026Q4", "--format", "markdown").out
    for title in parts(folder):
        assert f"<h2>{title}</h2>" in html
        assert f"\n## {title}\n" in markdown
    assert "&lt;b&gt;Guidelines&lt;/b&gt;" in html
    assert not re.search(r"<b>|<script|https?://|src=|url\(", html)
    assert r"\<b\>Guidelines" in markdown
    assert not re.search(r"(?<!\\)<b", markdown)


def test_there_is_advice_for_every_metric() -> None:
    assert {metric.id for metric in METRICS} == _ADVICE.keys()
