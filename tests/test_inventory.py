"""The inventory's rows over facts filled by hand, and their JSON against its schema."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.sample import shop
from trackplan import inventory
from trackplan.facts.base import FactBase
from trackplan.formats import table

SCHEMA = json.loads((ROOT / "schemas" / "inventory.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[inventory.Row]:
    return inventory.rows(shop())


def row(rows: list[inventory.Row], id_: str) -> inventory.Row:
    return next(r for r in rows if r["id"] == id_)


def test_a_row_in_full(rows: list[inventory.Row]) -> None:
    assert row(rows, 'web/"Order Completed".total') == {
        "id": 'web/"Order Completed".total',
        "kind": "field",
        "status": "keep",
        "used": True,
        "reason": "dashboard.revenue uses it",
        "shadow": False,
        "consumers": ["dashboard.revenue"],
        "classes": {"dashboard": 1, "test": 1},
        "models": ["orders", "stg_orders"],
        "use_cases": ["revenue"],
        "needs": ['revenue."Order Completed.total"'],
        "landing": ["raw.web.order_completed.total"],
        "place": {"path": "tracking/web.yaml", "line": 5, "column": 7},
    }


def test_every_field_raw_column_and_gap_is_there_once(rows: list[inventory.Row]) -> None:
    kinds = [r["kind"] for r in rows]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"field": 4, "column": 6, "need": 1}
    assert [(r["kind"], r["id"]) for r in rows] == sorted({(r["kind"], r["id"]) for r in rows})


def test_a_need_that_nothing_meets(rows: list[inventory.Row]) -> None:
    gap = row(rows, "revenue.margin")
    assert (gap["status"], gap["used"], gap["use_cases"], gap["needs"]) == (
        "gap",
        None,
        ["revenue"],
        ["revenue.margin"],
    )


def test_who_only_might_use_it_is_no_consumer(rows: list[inventory.Row]) -> None:
    email = row(rows, "raw.web.order_completed.email")
    assert email["consumers"] == []
    assert email["used"] is None


def test_what_does_not_count_is_no_consumer(rows: list[inventory.Row]) -> None:
    assert all("test." not in c for r in rows for c in r["consumers"])


def test_keys_without_a_place_of_their_own(rows: list[inventory.Row]) -> None:
    step = row(rows, "raw.web.order_completed.extra.step")
    assert step["place"] is None
    assert step["shadow"] is True


def test_columns_tell_the_fields_that_they_hold(rows: list[inventory.Row]) -> None:
    assert row(rows, "raw.web.order_completed.email")["landing"] == ['web/"Order Completed".email']


def test_json_follows_its_schema(rows: list[inventory.Row]) -> None:
    document = json.loads(table.as_json({"version": 1, "rows": rows}))
    assert list(Draft202012Validator(SCHEMA).iter_errors(document)) == []
    assert len(document["rows"]) == len(rows)


def test_nothing_gives_no_rows() -> None:
    base = FactBase.create()
    base.freeze()
    assert inventory.rows(base) == []
