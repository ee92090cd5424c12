"""What the compiler alone tells of ways into a value: lengths, parts of what is built, keys that nobody knows.

What is read of a table by each spelling stands in `ways/<dialect>.yml`.
"""

from __future__ import annotations

import pytest

from trackplan.sql.records import Called, Ref, Select, Statement
from trackplan.sql.statements import compile_text
from trackplan.sql.values import LENGTH, MEASURE

# Dialect, expression, and the columns and keys that it reads.
WAYS = [
    ("postgres", "p #>> '{a,b}'", "p.a.b"),
    ("postgres", "p #> array['a', 'b']", "p.a.b"),
    ("postgres", "p #>> '{a,0,b}'", "p.a"),
    ("postgres", "p #>> k", "p k"),
    ("postgres", "jsonb_extract_path_text(p, 'a', 'b')", "p.a.b"),
    ("postgres", "jsonb_extract_path_text(p, 'a', k)", "p.a k"),
    ("postgres", "coalesce(p -> 'a' ->> 'b', q -> 'c')", "p.a.b q.c"),
    ("postgres", "lower(p -> k)", "p k"),
    ("postgres", "jsonb_array_length(p -> 'a')", f"p.a.{LENGTH}"),
    ("postgres", "jsonb_build_object('x', p, 'y', q) -> 'x' ->> 'a'", "p.a"),
    ("postgres", "jsonb_build_object(k, p, 'y', q) ->> 'y'", "k p q"),
    ("postgres", "jsonb_agg(json_build_object('x', p, 'y', q)) -> 0 ->> 'x'", "p"),
    ("redshift", "json_extract_path_text(p, 'a', 'b')", "p.a.b"),
    ("bigquery", "json_query_array(p, '$.a.b')", "p.a.b"),
    ("bigquery", "json_value_array(p, '$.a')", "p.a"),
    ("bigquery", "lax_string(p.a.b)", "p.a.b"),
    ("bigquery", "array_length(p.a)", f"p.a.{LENGTH}"),
    ("bigquery", "array_length(json_keys(p))", "p"),
    ("bigquery", "mine.json_extract_path(p, 'a')", "p"),
    ("snowflake", "P:a.b::string", "P.a.b"),
    ("snowflake", "get_ignore_case(P, 'a')", "P.a"),
    ("snowflake", "object_construct('x', P, 'y', Q):x.a", "P.a"),
    ("snowflake", "object_insert(P, 'x', Q):x.a", "P.x.a Q.a"),
    ("snowflake", "object_pick(P, 'a', 'b')", "P.a P.b"),
    ("databricks", "get_json_object(p, '$.a.b')", "p.a.b"),
    ("databricks", "variant_get(p, '$.a', 'string')", "p.a"),
    ("databricks", "map('x', p, 'y', q)['x'].a", "p.a"),
    ("trino", "json_exists(p, 'strict $.a[*].b')", "p.a.b"),
    ("trino", "p[1].a", "p"),
    ("trino", "cast(p as array(row(a int)))[1].a", "p"),
    ("trino", "element_at(p, 1).a", "p.a"),
    ("trino", "cast(row(p) as json)", "p"),
    ("trino", "json_extract(cast(row(p) as json), '$[0].a')", "p"),
    ("trino", "cardinality(p)", f"p.{MEASURE}"),
    ("trino", "cardinality(p.a)", f"p.a.{MEASURE}"),
    ("trino", "cardinality(p.a[1])", "p.a"),
    ("databricks", "size(p)", f"p.{MEASURE}"),
    ("clickhouse", "p.1", "p"),
    ("clickhouse", "p.1.a", "p"),
    ("clickhouse", "p.a.2", "p.a"),
    ("clickhouse", "p[1].2", "p"),
    ("clickhouse", "tuple(p, q).2", "p q"),
    ("clickhouse", "JSONExtractInt(p, 'a', 'b')", "p.a.b"),
    ("clickhouse", "simpleJSONExtractString(p, 'a')", "p.a"),
    ("mysql", "json_extract(p, '$.a', '$.b')", "p.a p.b"),
    ("duckdb", "length(p.a)", f"p.a.{MEASURE}"),
    ("duckdb", "length({'x': p.b}.x)", "p.b"),
    ("duckdb", "list_transform([p.b], lambda x: len(x.c))", f"p.b.c p.b.{LENGTH} x.c"),
    ("duckdb", "json_extract(p, ['$.a', '/b/c', 'd'])", "p.a p.b.c p.d"),
    ("duckdb", "json_value(p, 'a.b')", "p"),
    ("duckdb", "p -> '$.a[*].b'", "p.a.b"),
    ("duckdb", "p -> '$.a.*.b'", "p.a"),
    ("duckdb", "p -> '$..b'", "p"),
    ("duckdb", "json_exists(p, '$.a')", "p.a"),
    ("duckdb", "json_array_length(p, '$.a')", f"p.a.{LENGTH}"),
    ("duckdb", "json_array_length(p)", f"p.{LENGTH}"),
    ("duckdb", 'from_json(p, \'{"a": "INT", "b": {"c": "INT"}}\')', "p.a p.b.c"),
    ("duckdb", 'json_transform(p, \'[{"a": {"b": "INT", "c": "INT"}}]\')[1].a.c', "p.a.c"),
    ("duckdb", "from_json(p, k)", "p k"),
    ("duckdb", "json_merge_patch(p, json_object('x', q)) ->> 'x'", "p.x q"),
    ("duckdb", "map {'x': p, 'y': q}['x']['a']", "p.a"),
]


@pytest.mark.parametrize(("dialect", "expression", "read"), WAYS)
def test_what_is_read_of_a_value(dialect: str, expression: str, read: str) -> None:
    (statement,) = compile_text(f"select {expression} from t", dialect).statements
    assert isinstance(statement, Statement)
    select = statement.scopes[statement.scope]
    assert isinstance(select, Select)
    found = [ref for output in select.outputs for ref in output.refs]
    found += [ref for call in found if isinstance(call, Called) for refs in call.given for ref in refs]
    assert {f"{r.name}.{r.path}".rstrip(".") for r in found if isinstance(r, Ref)} == set(read.split())


def test_a_function_of_the_project_may_hide_one_of_the_database() -> None:
    for head in ("element_at(m, k) as (m || k)", "to_object(m) as ((select max(a) from t where b = m))"):
        record = compile_text(f"create function {head}", "bigquery")
        assert not isinstance(record.statements[0], Statement)
