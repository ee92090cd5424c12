"""What consumers are for, and whose use counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

PROJECT = """\
version: 1
dialect: duckdb
warehouse: [warehouse.sql]
models: [models/*.sql]
consumers:
  - dashboards/*.sql
  - tests/*.sql
  - {path: jobs/*.sql, kind: backfill}
"""
FILES = {
    "trackplan.yaml": PROJECT,
    "warehouse.sql": "create table raw.orders (id text, total int, coupon text, note text, gift text);\n",
    "models/orders.sql": "select id, total, coupon from raw.orders\n",
    "dashboards/revenue.sql": "select sum(total) from orders\n",
    "tests/ids.sql": "select id from orders where id is null\n",
    "tests/notes.sql": "select note from raw.orders\n",
    "jobs/again.sql": "select coupon from orders\n",
}
REASONS = 'SELECT c.name, s.status, s.reason FROM column_status s JOIN stored_column c ON c.key = s."column" ORDER BY 1'


def run(folder: Path, changes: dict[str, str], *arguments: str) -> str:
    """What a command prints for the project."""
    from trackplan.cli import app

    for path, text in {**FILES, **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    given = [*arguments, "--project", str(folder / "trackplan.yaml"), "--no-cache"]
    return CliRunner().invoke(app, given, catch_exceptions=False).stdout


def rows(folder: Path, changes: dict[str, str], sql: str) -> list[list[object]]:
    """The rows of a query."""
    found = json.loads(run(folder, changes, "query", sql, "--format", "json"))["rows"]
    assert isinstance(found, list)
    return found


def test_tests_and_builds_do_not_count(tmp_path: Path) -> None:
    assert rows(tmp_path, {}, "SELECT id, class, counts FROM consumer ORDER BY id") == [
        ["backfill.again", "build", 0],
        ["dashboard.revenue", "dashboard", 1],
        ["test.ids", "test", 0],
        ["test.notes", "test", 0],
    ]
    unneeded = "no active use case needs it; "
    assert rows(tmp_path, {}, REASONS) == [
        ["coupon", "waste", unneeded + "only models and builds read it: orders, backfill.again"],
        ["gift", "waste", unneeded + "nobody reads it"],
        ["id", "waste", unneeded + "only models and tests read it: orders, test.ids"],
        ["note", "waste", unneeded + "only tests read it: test.notes"],
        ["total", "undeclared", unneeded + "used by dashboard.revenue"],
    ]
    assert (
        "raw.orders.note is unused: no use case needs it, and what reads it does not count (test.notes)."
        in " ".join(run(tmp_path, {}, "check").split())
    )


def test_the_policy_says_which_classes_count(tmp_path: Path) -> None:
    changes = {"trackplan.yaml": PROJECT + "policy: {counting: [test]}\n"}
    found = {str(name): str(reason) for name, _, reason in rows(tmp_path, changes, REASONS)}
    assert found["note"].endswith("used by test.notes")
    assert found["total"].endswith("only models and dashboards read it: orders, dashboard.revenue")


def test_an_entry_says_the_class(tmp_path: Path) -> None:
    entry = "{path: tests/*.sql, class: export}"
    found = rows(tmp_path, {"trackplan.yaml": PROJECT.replace("tests/*.sql", entry)}, "SELECT id, class FROM consumer")
    assert ["test.notes", "export"] in found


@pytest.mark.parametrize("consumers", ["", "consumers: [tests/*.sql]\n"])
def test_with_nobody_but_tests_leaf_models_stand_in(consumers: str, tmp_path: Path) -> None:
    changes = {"trackplan.yaml": PROJECT.partition("consumers:")[0] + consumers}
    found = {str(name): str(status) for name, status, _ in rows(tmp_path, changes, REASONS)}
    assert found == dict.fromkeys(("id", "total", "coupon"), "undeclared") | dict.fromkeys(("note", "gift"), "waste")


def test_with_tests_alone_nobody_can_say(tmp_path: Path) -> None:
    changes = {"trackplan.yaml": "version: 1\nwarehouse: [warehouse.sql]\nconsumers: [tests/notes.sql]\n"}
    changes["trackplan.yaml"] = changes["trackplan.yaml"].replace(
        "[tests/notes.sql]", "[{path: tests/notes.sql, kind: test}]"
    )
    assert {status for _, status, _ in rows(tmp_path, changes, REASONS)} == {"unknown"}


def test_an_old_list_of_columns_does_not_hide_what_the_model_makes_today(tmp_path: Path) -> None:
    changes = {
        "warehouse.sql": FILES["warehouse.sql"] + "create table mart.orders (id text);\n",
        "models/orders.sql": "create or replace table mart.orders as select id, coupon from raw.orders\n",
        "dashboards/revenue.sql": "select coupon from mart.orders\n",
    }
    found = {str(name): status for name, status, _ in rows(tmp_path, changes, REASONS)}
    assert found["coupon"] == "undeclared"
    assert found["gift"] == "waste"
