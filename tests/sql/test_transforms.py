"""How a column's value is taken, as every reference tells."""

from __future__ import annotations

import pytest

from trackplan.sql.records import Called, Ref, Select, Statement
from trackplan.sql.statements import compile_text

TAKEN = [
    ("a", ""),
    ("coalesce(a, 'x')", "mixed"),
    ("case when b then a end", "mixed"),
    ("case when a then b end", "computed"),
    ("payload.a", ""),
    ("payload['a']", ""),
    ("payload[1]", "computed"),
    ("[a, b]", "packed"),
    ("any_value(a)", ""),
    ("cast(a as int)", "cast"),
    ("cast(a as varchar)", "as text"),
    ("cast(a as varchar(3))", "as text"),  # DuckDB does not cut it
    ("count(a)", "counted"),
    ("a is null", "counted"),
    ("a is true", "equality"),
    ("count(cast(a as int))", "computed"),
    ("count(distinct a)", "told apart"),
    ("count(distinct coalesce(a, b))", "joined"),
    ("count(distinct cast(a as int))", "computed"),
    ("count(distinct (a, b))", "told apart"),
    ("count(distinct [a, b])", "told apart"),
    ("count_if(a)", "computed"),
    ("count(*) filter (where a)", "computed"),
    ("count(*) filter (where a = 'x')", "equality"),
    ("approx_count_distinct(a)", "estimated"),
    ("sum(a)", "aggregated"),
    ("avg(distinct a)", "aggregated"),
    ("string_agg(a, ',')", "computed"),
    ("string_agg(b order by a)", "ordered"),
    ("max(a) over (partition by b)", "extreme"),
    ("row_number() over (partition by a)", "told apart"),
    ("row_number() over (order by a)", "ordered"),
    ("date_trunc('month', a)", "truncated to month"),
    ("date_trunc('month', min(a))", "truncated to month"),
    ("date_trunc('month', cast(a as timestamp))", "truncated to month"),
    ("date_trunc('month', cast(a as date))", "truncated to month"),
    ("date_trunc('week', date_trunc('month', a))", "truncated to month"),
    ("date_trunc(a, b)", "computed"),
    ("date_trunc('month', a at time zone 'x')", "computed"),
    ("cast(a as date)", "truncated to day"),
    ("count(distinct date_trunc('week', a))", "truncated to week"),
    ("strftime(a, '%Y-%m')", "truncated to month"),
    ("strftime(a, '%H')", "truncated to hour"),
    ("strftime(a, '%Q')", "computed"),
    ("strftime(a, b)", "computed"),
    ("a = 'x'", "equality"),
    ("cast(a as int) = 3", "computed"),
    ("cast(a as varchar) = '3'", "equality"),
    ("a in ('x', 'y')", "equality"),
    ("'x' in (a, b)", "joined"),
    ("a in unnest(b)", "joined"),
    ("case a when 'x' then 1 end", "equality"),
    ("case a when b then 1 end", "computed"),
    ("case b when a then 1 end", "joined"),
    ("a > 3", "range"),
    ("a between 1 and 2", "range"),
    ("a >= date '2026-01-01'", "truncated to day"),
    ("a < timestamp '2026-01-01 00:00:00'", "truncated to day"),
    ("a < timestamp '2026-01-01 10:00:00'", "range"),
    ("a > date '2026-01-01'", "range"),
    ("date '2026-01-01' <= a", "truncated to day"),
    ("date '2026-01-01' >= a", "range"),
    ("a >= '2026-01-01'", "range"),
    ("a >= current_date - interval 30 day", "truncated to day"),
    ("a >= current_date - interval 3 hour", "range"),
    ("a >= current_date - b", "range"),
    ("max(a) >= current_date", "truncated to day"),
    ("a and b", "computed"),
    ("a = b", "joined"),
    ("a in (select b from u)", "joined"),
    ("md5(a)", "hashed"),
    ("left(a, 3)", "prefix of 3"),
    ("left(a, b)", "computed"),
    ("substring(a, 1, 3)", "prefix of 3"),
    ("substring(a, 2, 3)", "computed"),
    ("a like 'abc%'", "prefix of 3"),
    ("a like 'a_c%'", "computed"),
    ("a like '%@example.com'", "domain"),
    ("split_part(a, '@', 2)", "domain"),
    ("split_part(a, '@', 1)", "computed"),
    ("split_part(a, '?', 1)", "path"),
    ("split(a, '@')[2]", "domain"),
    ("split(a, '@')[1]", "computed"),
    ("regexp_extract(a, '@(.+)$', 1)", "domain"),
    ("regexp_extract(a, '@?(.+)$', 1)", "computed"),
    ("regexp_extract(a, '@(.+)|^(x)', 1)", "computed"),
    ("round(a, 1)", "rounded to 1"),
    ("round(a, b)", "computed"),
    ("extract(year from a)", "truncated to year"),
    ("extract(dow from a)", "truncated to day"),
    ("extract('epoch' from a)", "computed"),
    ("date_part('month', a)", "truncated to month"),
    ("year(a)", "truncated to year"),
    ("date_diff('year', a, current_date)", "truncated to year"),
    ("date_diff('week', a, current_date)", "computed"),
    ("a + 1", "computed"),
    ("some_function(a)", "computed"),
]


