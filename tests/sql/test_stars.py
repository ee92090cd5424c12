"""Which columns a filtered star allows, as the records say it."""

from __future__ import annotations

import re

import pytest

from trackplan.sql.records import Select, Star, Statement
from trackplan.sql.statements import compile_text

ALLOWED = [
    ("columns('^m_')", "duckdb", {"m_jan", "m_feb"}),
    ("columns('(?i)JAN')", "duckdb", {"m_jan"}),
    ("columns(c -> c like 'm%')", "duckdb", {"m_jan", "m_feb"}),
    ("columns(c -> c = 'id' or starts_with(c, 'm_f'))", "duckdb", {"id", "m_feb"}),
    ("columns(c -> c in ('id', 'note'))", "duckdb", {"id", "note"}),
    ("columns(['id', 'note'])", "duckdb", {"id", "note"}),
    ("max(columns('m_.*'))", "duckdb", {"m_jan", "m_feb"}),
    ("* like '%_jan'", "duckdb", {"m_jan"}),
    ("* similar to '.*_feb'", "duckdb", {"m_feb"}),
    ("* not ilike 'M%'", "duckdb", {"id", "note"}),
    ("max(columns(* exclude (ID)))", "duckdb", {"note", "m_jan", "m_feb"}),
    ("* ilike 'M_%'", "snowflake", {"m_jan", "m_feb"}),
]
COLUMNS = {"id", "m_jan", "m_feb", "note"}


@pytest.mark.parametrize(("item", "dialect", "names"), ALLOWED)
def test_the_names_that_a_star_allows(item: str, dialect: str, names: set[str]) -> None:
    star = star_of(item, dialect)
    assert star.subset
    assert {c for c in COLUMNS if re.fullmatch(star.pattern, c, re.IGNORECASE)} == names


@pytest.mark.parametrize(
    "item",
    ["* not like 'm%'", "* not similar to 'm.*'", "* not ilike 'm\\%'", "columns('(a+)+$')", "columns('[^m].*')"],
)
def test_filters_that_may_leave_anything(item: str) -> None:
    star = star_of(item, "duckdb")
    assert star.subset
    assert not star.pattern


def star_of(item: str, dialect: str) -> Star:
    """The star of the only output of a query."""
    (statement,) = compile_text(f"select {item} from t", dialect).statements
    assert isinstance(statement, Statement)
    (scope,) = statement.scopes
    assert isinstance(scope, Select)
    star = scope.outputs[0].star
    assert star is not None
    return star
