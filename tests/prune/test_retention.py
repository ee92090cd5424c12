"""Data on people that is kept for too long: what is deleted when, with the SQL, and what stands in the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot

from tests.conftest import TODAY
from tests.prune.test_less import DIALECTS, TYPES
from trackplan.sql.expiry import empty, expire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

PROJECT = """\
version: 1
dialect: duckdb
warehouse: [warehouse.sql]
use_cases: [use_cases.yaml]
consumers: [queries/*.sql]
policy:
  retention: {shop.customers: 5 years}
"""
DDL = "create table shop.customers (email varchar, phone varchar, amount integer, created_at timestamp);\n"
CASES = """\
use_cases:
  - {id: receipts, retention: 13 months, needs: ["shop.customers.{email, phone}"]}
  - {id: letters, retention: 2 years, needs: [shop.customers.email]}
"""
BOOKS = "  - {id: books, retention: 10 years, needs: [shop.customers.amount]}\n"


def shortened(cli: Cli, folder: Path, **files: str) -> Any:
    """The one proposal to keep data for a shorter time."""
    written = {"trackplan.yaml": PROJECT, "warehouse.sql": DDL, "use_cases.yaml": CASES, "queries/n.sql": "select 1\n"}
    written |= {
        name.replace("__", "/").replace("_yaml", ".yaml").replace("_sql", ".sql"): t for name, t in files.items()
    }
    for path, text in written.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = cli("prune", "--format", "json", "--today", TODAY, cwd=folder)
    assert done.code == 0, done.said
    found = [p for p in json.loads(done.out)["proposals"] if p["action"] == "shorten-retention"]
    assert len(found) == 1
    return found[0]


def sql(proposal: Any, stage: str) -> str:
    return next(str(each["sql"]) for each in proposal["stages"] if each["name"] == stage)


def test_rows_go_once_their_longest_purpose_is_over(tmp_path: Path, cli: Cli) -> None:
    found = shortened(cli, tmp_path)
    assert found["title"] == "Keep the rows of shop.customers for no longer than 2 years"
    assert found["why"][0].startswith("TP317: shop.customers keeps personal data (email and phone) for 5 years")
    old = "created_at < CAST(CURRENT_DATE - INTERVAL {} DAY AS TIMESTAMP)"
    years, months = old.format(730), old.format(396)
    assert sql(found, "every day") == (
        f"DELETE FROM shop.customers WHERE {years};\n"
        f"UPDATE shop.customers SET phone = NULL WHERE {months} AND phone IS NOT NULL;\n"
    )
    assert [stage["name"] for stage in found["stages"]] == ["quarantine", "drop", "every day", "delete history"]
    assert (found["blockers"], found["proof"]["grade"]) == ([], "bound")
    assert {g["id"]: g["keeps"] for g in found["privacy"]} == {
        "shop.customers.email": "what is not older than 2 years",
        "shop.customers.phone": "what is not older than 13 months",
    }


def test_rows_stay_where_somebody_needs_the_rest_of_them(tmp_path: Path, cli: Cli) -> None:
    found = shortened(
        cli, tmp_path, use_cases_yaml=CASES + BOOKS, queries__n_sql="select count(*) from shop.customers\n"
    )
    assert found["title"] == "Keep the data on people of shop.customers for no longer than 2 years"
    assert "DELETE" not in json.dumps(found)
    assert "since books may need the rest of them for longer" in found["stages"][0]["what"]
    assert found["blockers"] == [
        "query.n reads it, and nobody can tell from here how far back: see that none needs more"
    ]
    assert found["proof"]["grade"] == "unproved"


def test_who_does_not_say_how_long_is_asked(tmp_path: Path, cli: Cli) -> None:
    cases = "use_cases:\n  - {id: receipts, needs: [shop.customers.email]}\n"
    ddl = DDL.replace("created_at timestamp", "first_seen timestamp, last_seen timestamp")
    found = shortened(cli, tmp_path, use_cases_yaml=cases, warehouse_sql=ddl)
    assert found["why"][0].startswith("TP309: The use case receipts needs personal data (shop.customers.email)")
    assert "WHERE <time column> < " in sql(found, "every day")
    assert found["blockers"] == [
        "receipts does not say how long it needs it: say how long (`retention:`), or let policy.personal_data say it",
        "no column is known to tell how old a row is: put it in the place of <time column>",
    ]


def test_what_the_policy_says_is_the_most(tmp_path: Path, cli: Cli) -> None:
    policy = "policy:\n  personal_data: {user.contact.email: {retention: 1 year}}\n"
    cases = CASES.replace("retention: 13 months, ", "")
    found = shortened(cli, tmp_path, trackplan_yaml=PROJECT.partition("policy:")[0] + policy, use_cases_yaml=cases)
    assert {reason[:5] for reason in found["why"]} == {"TP309", "TP318"}
    assert found["privacy"][0]["keeps"] == "what is not older than 1 year"
    assert (
        found["stages"][0]["what"]
        == "write `retention: 1 year` into receipts (use_cases.yaml:2:10), as the policy says"
    )
    assert [b for b in found["blockers"] if "receipts" in b] == [
        "receipts does not say how long it needs it: say how long (`retention:`), or let policy.personal_data say it"
    ]  # its phone numbers are under no policy


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_deletes_and_empties(dialect: str) -> None:
    type_ = TYPES["time"].get(dialect, TYPES["time"][""])
    rows = expire(("shop", "customers"), "created_at", type_, 730, dialect)
    values = empty(("shop", "customers"), "__old", ["email", "phone"], "created_at", type_, 396, dialect)
    for script in (rows.forward, rows.back, rows.finish, rows.regular, values.forward, values.finish):
        assert all(sqlglot.parse(script, read=dialect)), script
    assert "730" in rows.regular
    assert "created_at" in rows.regular
    assert "<days>" in expire(("t",), "", "", None, dialect).regular


def test_what_goes_comes_back_from_its_copy() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t as select i as id, now()::timestamp - to_days(i) as at from range(9) r(i)")
        before = connection.execute("from t order by id").fetchall()
        made = expire(("t",), "at", "TIMESTAMP", 4, "duckdb")
        connection.execute(made.forward)
        assert connection.execute("select max(id) from t").fetchall() in ([(3,)], [(4,)])
        connection.execute(made.back)
        assert connection.execute("from t order by id").fetchall() == before
        values = empty(("t",), "__old", ["id"], "at", "TIMESTAMP", 4, "duckdb")
        connection.execute(values.forward)
        connection.execute(values.finish)
        assert connection.execute("select count(*), count(id) from t").fetchall() in ([(9, 4)], [(9, 5)])
