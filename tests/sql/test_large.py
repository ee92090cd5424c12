"""Long texts: what is data in them is left out, and what cannot be looked at is told."""

from __future__ import annotations

import pytest

from trackplan.sql import statements
from trackplan.sql.records import NotUnderstood, Statement
from trackplan.sql.script import LARGE, without_rows
from trackplan.sql.statements import compile_text


def test_rows_of_values_are_left_out() -> None:
    text = "insert into z values (1, 'a (b), c'), (2, 'it''s'), (f(3), 'x')\nreturning a"
    thin = without_rows(text)
    assert len(thin) == len(text)
    assert " ".join(thin.split()) == "insert into z values (1, 'a (b), c') returning a"


def test_rows_that_hold_a_query_stay() -> None:
    text = "insert into z values (1), ((select max(a) from t))"
    assert without_rows(text) == text


def test_a_long_insert_hides_no_statement_after_it() -> None:
    rows = ",\n".join(f"({n}, 'some text that is number {n}')" for n in range(LARGE // 30))
    text = f"insert into z(a, b) values {rows};\ncreate view v as select a from t;\n"
    assert len(text) > LARGE
    (statement,) = compile_text(text, "postgres").statements
    assert isinstance(statement, Statement)
    assert statement.target == ("v",)
    assert text[slice(*statement.sources().__next__().span)] == "t"


def test_a_statement_that_is_too_large_is_told_and_no_other_lost() -> None:
    columns = ", ".join(f"a{n}" for n in range(LARGE // 6))
    found = compile_text(f"select {columns} from t;\nselect b from u;\n", "postgres").statements
    assert isinstance(found[0], NotUnderstood)
    assert found[0].detail == "is too large to be looked at"
    assert {"a0", "t", f"a{LARGE // 6 - 1}"} <= found[0].words
    assert isinstance(found[1], Statement)


def test_after_very_many_statements_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_MOST", 2)
    text = "select a from t; select b from t;\nselect c from u; delete from v where d = 1"
    first, second, rest = compile_text(text, "duckdb").statements
    assert isinstance(first, Statement)
    assert isinstance(second, Statement)
    assert isinstance(rest, NotUnderstood)
    assert rest.detail == "follows more statements than are looked at (2)"
    assert text[slice(*rest.span)].startswith("select c")
    assert {"c", "u", "v", "d"} <= rest.words
    assert "b" not in rest.words
