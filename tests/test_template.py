"""Names of relations as SQL writes them."""

from __future__ import annotations

import pytest

from trackplan.sql.template import identifier, quoted


@pytest.mark.parametrize(
    ("name", "dialect", "expected"),
    [
        ("orders", "snowflake", "orders"),
        ("my-orders", "snowflake", '"MY-ORDERS"'),
        ("My-Orders", "duckdb", '"my-orders"'),
        ("select", "bigquery", "`select`"),
        ("a]b", "tsql", "[ab]"),
        ('a"b', "postgres", '"a""b"'),
    ],
)
def test_names_are_quoted_only_if_they_must_be(name: str, dialect: str, expected: str) -> None:
    assert identifier(name, dialect) == expected


def test_quoted_names_keep_their_case() -> None:
    assert quoted("My Orders", "snowflake") == '"My Orders"'
