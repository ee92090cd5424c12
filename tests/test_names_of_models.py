"""A model that bears the name of a table in some schema: it is made from it, or builds it, or nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inside import used_by_id

EVENTS = "create table raw.events (id int, a int, b int, c int);\n"
MART = EVENTS + "create table mart.t (id int, a int, b int, c int);\n"
RAW = "create table raw.t (id int, a int, b int, c int);\ncreate table raw.u (id int, d int, e int);\n"
TWO = EVENTS + "create table dev.t (id int, a int, b int);\ncreate table prod.t (id int, a int, b int);\n"

USED, UNUSED, UNKNOWN = "used", "unused", "unknown"
ADDS = {USED: "raw.events.a raw.events.id", UNUSED: "raw.events.b raw.events.c"}
MADE = {USED: "raw.events.a", UNUSED: "raw.events.b raw.events.c raw.events.id"}


@pytest.mark.parametrize(
    ("tables", "file", "text", "query", "expected"),
    [
        # It adds to its own table.
        (MART, "t", "select id, a, b from raw.events where id > (select max(id) from t)", "mart.t", ADDS),
        (MART, "t", "select * from raw.events where id > (select max(id) from t)", "mart.t", ADDS),
        (
            MART,
            "x",
            "create or replace table t as select id, a, b from raw.events where id > (select max(id) from t)",
            "mart.t",
            ADDS,
        ),
        # It may add to its own table: nobody knows.
        (
            MART,
            "t",
            "select id, a, b from raw.events where id > (select max(id) from mart.t)",
            "mart.t",
            {
                UNKNOWN: "mart.t.a mart.t.id raw.events.a raw.events.id",
                UNUSED: "mart.t.b mart.t.c raw.events.b raw.events.c",
            },
        ),
        (
            MART,
            "t",
            "select id, a, b from mart.t union all select id, a, b from raw.events",
            "mart.t",
            {
                UNKNOWN: "mart.t.a raw.events.a",
                UNUSED: "mart.t.b mart.t.c mart.t.id raw.events.b raw.events.c raw.events.id",
            },
        ),
        (
            MART,
            "t",
            "with new as (select *, 1 as at from (select id, a, b, c from raw.events))"
            " select * from new where id > (select max(id) from mart.t)",
            "mart.t",
            {
                UNKNOWN: "mart.t.a mart.t.id raw.events.a raw.events.id",
                UNUSED: "mart.t.b mart.t.c raw.events.b raw.events.c",
            },
        ),
        # A temporary table hides no other of its name.
        (
            MART,
            "x",
            "create temp table t as select id, a, b from raw.events; insert into mart.t select id, a, b, 1 from t",
            "mart.t",
            MADE,
        ),
        # It is made from another table of its name.
        (
            RAW,
            "t",
            "select id, a, b from raw.t where c > 1",
            "t",
            {USED: "raw.t.a raw.t.c", UNUSED: "raw.t.b raw.t.id raw.u.d raw.u.e raw.u.id"},
        ),
        (
            RAW,
            "t",
            "select t.id, a, d from raw.t join raw.u using (id) where c > 1",
            "t",
            {USED: "raw.t.a raw.t.c raw.t.id raw.u.id", UNUSED: "raw.t.b raw.u.d raw.u.e"},
        ),
        # It builds the table of its name, or that of each schema.
        (MART, "t", "select id, a, b from raw.events", "mart.t", MADE),
        (MART, "x", "create table t as select id, a, b from raw.events", "mart.t", MADE),
        (TWO, "t", "select id, a, b from raw.events", "prod.t", MADE),
        (TWO, "x", "create table t as select id, a, b from raw.events", "prod.t", MADE),
    ],
)
def test_a_model_and_a_table_of_its_name(
    tmp_path: Path, tables: str, file: str, text: str, query: str, expected: dict[str, str]
) -> None:
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\nwarehouse: [w.sql]\nmodels: [m/*.sql]\nconsumers: [q.sql]\n",
        "w.sql": tables,
        f"m/{file}.sql": text,
        "q.sql": f"select a from {query}\n",
    }
    assert verdicts(files, tmp_path) == expected


def test_what_a_model_is_made_from_through_another_is_no_table_of_its_own(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\nwarehouse: [w.sql]\nmodels: [m/*.sql]\nconsumers: [q.sql]\n",
        "w.sql": RAW,
        "m/s.sql": "select id, a, b from raw.t where c > 1",
        "m/t.sql": "select id, a from s join raw.u using (id)",
        "q.sql": "select a from t\n",
    }
    expected = {USED: "raw.t.a raw.t.c raw.t.id raw.u.id", UNUSED: "raw.t.b raw.u.d raw.u.e"}
    assert verdicts(files, tmp_path) == expected


DBT = {
    "trackplan.yaml": "version: 1\ndialect: duckdb\nwarehouse: [w.sql]\ndbt: [dbt]\nconsumers: [q.sql]\n",
    "dbt/dbt_project.yml": "name: shop\nversion: '1'\n",
}
NEW = "{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}"


@pytest.mark.parametrize(
    ("tables", "text", "query", "expected"),
    [
        (MART, f"select id, a, b from raw.events {NEW}", "mart.t", ADDS),
        (MART, f"select * from raw.events {NEW}", "mart.t", ADDS),
        (MART, "{{ config(unique_key='b') }}select id, a, b from raw.events", "mart.t", MADE | {
            USED: "raw.events.a raw.events.b", UNUSED: "raw.events.c raw.events.id"}),
        (RAW, "select id, a, b from raw.t where c > 1", "t", {
            USED: "raw.t.a raw.t.c", UNUSED: "raw.t.b raw.t.id raw.u.d raw.u.e raw.u.id"}),
        (RAW, "{{ config(unique_key='b') }}select id, a, b from raw.t", "t", {
            USED: "raw.t.a raw.t.b", UNUSED: "raw.t.c raw.t.id raw.u.d raw.u.e raw.u.id"}),
        (RAW, f"select id, a, b from raw.t {NEW}", "t", {
            USED: "raw.t.a raw.t.id", UNUSED: "raw.t.b raw.t.c raw.u.d raw.u.e raw.u.id"}),
    ],
)  # fmt: skip
def test_a_model_of_dbt_and_a_table_of_its_name(
    tmp_path: Path, tables: str, text: str, query: str, expected: dict[str, str]
) -> None:
    through = {"dbt/models/n.sql": "select a from {{ ref('t') }}\n"} if query == "t" else {}
    files = {**DBT, **through, "w.sql": tables, "dbt/models/t.sql": text}
    files["q.sql"] = f"select a from {'n' if through else query}\n"
    assert verdicts(files, tmp_path) == expected


SOURCE = "sources: [{name: raw, tables: [{name: orders}]}]\n"
ORDERS = "create table raw.orders (id int, a int, b int, c int);\n"
STAGED = "select id, a, b from {{ source('raw', 'orders') }} where c > 1\n"
ONLY_STAGED = {USED: "raw.orders.a raw.orders.c", UNUSED: "raw.orders.b raw.orders.id"}
BOTH = {USED: "raw.orders.a raw.orders.b raw.orders.c", UNUSED: "raw.orders.id"}


def stored(*names: str) -> str:
    """The tables that a warehouse has, with those that models have built."""
    return ORDERS + "".join(f"create table {name} (id int, a int, b int);\n" for name in names)


@pytest.mark.parametrize(
    ("tables", "query", "files", "expected"),
    [
        ("dev.fct prod.fct", "prod.fct", {"models/fct.sql": STAGED}, ONLY_STAGED),
        (
            "staging.orders",
            "staging.orders",
            {"models/stg_orders.sql": "{{ config(alias='orders', schema='staging') }}" + STAGED},
            ONLY_STAGED,
        ),
        (
            "staging.orders",
            "staging.orders",
            {"models/stg_orders.sql": "{{ config(alias='orders') }}" + STAGED},
            ONLY_STAGED,
        ),
        (
            "staging.orders",
            "staging.orders",
            {
                "models/stg_orders.sql": STAGED,
                "models/m.yml": "models: [{name: stg_orders, config: {alias: orders, schema: staging}}]\n",
            },
            ONLY_STAGED,
        ),
        (
            "dev_staging.orders prod_staging.orders",
            "prod_staging.orders",
            {
                "models/stg_orders.sql": STAGED,
                "dbt_project.yml": DBT["dbt/dbt_project.yml"] + "models: {shop: {+schema: staging, +alias: orders}}\n",
            },
            ONLY_STAGED,
        ),
        (
            "staging.orders mart.orders",
            "mart.orders",
            {
                "models/staging__orders.sql": "{{ config(schema='staging') }}" + STAGED,
                "models/mart__orders.sql": "{{ config(schema='mart') }}"
                "select id, a from {{ ref('staging__orders') }} where b > 1",
                "macros/names.sql": "{% macro generate_alias_name(custom_alias_name=none, node=none) -%}"
                "{{ custom_alias_name or node.name.split('__')[-1] }}{%- endmacro %}",
            },
            BOTH,
        ),
        # The schema that is said counts before the name alone, whichever file comes first.
        (
            "prod_staging.orders",
            "prod_staging.orders",
            {
                "models/a_orders.sql": "{{ config(alias='orders', schema='mart') }}"
                "select id, a from {{ ref('orders') }}",
                "models/orders.sql": "{{ config(schema='staging') }}" + STAGED,
            },
            ONLY_STAGED,
        ),
        *(
            (
                tables,
                "mart.orders",
                {
                    "models/stg_orders.sql": "{{ config(alias='orders', schema='staging') }}" + STAGED,
                    f"models/{name}.sql": f"{{{{ config(schema='mart'{alias}) }}}}"
                    "select id, a from {{ ref('stg_orders') }} where b > 1",
                },
                BOTH,
            )
            for tables in ("staging.orders mart.orders", "mart.orders", "")
            for name, alias in (("mart_orders", ", alias='orders'"), ("orders", ""))
        ),
    ],
)
def test_models_of_dbt_are_the_tables_that_they_are_called_in_the_warehouse(
    tmp_path: Path, tables: str, query: str, files: dict[str, str], expected: dict[str, str]
) -> None:
    said = {f"dbt/{name}": text for name, text in {"models/s.yml": SOURCE, **files}.items()}
    files = {**DBT, **said, "w.sql": stored(*tables.split()), "q.sql": f"select a from {query}\n"}
    assert verdicts(files, tmp_path) == expected


def test_an_edit_may_make_another_table_of_a_model(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\nwarehouse: [w.sql]\nmodels: [m/*.sql]\nconsumers: [q.sql]\n",
        "w.sql": RAW,
        "q.sql": "select a from raw.t\n",
    }
    texts = [
        "select t.id, t.a from raw.t join raw.u using (id) where c > 1\n",
        "select t.id, t.a, e from raw.t join raw.u using (id) where c > 1\n",
        "select t.id, t.a, b from raw.t join raw.u using (id) where c > 1\n",
        "select t.id, t.a from raw.t where c > 1\n",
        "select t.id, t.a from raw.u as t where d > 1\n",
    ]
    for text in [*texts, *reversed(texts)]:
        warm = verdicts({**files, "m/t.sql": text}, tmp_path)
        cold = {id_.lower(): verdict for id_, verdict in used_by_id(tmp_path, {}, "--no-cache").items()}
        said = {USED: True, UNUSED: False, UNKNOWN: None}
        assert {id_: said[key] for key, ids in warm.items() for id_ in ids.split()} == cold


def verdicts(files: dict[str, str], folder: Path) -> dict[str, str]:
    """The columns by what is said of them."""
    found: dict[str, list[str]] = {}
    for id_, verdict in used_by_id(folder, files).items():
        found.setdefault({True: USED, False: UNUSED, None: UNKNOWN}[verdict], []).append(id_.lower())
    return {said: " ".join(sorted(ids)) for said, ids in found.items()}
