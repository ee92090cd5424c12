"""What happens to data at its end: the advice of findings, filled in with who uses it and until when it is needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.test_rules import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

FILES = {
    "trackplan.yaml": """\
version: 1
dialect: duckdb
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [tables.sql]
consumers: [dashboards/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
""",
    "plan.yaml": """\
trackplan: 1
name: web
events:
  Order Completed:
    properties:
      total: number
      coupon: {type: string, expires: 2026-06-30}
""",
    "tables.sql": "create table raw.order_completed (total int, coupon text);\n",
    "dashboards/coupons.sql": "select coupon, count(*) from raw.order_completed group by coupon\n",
}
NEED = "use_cases: [{id: judge-campaigns, horizon: 2027-03-31, needs: [Order Completed.coupon]}]\n"


@pytest.mark.parametrize(
    ("use_cases", "fix"),
    [
        (
            NEED,
            "Renew it with `expires: 2027-03-31`, or move the readers off it and drop it.",
        ),
        (
            "use_cases: []\n",
            "Renew it: declare the use case that needs it, and set a later `expires:`; or move the readers off it and "
            "drop it.",
        ),
    ],
)
def test_the_advice_to_renew_names_until_when(use_cases: str, fix: str, tmp_path: Path) -> None:
    report = check(tmp_path, {**FILES, "use_cases.yaml": use_cases}, "TP604", "2026-07-01")
    assert [f["fix"] for f in report["findings"]] == [fix]


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        (
            "select coupon from raw.order_completed",
            "Renew it with a later `horizon:`, or move the readers off its data ",
        ),
        ("select sum(total) from raw.order_completed", "Retire it (`status: retired`), and prune what was collected "),
    ],
)
def test_a_use_case_past_its_horizon_is_renewed_or_retired(query: str, fix: str, tmp_path: Path) -> None:
    files = {**FILES, "use_cases.yaml": NEED, "dashboards/coupons.sql": query}
    report = check(tmp_path, files, "TP206", "2027-04-01")
    (finding,) = [f for f in report["findings"] if f["rule"] == "TP206"]
    assert str(finding["fix"]).startswith(fix)


def test_who_has_no_tombstones_is_not_told_so_each_time(tmp_path: Path, cli: Cli) -> None:
    for path, text in {**FILES, "use_cases.yaml": NEED}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert "tombstones" not in cli("check", cwd=tmp_path).out
    (tmp_path / "tombstones.yaml").write_text("tombstones: [{id: web/Old, pruned: 2026-01-01}]\n", encoding="utf-8")
    with (tmp_path / "trackplan.yaml").open("a", encoding="utf-8") as file:
        file.write("tombstones: [tombstones.yaml]\n")
    assert re.search(r"tombstones +1 file +1 tombstone", cli("check", cwd=tmp_path).out)