@pytest.mark.parametrize(("expression", "transform"), TAKEN)
def test_the_way_a_value_is_taken(expression: str, transform: str) -> None:
    references = refs(f"select {expression} as x from t")
    wanted = "payload" if "payload" in expression else "a"
    assert [r.transform for r in references if r.name == wanted] == [transform]


def test_conditions_tell_it_too() -> None:
    sql = "select 1 from t join u on t.a = u.b where c = 1 and d and not e group by f, rollup(g) order by h"
    assert rows(sql) == {
        "a": "joined",
        "b": "joined",
        "c": "equality",
        "d": "",
        "e": "",
        "f": "told apart",
        "g": "told apart",
        "h": "ordered",
    }


@pytest.mark.parametrize(
    ("dialect", "expression", "transform"),
    [
        ("bigquery", "timestamp_trunc(a, month)", "truncated to month"),
        ("bigquery", "timestamp_trunc(a, month, 'Europe/Paris')", "computed"),
        ("bigquery", "date(a)", "truncated to day"),
        ("bigquery", "date(a, 'Europe/Paris')", "computed"),
        ("bigquery", "date(timestamp(a))", "truncated to day"),
        ("bigquery", "format_timestamp('%Y-%m', a)", "truncated to month"),
        ("bigquery", "split(a, '@')[ordinal(2)]", "domain"),
        ("bigquery", "split(a, '@')[ordinal(1)]", "computed"),
        ("bigquery", "split(a, '@')[safe_offset(1)]", "domain"),
        ("bigquery", "net.host(a)", "host"),
        ("bigquery", "a >= date_sub(current_date(), interval 30 day)", "truncated to day"),
        ("bigquery", "a >= date_sub(current_date('Europe/Paris'), interval 30 day)", "range"),
        ("snowflake", "a >= dateadd(day, -30, current_date)", "truncated to day"),
        ("postgres", "host(a)", "computed"),
        ("postgres", "(string_to_array(a, '@'))[2]", "domain"),
        ("postgres", "a ->> 'b' = 'x'", "equality"),
        ("postgres", "a -> 0 ->> 'b' = 'x'", "computed"),
        ("postgres", "a::varchar(3)", "cast"),
        ("postgres", "to_char(a, 'YYYY-MM')", "truncated to month"),
        ("snowflake", "to_date(a)", "truncated to day"),
        ("snowflake", "parse_url(a, 'HOST')", "computed"),
        ("spark", "parse_url(a, 'HOST')", "host"),
    ],
)
def test_dialects_take_values_in_their_own_ways(dialect: str, expression: str, transform: str) -> None:
    found = {r.transform for r in refs(f"select {expression} as x from t", dialect) if r.name.lower() == "a"}
    assert found == {transform}


def test_an_assignment_is_no_comparison() -> None:
    statement = compile_text("update t set b = a", "postgres").statements[0]
    assert isinstance(statement, Statement)
    found = {
        r.transform
        for scope in statement.scopes
        if isinstance(scope, Select)
        for output in scope.outputs
        for r in output.refs
        if isinstance(r, Ref) and r.name == "a"
    }
    assert found == {""}


def refs(sql: str, dialect: str = "duckdb") -> list[Ref]:
    """The references of the only output of `sql`."""
    (statement,) = compile_text(sql, dialect).statements
    assert isinstance(statement, Statement)
    scope = statement.scopes[statement.scope]
    assert isinstance(scope, Select)
    given = [r for call in scope.outputs[0].refs if isinstance(call, Called) for refs in call.given for r in refs]
    return [r for r in (*scope.outputs[0].refs, *given) if isinstance(r, Ref)]


def rows(sql: str) -> dict[str, str]:
    """How each column is taken that decides the rows of `sql`."""
    (statement,) = compile_text(sql, "postgres").statements
    assert isinstance(statement, Statement)
    (scope,) = statement.scopes
    assert isinstance(scope, Select)
    return {r.name: r.transform for r in scope.rows if isinstance(r, Ref)}
