"""Placeholders of dbt in SQL, and what becomes of the lines and columns around them."""

from __future__ import annotations

import time

import pytest

from trackplan.sql.template import Rendered, identifier, render

SOURCES = {("shop", "orders"): ("raw", "web", "orders"), ("s", "t"): ("a_very_long_database", "schema", "table")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", "select 1"),
        ("from {{ ref('orders') }} o", "from orders o"),
        ('from {{ref("pkg", "orders")}}', "from orders"),
        ("from {{- ref('orders', v=2) -}} o", "from orders_v2 o"),
        ("from {{ ref('Order Lines') }}", 'from "order lines"'),
        ("from {{ ref('order') }}", 'from "order"'),
        ("from {{ source('shop', 'orders') }} x", "from raw.web.orders x"),
        ("from {{ source('s', 't') }} x", "from s.t x"),
        ("from {{ source('new', 'table') }}", 'from new."table"'),
        ("{{ config(materialized='table', tags=['a']) }}\nselect 1", "select 1"),
        ("{# a {{ ref('x') }} comment #}select 1", "select 1"),
        ("select * from {{ this }} where a", "select * from mart.x where a"),
        ("from {{\n  ref('orders')\n}} o", "from orders o"),
        ("select a\r\nfrom {{ ref('x') }}\r\n", "select a from x"),
        ("select a {% if is_incremental() %}\nwhere b > 1\n{% endif %}", "select a where b > 1"),
    ],
)
def test_placeholders_leave_everything_else_in_its_place(text: str, expected: str) -> None:
    rendered = render(text, SOURCES, "duckdb", ("mart", "x"))
    assert rendered.complete
    assert " ".join(rendered.text.split()) == expected
    assert len(rendered.text.splitlines()) == len(text.splitlines())
    assert len(rendered.text.splitlines()[-1]) == len(text.splitlines()[-1])


@pytest.mark.parametrize(
    "text",
    [
        "select '{{' || a",
        "select {{ var('x') }}",
        "{% set a = 1 %}select {{ a }}",
        "{% if target.name == 'dev' %}select 1{% endif %}",
        "{% if is_incremental() %}select 1{% else %}select 2{% endif %}",
        "{% if is_incremental() %}select 1",
        "select {{ ref('x'",
        "from {{ ref('x') }}_old",
        "from \"{{ ref('x') }}\"",
        "{{ config(post_hook='delete from {{ this }} where a') }}select 1",
        "{{ dbt_utils.star(from=ref('x')) }}",
        "{% macro m() %}select 1{% endmacro %}",
    ],
)
def test_what_is_not_known_stays_and_is_not_complete(text: str) -> None:
    rendered = render(text, SOURCES, "duckdb", ("mart", "x"))
    assert not rendered.complete
    assert rendered.text == text or "is_incremental" in text


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ("select {{ var('x') }}", False),
        ("{% if var('a') %}select 1{% endif %}", False),
        ("{% for c in ['a', 'b'] %}{{ c }}, {% endfor %}", False),
        ("{% for c in ['a', 'b'] %}{{ c }}_total, {% endfor %}", True),
        ("select {{ star(ref('x')) }}", True),
        ("select {{ 'a' ~ 'b' }}", True),
        ("{% set columns = adapter.get_columns_in_relation(ref('x')) %}", True),
    ],
)
def test_what_may_become_any_name_is_opaque(text: str, opaque: bool) -> None:
    assert render(text, {}).opaque == opaque


def test_what_is_not_rendered_stays_readable() -> None:
    text = "select {{ star(ref('orders')) }}, b from {{ ref('x') }}"
    assert render(text, {}).text == "select {{ star(ref('orders')) }}, b from x             "


def test_a_snapshot_names_its_relation() -> None:
    text = (
        "{% snapshot orders_history %}\n{{ config(unique_key='id') }}\nselect * from {{ ref('o') }}\n{% endsnapshot %}"
    )
    rendered = render(text, {})
    assert (rendered.relation, rendered.complete) == ("orders_history", True)
    assert rendered.text.split() == ["select", "*", "from", "o"]


def test_config_may_set_the_name_in_the_warehouse() -> None:
    assert render("{{ config(alias = 'Orders') }}select 1", {}) == Rendered(" " * 30 + "select 1", True, "", "Orders")


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


@pytest.mark.parametrize("piece", ["{{ ", "{% ", "{# ", "{{ ' ", "{{ ref('x') ", "{{ config( }}", "'", "{{ '\\' }}"])
def test_hostile_text_takes_linear_time(piece: str) -> None:
    started = time.monotonic()
    assert isinstance(render(piece * 100_000, {}), Rendered)
    assert time.monotonic() - started < 5


def test_a_logical_name_that_is_the_physical_one_of_another_source_is_never_written() -> None:
    sources = {("a", "o"): ("long_database", "long_schema", "orders"), ("b", "o"): ("a", "o")}
    assert render("select x from {{ source('a','o') }}", sources).text == (
        "select x from long_database.long_schema.orders"
    )
