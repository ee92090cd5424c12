"""The policy of the project file: durations, words that nobody knows, and tables that are not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from trackplan import pipeline, project
from trackplan.derive.policy import days

PROJECT = """\
version: 1
dialect: duckdb
warehouse: [warehouse.sql]
policy:
  personal_data:
    user.contacts: {uses: [essentials], legal_bases: [consent, contracts]}
  retention: {shop.customer: 2 years, "shop.*": 13 months, shop.orders: 3 years}
"""
WAREHOUSE = "create table shop.customers (email varchar);\ncreate table shop.orders (email varchar);\n"


@pytest.mark.parametrize(
    ("duration", "number"),
    [("1 day", 1), ("2 weeks", 14), ("12 months", 365), ("1 year", 365), ("24 Months", 730), ("2 years", 730)],
)
def test_a_duration_in_days(duration: str, number: int) -> None:
    assert days(duration) == number


@pytest.mark.parametrize("duration", ["", "as long as needed", "13", "months", "13 moons", "-3 days"])
def test_what_is_no_duration_has_no_days(duration: str) -> None:
    assert days(duration) is None


def test_words_and_tables_that_do_not_exist_are_told(tmp_path: Path) -> None:
    (tmp_path / "trackplan.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "warehouse.sql").write_text(WAREHOUSE, encoding="utf-8")
    base = pipeline.build(project.load(tmp_path / "trackplan.yaml"), date(2026, 11, 21))
    problems = {
        str(message): str(hint).partition(" Known")[0]
        for message, hint in base.fetch("SELECT message, hint FROM problem")
    }
    assert problems == {
        "'user.contacts' is no data category": "did you mean 'user.contact'?",
        "'essentials' is no data use": "did you mean 'essential'?",
        "'contracts' is no legal basis": "did you mean 'contract'?",
        "no table of the warehouse is called shop.customer": "did you mean 'shop.customers'?",
    }
    kept = "SELECT r.id, k.retention FROM relation_retention k JOIN relation r ON r.key = k.relation ORDER BY r.id"
    assert list(base.fetch(kept)) == [("shop.customers", "13 months"), ("shop.orders", "3 years")]
