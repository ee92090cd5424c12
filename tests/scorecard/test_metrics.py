"""The metrics of the example add up with what `check` and `inventory` tell, and are what a team can count on."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT, TODAY
from tests.inside import trackplan, write
from trackplan import pipeline, project
from trackplan.metrics import COUNTS, METRICS, Measured, measure
from trackplan.metrics.merged import Applied, merged
from trackplan.metrics.quarter import Quarter

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ROOT / "examples" / "storefront"


def measured(folder: Path, today: str = TODAY) -> dict[str, Measured]:
    base, report = pipeline.analyse(project.load(folder / "trackplan.yaml"), date.fromisoformat(today))
    with base:
        return measure(base, report)


@pytest.fixture(scope="module")
def found() -> dict[str, Measured]:
    return measured(EXAMPLE)


def pair(found: dict[str, Measured], metric: str) -> tuple[int, int | None]:
    assert not found[metric].unknown
    return found[metric].numerator, found[metric].denominator


@pytest.fixture(scope="module")
def checked() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(trackplan("check", "--format", "json", "--today", TODAY, cwd=EXAMPLE).out)
    return said


def test_the_quadrants_are_those_of_check(found: dict[str, Measured], checked: dict[str, Any]) -> None:
    quadrants = checked["summary"]["quadrants"]
    gaps = quadrants.pop("gap")
    total = sum(quadrants.values())
    assert pair(found, "minimization_score") == (quadrants["keep"], total)
    assert pair(found, "waste_share") == (quadrants["waste"], total)
    assert pair(found, "undeclared_use") == (quadrants["undeclared"], total)
    assert pair(found, "unknown_share") == (quadrants["unknown"], total)
    assert pair(found, "idle_claims") == (quadrants["idle"], quadrants["keep"] + quadrants["idle"])
    assert found["unmet_needs"].numerator == gaps


def test_the_inventory_adds_up_to_the_same(found: dict[str, Measured]) -> None:
    rows = json.loads(trackplan("inventory", "--format", "json", "--today", TODAY, cwd=EXAMPLE).out)["rows"]
    landed = [row["id"] for row in rows if row["kind"] == "column" and row["landing"]]
    beside = [r for r in rows if r["kind"] == "column" and not any(f"{x}.".startswith(f"{r['id']}.") for x in landed)]
    judged = [*beside, *(row for row in rows if row["kind"] == "field")]
    statuses = Counter(row["status"] for row in judged)
    assert pair(found, "minimization_score") == (statuses["keep"], len(judged))
    assert pair(found, "waste_share") == (statuses["waste"], len(judged))


def test_findings_and_evidence_are_those_of_check(found: dict[str, Measured], checked: dict[str, Any]) -> None:
    told = checked["summary"]["findings"]
    assert pair(found, "open_findings") == (told["error"] + told["warning"], None)
    assert pair(found, "put_up_with") == (len(checked["silenced"]), None)
    evidence = checked["evidence"]
    seen, understood = (sum(e[key] for e in evidence) for key in ("statements", "understood"))
    assert pair(found, "evidence_coverage") == (understood, seen)
    rules = Counter(finding["rule"] for finding in checked["findings"])
    assert found["overdue_reviews"].numerator == rules["TP212"] + rules["TP204"] == 1
    assert found["retention_missing"].numerator == rules["TP309"]
    assert found["personal_without_basis"].numerator - found["personal_without_need"].numerator == rules["TP301"]


PROJECT = """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [warehouse.sql]
consumers: [queries/*.sql]
tombstones: [gone.yaml]
landing: [{plan: web, convention: segment, schema: raw}]
"""
PLAN = """\
trackplan: 1
name: web
destinations: [mailer]
events:
  Signed Up:
    properties:
      email: {type: string, sensitivity: personal}
      source: {type: string}
      variant: {type: string}
"""
USE_CASES = "use_cases:\n  - {id: grow, title: Grow, needs: [Signed Up.source, Signed Up.email]}\n"
WAREHOUSE = "create table raw.signed_up (source varchar, email varchar, variant varchar);\n"
FILES = {
    "trackplan.yaml": PROJECT,
    "plan.yaml": PLAN,
    "use_cases.yaml": USE_CASES,
    "warehouse.sql": WAREHOUSE,
    "queries/sources.sql": "select source, count(*) from raw.signed_up group by 1\n",
    "gone.yaml": "tombstones:\n"
    "  - {id: web/Signed Up.shoe_size, pruned: 2026-10-02, proposal: P-1}\n"
    "  - {id: raw.signed_up.shoe_size, pruned: 2026-10-02, proposal: P-1}\n"
    "  - {id: raw.signed_up.hat_size, pruned: 2026-10-09}\n"
    "  - {id: raw.signed_up.old, pruned: 2026-09-30}\n"
    "  - {id: raw.signed_up.later, pruned: 2026-12-01}\n",
}


def values(folder: Path, **changed: str) -> dict[str, Fraction | None]:
    files = FILES | {name.replace("__", "/").replace("_dot_", "."): text for name, text in changed.items()}
    return {name: each.value for name, each in measured(write(folder, files)).items()}


def test_the_score_cannot_be_bettered_by_what_nobody_understands(tmp_path: Path) -> None:
    usual = values(tmp_path / "a")
    assert usual["minimization_score"] == Fraction(1, 3)
    assert usual["waste_share"] == Fraction(1, 3)
    assert usual["idle_claims"] == Fraction(1, 2)
    dark = values(tmp_path / "b", queries__dark_dot_sql="select variant, email from raw.signed_up where (((\n")
    assert dark["unknown_share"] == Fraction(2, 3)  # what was waste is unknown now
    assert dark["minimization_score"] == usual["minimization_score"]
    pruned = FILES["plan.yaml"].replace("      variant: {type: string}\n", "")
    less = values(tmp_path / "c", plan_dot_yaml=pruned, warehouse_dot_sql=WAREHOUSE.replace(", variant varchar", ""))
    assert less["minimization_score"] == Fraction(1, 2)
    assert less["waste_share"] == 0


def test_people_and_purposes_are_counted(tmp_path: Path) -> None:
    usual = values(tmp_path / "a")
    assert usual["personal_without_need"] == 0
    assert usual["personal_without_basis"] == 1  # the use case names none
    assert usual["overdue_reviews"] == 1  # without a day
    assert usual["signed_use_cases"] == 0
    assert usual["unused_tools"] == 0
    assert usual["consumers_without_purpose"] == 1
    unnamed = values(tmp_path / "b", use_cases_dot_yaml=USE_CASES.replace(", Signed Up.email", ""))
    assert unnamed["personal_without_need"] == unnamed["personal_without_basis"] == 1
    cured = USE_CASES.replace("Grow,", "Grow, legal_basis: contract, review_by: 2026-11-01, retention: 1 year,")
    mended = values(tmp_path / "c", use_cases_dot_yaml=cured)
    assert mended["personal_without_basis"] == mended["overdue_reviews"] == mended["retention_missing"] == 0
    idle = values(tmp_path / "d", queries__sources_dot_sql="select 1 as one\n")
    assert idle["unused_tools"] == 1


def test_what_cannot_be_told_has_a_reason_instead_of_a_figure(tmp_path: Path) -> None:
    bare = "version: 1\nwarehouse: [warehouse.sql]\n"
    found = measured(write(tmp_path, {"trackplan.yaml": bare, "warehouse.sql": WAREHOUSE}))
    assert found["minimization_score"].value is None
    assert found["minimization_score"].unknown == "without models or consumers nobody can say"
    assert found["overdue_reviews"].unknown == "without use cases nobody can say"
    assert found["open_findings"].value is not None
    assert found["waste_share"].text == "-"


def test_proposals_count_once_in_the_quarter_in_which_they_were_carried_out(tmp_path: Path) -> None:
    opened = project.load(write(tmp_path, FILES) / "trackplan.yaml")
    with pipeline.build(opened, date(2026, 11, 1)) as base:
        applied = [Applied("P-1", "2026-10-01"), Applied("P-2", "2026-10-31"), Applied("P-3", "2026-11-02")]
        assert merged(base, applied, Quarter(2026, 4), TODAY) == ["P-1", "P-2", "raw.signed_up.hat_size"]
        assert merged(base, [], Quarter(2026, 3), TODAY) == ["raw.signed_up.old"]


def test_quarters_begin_and_end_on_their_days() -> None:
    for text, first, last in (("2026Q1", "2026-01-01", "2026-03-31"), ("2027Q4", "2027-10-01", "2027-12-31")):
        quarter = Quarter.parse(text)
        assert quarter is not None
        assert (str(quarter), str(quarter.start), str(quarter.end)) == (text, first, last)
        assert Quarter.of(quarter.start) == Quarter.of(quarter.end) == quarter
    assert [Quarter.parse(text) for text in ("2026Q5", "26Q1", "2026-Q1", "0000Q1", "")] == [None] * 5


def test_the_page_defines_every_metric_once() -> None:
    page = (ROOT / "docs" / "scorecard.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (higher|lower) \| (.+) \|$", page, re.MULTILINE)
    defined = {m.id: (m.better, COUNTS[m.of].words + (f" ÷ {COUNTS[m.over].words}" if m.over else "")) for m in METRICS}
    assert {name: (better, words) for name, better, words in rows} == defined
    assert len(rows) == len({m.id for m in METRICS}) == len(METRICS)
