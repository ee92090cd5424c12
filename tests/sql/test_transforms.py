"""How a column's value is taken, as every reference tells."""

from __future__ import annotations

import pytest

from trackplan.sql.records import Ref, Select, Statement
from trackplan.sql.statements import compile_text

TAKEN = [
    ("a", ""),
    ("coalesce(a, 'x')", ""),
    ("case when b then a end", ""),
    ("payload.a", ""),
    ("cast(a as int)", "cast"),
    ("count(a)", "counted"),
    ("a is null", "counted"),
    ("count(distinct a)", "aggregated"),
    ("sum(a)", "aggregated"),
    ("max(a) over (partition by b)", "aggregated"),
    ("date_trunc('month', a)", "truncated to month"),
    ("cast(a as date)", "truncated to day"),
    ("count(distinct date_trunc('week', a))", "truncated to week"),
    ("a = 'x'", "equality"),
    ("a in ('x', 'y')", "equality"),
    ("case a when 'x' then 1 end", "equality"),
    ("a > 3", "range"),
    ("a between 1 and 2", "range"),
    ("a = b", "joined"),
    ("a in (select b from u)", "joined"),
    ("md5(a)", "hashed"),
    ("substring(a, 1, 3)", "extracted"),
    ("extract(year from a)", "extracted"),
    ("a + 1", "computed"),
    ("some_function(a)", "computed"),
]


@pytest.mark.parametrize(("expression", "transform"), TAKEN)
def test_the_way_a_value_is_taken(expression: str, transform: str) -> None:
    references = refs(f"select {expression} as x from t")
    wanted = "payload" if "payload" in expression else "a"
    assert [r.transform for r in references if r.name == wanted] == [transform]


def test_conditions_tell_it_too() -> None:
    (statement,) = compile_text("select 1 from t join u on t.a = u.b where c = 1", "postgres").statements
    assert isinstance(statement, Statement)
    (scope,) = statement.scopes
    assert isinstance(scope, Select)
    assert {r.name: r.transform for r in scope.rows if isinstance(r, Ref)} == {
        "a": "joined",
        "b": "joined",
        "c": "equality",
    }


def refs(sql: str) -> list[Ref]:
    """The references of the only output of `sql`."""
    (statement,) = compile_text(sql, "duckdb").statements
    assert isinstance(statement, Statement)
    scope = statement.scopes[statement.scope]
    assert isinstance(scope, Select)
    return [r for r in scope.outputs[0].refs if isinstance(r, Ref)]
