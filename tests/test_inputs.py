"""What a broken input does to a run: it is told at its place, and nothing that rests on it is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import TODAY
from tests.inside import trackplan, write

PROJECT = """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
consumers: [dashboards/*.sql]
landing: [{plan: web, convention: segment, schema: raw.web}]
"""
PLAN = """\
trackplan: 1
name: web
events:
  Order Completed:
    properties:
      total: number
      coupon: string
"""
USE_CASES = """\
use_cases:
  - id: measure-revenue
    needs: ["Order Completed.total", "Order Completed.margin"]
"""
SOUND = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "use_cases.yaml": USE_CASES,
    "warehouse.sql": "create table raw.web.order_completed (total numeric, coupon text, gift text);\n",
    "dashboards/revenue.sql": "select sum(total) from raw.web.order_completed\n",
}


def check(folder: Path, changes: dict[str, str]) -> tuple[bool, dict[str, list[dict[str, object]]]]:
    """Whether the run failed, and the JSON report, on the sound project with these files instead of its own."""
    from trackplan.cli import app

    for path, text in {**SOUND, **changes}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    arguments = ["check", str(folder), "--format", "json", "--today", "2026-07-01"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    report = json.loads(result.stdout)
    assert isinstance(report, dict)
    return report["summary"]["fatal"], report


def rules(report: dict[str, list[dict[str, object]]]) -> set[str]:
    return {str(f["rule"]) for f in report["findings"]}


def test_with_nothing_broken_all_is_judged(tmp_path: Path) -> None:
    failed, report = check(tmp_path, {})
    assert not failed
    assert {"TP102", "TP201", "TP401", "TP501"} <= rules(report)
    assert [s["rule"] for s in report["skipped"]] == ["TP106", "TP603"]  # no models, no tombstones


@pytest.mark.parametrize(
    ("path", "text", "kind", "gone"),
    [
        ("plan.yaml", PLAN.replace("number", "nummer"), "plans", {"TP103", "TP108", "TP201", "TP401", "TP501"}),
        ("plan.yaml", "trackplan: [", "plans", {"TP103", "TP108", "TP201", "TP401", "TP501"}),
        ("plan.yaml", PLAN.replace("coupon:", "total:"), "plans", {"TP103", "TP108", "TP201", "TP401", "TP501"}),
        ("use_cases.yaml", "use_cases: 7\n", "use_cases", {"TP102", "TP103", "TP108", "TP202"}),
        ("dashboards/revenue.sql", "\0", "consumers", {"TP102", "TP103", "TP108", "TP109"}),
    ],
)
def test_nothing_is_said_that_rests_on_what_was_not_read(
    path: str, text: str, kind: str, gone: set[str], tmp_path: Path
) -> None:
    failed, report = check(tmp_path, {path: text})
    assert failed
    assert "TP001" in rules(report)
    assert gone.isdisjoint(rules(report))
    assert {tuple(map(str, s["broken"])) for s in report["skipped"] if not s["missing"]} == {(kind,)}  # type: ignore[call-overload]
    assert [e["kind"] for e in report["evidence"] if e["broken"]] == [kind]


def test_a_landing_of_a_plan_that_is_not_there(tmp_path: Path) -> None:
    failed, report = check(tmp_path, {"trackplan.yaml": PROJECT.replace("plan: web", "plan: wbe")})
    assert failed
    (finding,) = (f for f in report["findings"] if f["rule"] == "TP001")
    assert finding["message"] == "there is no plan 'wbe'."
    assert str(finding["fix"]).startswith("did you mean 'web'?")
    place = finding["place"]
    assert isinstance(place, dict)
    assert (place["path"], place["line"], place["column"]) == ("trackplan.yaml", 7, 18)
    assert [e["kind"] for e in report["evidence"] if e["broken"]] == ["plans"]
    assert rules(report) == {"TP001", "TP202", "TP203", "TP204", "TP214"}


def test_a_landing_is_not_judged_before_all_plans_are_read(tmp_path: Path) -> None:
    _, report = check(tmp_path, {"plan.yaml": "trackplan: ["})
    assert [f["message"] for f in report["findings"] if "no plan" in str(f["message"])] == []


def test_the_coverage_is_told_as_one_share_and_part_by_part(tmp_path: Path) -> None:
    _, report = check(tmp_path, {})
    assert "Coverage in all: 100 % (4 of 4 files read, 1 of 1 statements understood, " in str(report["notes"])
    _, report = check(tmp_path, {"use_cases.yaml": "use_cases: 7\n"})
    assert "Coverage in all: 75 % (3 of 4 files read, " in str(report["notes"])


def test_files_of_a_dbt_project_count_as_what_they_declare(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [shop/]\n",
        "shop/dbt_project.yml": "name: shop\n",
        "shop/models/sources.yml": "sources: [{name: raw, tables: [{name: ponds, columns: [{name: a}]}]}]\n",
        "shop/models/empty.yml": "sources: [{name: bare, tables: [{name: rivers}]}]\n",
        "shop/models/stg.sql": "select a from {{ source('raw', 'ponds') }}\n",
        "shop/models/dim.sql": "select a from {{ ref('stg') }}\n",
        "shop/models/stg.yml": "models: [{name: stg, columns: [{name: a, tests: [not_null]}]}]\n",
    }
    ended = trackplan("check", "--format", "json", "--today", TODAY, cwd=write(tmp_path, files))
    counts = {e["kind"]: e["files"] for e in json.loads(ended.out)["evidence"]}
    assert (counts["warehouse"], counts["models"], counts["consumers"]) == (1, 2, 1)
