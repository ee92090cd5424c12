"""Several tables and models of one last name: who builds which, or that nobody knows; never "unused" by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inside import used_by_id

HEAD = "version: 1\ndialect: {dialect}\nwarehouse: [w.sql]\nconsumers: [q/*.sql]\n"
PLAIN = HEAD.format(dialect="duckdb") + "models: [m/**/*.sql]\n"
DBT = HEAD.format(dialect="duckdb") + "dbt: [dbt]\n"
SOURCE = "sources: [{name: raw, tables: [{name: orders}, {name: events}, {name: users}]}]\n"
MACRO = (
    "{% macro generate_alias_name(custom_alias_name=none, node=none) %}"
    "{% if target.name == 'prod' %}{{ custom_alias_name or node.name }}"
    "{% else %}{{ target.name }}_{{ custom_alias_name or node.name }}{% endif %}{% endmacro %}"
)


def stored(*tables: str) -> str:
    """DDL of tables, each told as `schema.name:column,column`."""
    told = (table.partition(":") for table in tables)
    return "".join(
        f"create table {name} ({', '.join(f'{c} int' for c in ['id', *columns.split(',')])});\n"
        for name, _, columns in told
    )


@pytest.mark.parametrize(
    ("tables", "files", "used", "unknown"),
    [
        # A circle by last names alone is none.
        (
            "raw.orders:a,b staging.stg_orders:a mart.orders:a",
            {
                "stg_orders": "select id, a from raw.orders where b > 1",
                "orders": "select id, a from staging.stg_orders",
                "q": "select a from mart.orders",
            },
            "raw.orders.a raw.orders.b",
            "",
        ),
        # What a statement creates without a schema may be another model's table.
        (
            "raw.users:d,e staging.orders:d analytics.orders:d_a",
            {
                "analytics/orders": "select id, sum(d) as d_a from staging.orders"
                " where id > (select max(id) from analytics.orders) group by id",
                "staging/orders": "create or replace view orders as select id, d from raw.users where e > 1",
                "q": "select d from staging.orders",
            },
            "",
            "analytics.orders.id raw.users.d raw.users.e raw.users.id staging.orders.d staging.orders.id",
        ),
        (
            "raw.orders:a raw2.events:a,b gold.events:a",
            {
                "silver/events": "select id, a from raw.orders union all select id, a from raw2.events",
                "gold/events": "create or replace table events as select id, a from silver.events where a > 3",
                "q": "select id, a from silver.events",
            },
            "",
            "raw.orders.a raw.orders.id",
        ),
        # An INSERT may fill what it reads, or another table of the name.
        (
            "raw.t:a,b mart.t:a",
            {"t": "insert into t select id, a from raw.t where b > 1", "q": "select a from mart.t"},
            "",
            "raw.t.a raw.t.b",
        ),
        (
            "raw.orders:b stg.orders:b dev.orders:b mart.users:b",
            {
                "a": "insert into orders (id, b) select id, b from raw.orders"
                " where id > (select max(id) from stg.orders)",
                "b": "create or replace table mart.users as select id, b from stg.orders",
                "q": "select b from mart.users",
            },
            "",
            "raw.orders.b raw.orders.id stg.orders.b stg.orders.id",
        ),
        # A model's own source is not the table that it builds.
        (
            "mart.t:a",
            {"t": "select id, a from raw.t where b > 1", "q": "select a from mart.t"},
            "raw.t.a raw.t.b",
            "",
        ),
        # Nobody takes a table that another file fills by its name.
        (
            "bronze.events:d,a analytics.events:d",
            {
                "analytics/events": "insert into analytics.events select id, d from staging.events",
                "mart/events": "create or replace table mart.events as select t.id, t.d as e from staging.events t",
                "staging/events": "select id, d from bronze.events",
                "q": "select e from mart.events",
            },
            "bronze.events.d",
            "",
        ),
        (
            "bronze.orders:a,b,c analytics.events:a_a",
            {
                "analytics/events": "insert into analytics.events select id, a as a_a from staging.events",
                "staging/events": "create or replace table events as select id, a from bronze.orders"
                " union all select id, b from bronze.orders",
                "q": "select a_a from analytics.events",
            },
            "",
            "bronze.orders.a bronze.orders.b bronze.orders.id",
        ),
        # One stem in several folders.
        (
            "raw.orders:a,b,c bronze.orders:a,b silver.orders:a gold.orders:a",
            {
                "bronze/orders": "select id, a, b from raw.orders",
                "silver/orders": "select id, a from bronze.orders where b > 1",
                "gold/orders": "select id, a from silver.orders",
                "q": "select a from gold.orders",
            },
            "",
            "bronze.orders.a bronze.orders.b raw.orders.a raw.orders.b silver.orders.a",
        ),
    ],
)
def test_files_that_share_a_name(tmp_path: Path, tables: str, files: dict[str, str], used: str, unknown: str) -> None:
    texts = {f"m/{name}.sql": text + "\n" for name, text in files.items() if name != "q"}
    found = verdicts(
        {"trackplan.yaml": PLAIN, "w.sql": stored(*tables.split()), **texts, "q/q.sql": files["q"]}, tmp_path
    )
    assert (found[True], found[None]) == (used, unknown)


EVENTS = "select id, d as v from {{ source('raw', 'events') }}"
USERS = "select id, f as v from {{ source('raw', 'users') }}"
PROD = "raw.events:a,b prod.orders:a"
A = "select id, a from {{ source('raw', 'events') }}"


@pytest.mark.parametrize(
    ("tables", "files", "query", "used"),
    [
        # Of schemas that end alike the longest one that fits is meant, whatever the files are called.
        *(
            (
                "raw.events:d,e raw.users:f,g prod_finance.orders:v prod_corp_finance.orders:v",
                {
                    f"models/{one}.sql": "{{ config(alias='orders', schema='finance') }} " + EVENTS,
                    f"models/{other}.sql": "{{ config(alias='orders', schema='corp_finance') }} " + USERS,
                },
                "select v from prod_corp_finance.orders",
                "raw.users.f",
            )
            for one, other in (("z_b", "z_a"), ("z_a", "z_b"))
        ),
        # One alias, and which of them builds the table is known only when dbt runs.
        (
            "raw.events:d raw.users:f finance.orders:v",
            {
                "models/a.sql": "{{ config(alias='orders', enabled=target.name == 'prod') }} " + EVENTS,
                "models/b.sql": "{{ config(alias='orders', enabled=target.name != 'prod') }} " + USERS,
            },
            "select v from finance.orders",
            "raw.events.d raw.users.f",
        ),
        # An alias that rests on who runs dbt.
        (
            PROD,
            {"models/m.sql": "{{ config(alias='orders') }} " + A, "macros/g.sql": MACRO},
            "select a from prod.orders",
            "raw.events.a",
        ),
        (
            PROD,
            {
                "models/m.sql": "{% if target.name == 'dev' %}{{ config(alias='orders_dev') }}"
                "{% else %}{{ config(alias='orders') }}{% endif %} " + A
            },
            "select a from prod.orders",
            "raw.events.a",
        ),
        (
            PROD,
            {
                "snapshots/s.yml": "snapshots: [{name: snap, relation: \"source('raw', 'events')\","
                " config: {schema: prod, alias: orders, strategy: check, check_cols: [a], unique_key: id}}]"
            },
            "select a from prod.orders",
            "raw.events.a raw.events.id",
        ),
        # The own table of a model that is added to is not that of another model with its name for an alias.
        (
            "raw.orders:a,c analytics_intermediate.orders:a,c analytics_marts.orders:a",
            {
                "dbt_project.yml": "name: shop\nversion: '1'\nmodels: {shop: {intermediate: {+schema: intermediate},"
                " marts: {+schema: marts}}}\n",
                "models/intermediate/int_orders.sql": "{{ config(alias='orders') }} "
                "select * from {{ source('raw', 'orders') }}",
                "models/marts/orders.sql": "select id, a from {{ ref('int_orders') }} "
                "{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}",
            },
            "select c from analytics_intermediate.orders",
            "raw.orders.c",
        ),
        # A source without a database is the table that DDL has in one, though a model bears its name.
        (
            "wh.raw.orders:a,b wh.raw.events:d,e",
            {
                "models/orders.sql": "select id, d from {{ source('raw', 'events') }}",
                "models/fct.sql": "select a from {{ source('raw', 'orders') }} where b > 3",
            },
            "select a from fct",
            "wh.raw.orders.a wh.raw.orders.b",
        ),
    ],
)
def test_models_of_dbt_that_share_a_name(
    tmp_path: Path, tables: str, files: dict[str, str], query: str, used: str
) -> None:
    said = {"dbt_project.yml": "name: shop\nversion: '1'\n", "models/s.yml": SOURCE, **files}
    texts = {f"dbt/{name}": text + "\n" for name, text in said.items()}
    found = verdicts({"trackplan.yaml": DBT, "w.sql": stored(*tables.split()), **texts, "q/q.sql": query}, tmp_path)
    assert (found[True], found[None]) == (used, "")


def test_a_table_that_is_filled_from_what_rests_on_it_is_followed(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": PLAIN,
        "w.sql": stored("raw.events:a,b,c", "raw.x:u,v", "m.left_out:k", "m.events:a,c"),
        "m/s.sql": "create view m.s as select * from raw.events"
        " where id not in (select id from m.left_out where k > 3)",
        "m/e.sql": "insert into m.events (id, a) select id, a from m.s",
        "m/q.sql": "insert into m.left_out (id, k) select e.id, x.u"
        " from m.events e join raw.x x on x.id = e.id where v > 4",
        "q/q.sql": "select a from m.events",
    }
    found = verdicts(files, tmp_path)
    assert found[True] == "raw.events.a raw.events.id raw.x.id raw.x.u raw.x.v"
    assert found[False] == "raw.events.b raw.events.c"
    assert found[None] == ""


@pytest.mark.parametrize(
    ("query", "used"),
    [
        ("select s from k1 union all select s from k2", "raw.t.a raw.u.d"),
        ("select * from k1 union all select * from k2", "raw.t.a raw.u.d"),
        ("select k1.s as s from k1 union all select k3.s from (select * from k2) as k3", "raw.t.a raw.u.d"),
    ],
)
def test_structs_are_matched_by_order_through_the_queries_of_a_statement(tmp_path: Path, query: str, used: str) -> None:
    made = (
        "with k1 as (select struct(a as x, b as y) s from raw.t), k2 as (select struct(d as y, e as x) s from raw.u) "
    )
    files = {
        "trackplan.yaml": HEAD.format(dialect="bigquery") + "models: [m/**/*.sql]\n",
        "w.sql": "create table raw.t (a int64, b int64);\ncreate table raw.u (d int64, e int64);\n",
        "m/v.sql": made + query,
        "q/q.sql": "select s.x from v",
    }
    assert set(used.split()) <= set(verdicts(files, tmp_path)[True].split())


def verdicts(files: dict[str, str], folder: Path) -> dict[bool | None, str]:
    """The columns by what is said of them."""
    told = used_by_id(folder, files)
    return {
        said: " ".join(sorted(i.lower() for i, used in told.items() if used is said)) for said in (True, False, None)
    }
