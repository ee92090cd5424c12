"""Structs, rows and lists in dialects that DuckDB cannot run: which columns and keys are read, and which are not."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.inside import used_by_id

ITEMS = (
    "create table s.t (id int64, k string, d int64, "
    "items array<struct<sku string, qty int64, deep struct<a int64, b int64>>>);"
)
ROWS = "create table s.t (id int64, a int64, b int64); create table s.u (id int64, a int64, b int64, c int64);"

PROPS = "create table s.t (id int64, k string, p struct<a struct<x int64, y int64>, b int64, c int64>);"


class Case(NamedTuple):
    """SQL in a dialect; `unused` are all of the columns and keys that nobody uses, as `table.column.key`."""

    dialect: str
    ddl: str
    models: dict[str, str]
    query: str
    unused: str


CASES = {
    "select as struct": Case(
        "bigquery", ROWS, {"m": "select (select as struct t.a, u.c from s.u where u.id = t.id) as r from s.t"},
        "select r.c from m", "t.a t.b u.a u.b",
    ),
    "select as struct of one column": Case(
        "bigquery", "create table s.t (id int64, a struct<a int64, b int64, c int64>);",
        {"m": "select (select as struct a) as r from s.t"}, "select r.a.b from m", "t.id t.a.a t.a.c",
    ),
    "array of structs from a query": Case(
        "bigquery", ITEMS,
        {"m": "select array(select as struct i.sku, i.qty * 2 as n from unnest(items) i) as l from s.t"},
        "select (select sum(x.n) from unnest(l) x) from m",
        "t.id t.k t.d t.items.sku t.items.deep t.items.deep.a t.items.deep.b",
    ),
    "members of either row": Case(
        "bigquery", ROWS, {"m": "select if(t.id > 3, t, u).* from s.t join s.u on t.b = u.b"},
        "select a from m", "u.id u.c",
    ),
    "members of either row but one": Case(
        "bigquery", ROWS, {"m": "select if(t.id > 3, t, u).* except (b) from s.t join s.u on t.id = u.id"},
        "select a from m", "t.b u.b u.c",
    ),
    "latest row": Case(
        "bigquery", ROWS, {"m": "select array_agg(u order by b desc limit 1)[offset(0)].* from s.u group by id"},
        "select a from m", "t.id t.a t.b u.c",
    ),
    "latest row in a struct": Case(
        "bigquery", ROWS, {"m": "select id, any_value(u having max b) as x from s.u group by id"},
        "select x.c from m", "t.id t.a t.b u.a",
    ),
    "offset of unnest": Case(
        "bigquery", ITEMS, {}, "select n from s.t, unnest(items) as i with offset as n",
        "t.id t.k t.d t.items.sku t.items.qty t.items.deep t.items.deep.a t.items.deep.b",
    ),
    "array without unnest": Case(
        "bigquery", ITEMS, {"m": "select i from s.t, t.items as i where i.qty > 3"}, "select i.deep.a from m",
        "t.id t.k t.d t.items.sku t.items.deep.b",
    ),
    "struct of an open table": Case(
        "bigquery", "create table s.t (id int64);",
        {"m": "select array_agg(x order by x.ts desc)[offset(0)] as r from other.x as x group by x.id"},
        "select r.a, t.id from m, s.t", "",
    ),
    "exploded map": Case(
        "spark", "create table s.t (id int, m map<string, struct<x: int, y: int>>, d int);",
        {"n": "select id, explode(m) as (k, v) from s.t"}, "select v.x from n", "t.id t.d",
    ),
    "exploded list": Case(
        "databricks", "create table s.t (id int, items array<struct<sku: string, qty: int>>, d int);",
        {"n": "select id, i from s.t lateral view explode(items) x as i"}, "select i.sku from n",
        "t.id t.d t.items.qty",
    ),
    "higher-order functions": Case(
        "databricks", "create table s.t (id int, items array<struct<sku: string, qty: int, price: int>>, d int);",
        {"n": "select filter(items, x -> x.qty > 1) as l from s.t"}, "select transform(l, x -> x.sku) from n",
        "t.id t.d t.items.price",
    ),
    "rows of unnest spread": Case(
        "trino", "create table s.t (id int, items array(row(sku row(a int, b int), qty int)), d int);", {},
        "select x.a from s.t cross join unnest(items) as u(x, y)", "t.id t.d",
    ),
    "any_match": Case(
        "trino", "create table s.t (id int, items array(row(sku varchar, qty int)), d int);", {},
        "select id from s.t where any_match(items, x -> x.qty > 3)", "t.d t.items.sku",
    ),
    "higher-order functions of Snowflake": Case(
        "snowflake", "create table s.t (id int, items array, d int);", {},
        "select transform(items, x -> x:sku) from s.t", "T.ID T.D",
    ),
    "get": Case(
        "snowflake", "create table s.t (id int, payload variant, d int);",
        {"m": "select get(payload, 'geo') as g from s.t"}, "select g:city, get(g, 0) from m", "T.ID T.D",
    ),
    "computed key": Case(
        "snowflake", "create table s.t (id int, k varchar, payload variant, d int);",
        {"m": "select payload[k] as v from s.t"}, "select v:a from m", "T.ID T.D",
    ),
    "array functions of ClickHouse": Case(
        "clickhouse", "create table s.t (id Int, items Array(Tuple(sku String, qty Int)), d Int) engine = Log;", {},
        "select arrayMap(x -> x.sku, items) from s.t", "t.id t.d t.items.qty",
    ),
    "helper whose argument is the key": Case(
        "bigquery", PROPS, {"f": "create function udf.prop(p json, k string) as (coalesce(json_value(p, k), ''));",
                            "m": "select udf.prop(p, '$.a.x') as x, udf.prop(p, '$.b') as b from s.t"},
        "select x from m", "t.id t.k t.p.a.y t.p.b t.p.c",
    ),
    "helper whose key is a column": Case(
        "bigquery", PROPS, {"f": "create function udf.prop(p json, k string) as (json_value(p, k));"},
        "select udf.prop(p.a, k) from s.t", "t.id t.p.b t.p.c",
    ),
    "helper of that name in another library": Case(
        "bigquery", PROPS, {"f": "create function udf.prop(p json, k string) as (json_value(p, k));"},
        "select lib.prop(p, 'b') from s.t", "t.id t.k",
    ),
    "two helpers of one name": Case(
        "bigquery", PROPS,
        {"f": "create function a.prop(p json) as (p.b);", "g": "create function b.prop(p json) as (p.c);"},
        "select a.prop(p) from s.t", "t.id t.k",
    ),
    "helper that gives an object": Case(
        "snowflake", "create table s.t (id int, p variant, d int);",
        {"f": "create function pick(p variant) returns variant as $$ object_construct('x', p:a, 'y', p:b) $$",
         "m": "select pick(p) as o from s.t"},
        "select o:x.z from m", "T.ID T.D T.P.b",
    ),
    "helper written as a query": Case(
        "postgres", "create table s.t (id int, a int, b int);",
        {"f": "create function first_of(a int, b int) returns int language sql as $$ select a $$"},
        "select first_of(a, b) from s.t", "t.id t.b",
    ),
    "helper with arguments left out": Case(
        "duckdb", "create table s.t (id int, p struct(a int, b int));",
        {"f": "create macro part(p, k := 'a') as struct_extract(p, k)"}, "select part(p) from s.t", "t.id",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_members_that_are_read(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    files = {
        "trackplan.yaml": f"version: 1\ndialect: {case.dialect}\nwarehouse: [ddl.sql]\nmodels: [models/*.sql]\n"
        "consumers: [queries/*.sql]\n",
        "ddl.sql": case.ddl,
        "queries/q.sql": case.query,
        **{f"models/{model}.sql": sql for model, sql in (case.models or {"unread": "select 1 as one"}).items()},
    }
    told = used_by_id(tmp_path, files)
    assert {id_.split(".", 1)[1] for id_, used in told.items() if used is False} == set(case.unused.split())
    assert not [id_ for id_, used in told.items() if used is None]
