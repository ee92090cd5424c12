"""Statements that take a column, a struct field or a JSON key out of a table: as each database writes them."""

from __future__ import annotations

import duckdb
import pytest

from trackplan.sql.migrations import Stored, drop, drop_table, quarantine

COLUMN = Stored(("raw", "t"), "c", (), "DECIMAL(10, 2)")
ODD = Stored(("raw", "t"), "order", (), "VARCHAR")
KEY = Stored(("raw", "t"), "p", ("a", "b c"), "JSON")
MEMBER = Stored(("raw", "t"), "s", ("m",), "STRUCT(m INTEGER, n INTEGER)")


@pytest.mark.parametrize(
    ("stored", "dialect", "forward"),
    [
        (COLUMN, "duckdb", "ALTER TABLE raw.t DROP COLUMN c"),
        (ODD, "postgres", 'ALTER TABLE raw.t DROP COLUMN "order"'),
        (ODD, "bigquery", "ALTER TABLE raw.t DROP COLUMN `order`"),
        (ODD, "snowflake", 'ALTER TABLE "raw"."t" DROP COLUMN "order"'),
        (Stored(("RAW", "T"), "C"), "snowflake", "ALTER TABLE RAW.T DROP COLUMN C"),
        (
            KEY,
            "duckdb",
            "UPDATE raw.t SET p = json_merge_patch(p, '{\"a\": {\"b c\": null}}') WHERE json_type(p) = 'OBJECT'",
        ),
        (KEY, "mysql", "UPDATE raw.t SET p = JSON_REMOVE(p, '$.a.\"b c\"') WHERE p IS NOT NULL"),
        (KEY, "postgres", 'UPDATE raw.t SET p = (p::jsonb #- \'{"a", "b c"}\')::json WHERE p IS NOT NULL'),
        (KEY, "redshift", '-- "raw".t: write the table anew without p.a."b c"'),
        (MEMBER, "databricks", "ALTER TABLE raw.t DROP COLUMN s.m"),
        (
            MEMBER,
            "bigquery",
            "CREATE OR REPLACE TABLE raw.t AS SELECT * REPLACE ((SELECT AS STRUCT s.* EXCEPT (m)) AS s) FROM raw.t",
        ),
        (Stored(("t",), "l", ("m",), "STRUCT(m INTEGER)[]"), "duckdb", "-- t: write the table anew without l.m"),
    ],
)
def test_each_database_has_its_statement(stored: Stored, dialect: str, forward: str) -> None:
    assert drop(stored, dialect).forward == forward


@pytest.mark.parametrize(
    ("dialect", "forward", "back"),
    [
        ("duckdb", 'RENAME COLUMN "order" TO order__quarantined', 'RENAME COLUMN order__quarantined TO "order"'),
        ("tsql", "EXEC sp_rename 'raw.t.order', 'order__quarantined', 'COLUMN'", "'raw.t.order__quarantined', 'order'"),
    ],
)
def test_a_quarantine_is_undone_by_one_statement(dialect: str, forward: str, back: str) -> None:
    found = quarantine(ODD, dialect)
    assert found is not None
    assert forward in found.forward
    assert back in found.back
    assert quarantine(KEY, dialect) is None


def test_duckdb_runs_them_and_back() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(
            'create table raw.t ("order" varchar, c decimal(10, 2), p json, s struct(m integer, n integer), k integer)'
        )
        connection.execute("""insert into raw.t values ('x', 1.5, '{"a": {"b c": 1, "d": 2}}', {'m': 1, 'n': 2}, 7)""")
        for stored in (COLUMN, ODD, KEY, MEMBER):
            held = quarantine(stored, "duckdb")
            if held is not None:
                connection.execute(held.forward)
                connection.execute(held.back)
            connection.execute(drop(stored, "duckdb").forward)
        assert connection.execute("select * from raw.t").fetchall() == [('{"a":{"d":2}}', {"n": 2}, 7)]
        connection.execute(drop(COLUMN, "duckdb").back)
        assert "c" in [row[0] for row in connection.execute("describe raw.t").fetchall()]
        connection.execute(drop_table(("raw", "t"), "duckdb").forward)
        assert connection.execute("select * from duckdb_tables()").fetchall() == []
