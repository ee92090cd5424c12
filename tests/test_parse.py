"""Cutting a text into statements: nothing is lost, nothing ends the process, and places stay those of the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from trackplan.sql.nesting import DEEPEST, too_much
from trackplan.sql.parse import Piece, statements
from trackplan.sql.records import NotUnderstood
from trackplan.sql.statements import compile_text

DIALECTS = ("duckdb", "bigquery", "snowflake", "postgres")
DEEP = 10_000
LONG = 2_000
TOO_DEEP = {
    "derived tables": "select * from (" * DEEP + "select a from o" + ") t" * DEEP,
    "joins": "select * from " + "(a join " * DEEP + "b" + " on true)" * DEEP,
    "laterals": "select a from o" + ", lateral (select * from b" * DEEP + ")" * DEEP,
    "WITHs": "with a as (" * DEEP + "select 1" + ") select * from a" * DEEP,
    "parentheses": "select " + "(" * DEEP + "a" + ")" * DEEP,
    "parentheses never closed": "select " + "(" * DEEP,
    "parentheses among stray ENDs": "select " + "(end " * DEEP,
    "lists": "select " + "[" * DEEP + "a" + "]" * DEEP,
    "CASE": "select " + "case when a then " * DEEP + "a" + " end" * DEEP,
    "CASE as value": "select " + "a -> case when " * DEEP,
    "types": "select cast(a as " + "struct<a " * DEEP + "int" + ">" * DEEP + ")",
    "NOT": "select " + "not " * DEEP + "a",
    "minus": "select " + "- " * DEEP + "a",
    "FROM": "from " * DEEP + "a",
    "dots": "select a" + ".a" * DEEP,
    "dots and keywords": "select a" + ".case" * DEEP,
    "arrows": "select a" + " -> 'a'" * DEEP,
    "casts": "select a" + "::int" * DEEP,
    "subscripts": "select a" + "[1]" * DEEP,
    "subscripts that calculate": "select a" + "[1 + 1]" * DEEP,
    "methods": "select a" + ".b()" * DEEP,
    "methods of lists": "select a" + ".b((1, 2), c)" * LONG,
    "calls with lists": "select " + "f((1, 2), array(3), " * LONG + "a" + ")" * LONG,
}
WITHOUT_ON = {
    "joins without ON": "select * from a" + " left join b" * 30,
    "joins without ON among others": "select * from a" + " left join b join c on b.x = c.x" * 30,
    "joins without ON, each inside of one": "select * from a" + " left join b join (select * from a" * 30 + ")" * 30,
}
FINE = {
    "derived tables": "select * from (" * 30 + "select a from o" + ") t" * 30,
    "dots side by side": "select " + ", ".join(["a.b.c"] * LONG),
    "dots in conditions": "select 1 from a where " + " and ".join(["a.b = a.c"] * LONG),
    "CASE side by side": "select " + ", ".join(["case when a then b end"] * LONG),
    "columns named case": "select " + ", ".join(["t.case"] * LONG),
    "comparisons": "select " + ", ".join(["a < b"] * LONG),
    "NULLs": "select " + ", ".join(["null"] * LONG),
    "a chain of AND": "select a" + " and a" * LONG,
    "a chain of plus": "select a" + " + a" * LONG,
    "a chain of ||": "select a" + " || a" * LONG,
    "a long IN": "select a in (" + "1, " * LONG + "1)",
    "joins": "select a.x from a" + "".join(f" left join b as b{n} on a.x = b{n}.x" for n in range(300)),
    "cross joins": "select a.x from a" + " cross join b" * 100,
    "joins that wait": "select x from a join b join c join d on c.x = d.x on b.x = c.x on a.x = b.x",
    "joins without ON in their own queries": "select x from a join b" + " union all select x from a join b" * 50,
    "a long UNION": "select a from o" + " union all select a from o" * 1_000,
}


def pieces(text: str, dialect: str = "duckdb") -> list[Piece]:
    return list(statements(text, dialect))


@pytest.mark.parametrize("name", TOO_DEEP)
@pytest.mark.parametrize("dialect", ["duckdb", "bigquery"])
def test_what_nests_too_deeply_is_refused(name: str, dialect: str) -> None:
    found = pieces(f"select 1; {TOO_DEEP[name]}; select 2", dialect)
    assert [p.error for p in found if p.tree is None] == ["is nested too deeply"]
    assert [p.text for p in found if p.tree is not None] == ["select 1", "select 2"]


@pytest.mark.parametrize("name", WITHOUT_ON)
def test_joins_that_double_the_time_are_refused(name: str) -> None:
    (only,) = pieces(WITHOUT_ON[name])
    assert only.error == "has too many joins without ON"


@pytest.mark.parametrize("name", FINE)
def test_what_is_only_long_has_a_tree(name: str) -> None:
    (only,) = pieces(FINE[name])
    assert only.error == ""
    assert compile_text(FINE[name], "duckdb").statements


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("clickhouse", "create table a (x int) engine = Buffer(db, b, 1)"),
        ("clickhouse", "create table a as b engine = Distributed(c, d, b)"),
        ("duckdb", "create table a as summarize b"),
        ("postgres", "create table a () inherits (b)"),
        ("postgres", "create table a as execute p(1)"),
        ("postgres", "create table a partition of b for values in (1)"),
        ("postgres", "alter table b attach partition a for values in (1)"),
        ("postgres", "insert into a values (1) on conflict (x) do update set y = (select z from b)"),
        ("postgres", "insert into a values (1) returning (select x from b)"),
        ("postgres", "insert into a select x from c returning (select x from b)"),
        ("postgres", "with d as (delete from b returning *) insert into a values (1)"),
    ],
)
def test_what_passes_data_on_in_another_way_is_not_passed_over(dialect: str, text: str) -> None:
    (only,) = compile_text(text, dialect).statements
    assert isinstance(only, NotUnderstood)
    assert {"a"} < only.words


@pytest.mark.parametrize(
    ("dialect", "text"),
    [("mysql", "select a from mainraw.web..t"), ("spark", "select * lateral .result"), ("tsql", "select .a from b")],
)
def test_a_name_that_begins_with_nothing_does_no_harm(dialect: str, text: str) -> None:
    assert compile_text(text, dialect).statements


@pytest.mark.parametrize(("opening", "closing"), [("select * from (", ") t"), ("select * from (a join ", " on a.b)")])
def test_the_bound_is_safe(opening: str, closing: str) -> None:
    depth = DEEPEST - 1
    inner = "select 1" if closing == ") t" else "c"
    (only,) = pieces(opening * depth + inner + closing * depth)
    assert only.error in {"", "is nested too deeply"} or only.error.startswith("could not be parsed")


def test_short_groups_hide_no_depth() -> None:
    for depth, said in ((DEEPEST, ""), (DEEPEST + 1, "is nested too deeply")):
        assert too_much("(x,x),[x]," * DEEPEST + "((x),x," * (depth - 1) + "(x" + ")" * depth) == said
        assert too_much("x(x),t(x)<x," * DEEPEST + "x" + ".x(x,(x))" * depth) == said


def test_a_list_in_from_stays_as_it_is_written() -> None:
    for dialect in ("bigquery", "redshift", "bigquery", "duckdb", "bigquery"):
        (only,) = pieces("select x from t, t.items", dialect)
        assert only.tree is not None
        assert [table.sql() for table in only.tree.find_all(exp.Table)] == ["t", "t.items"]
        assert only.tree.find(exp.Unnest) is None


def test_a_statement_of_endless_length_is_refused() -> None:
    (only,) = pieces("select a" + " and a" * 60_000)
    assert only.error == "is too long to be looked at"


def test_many_short_statements_are_not_one_long() -> None:
    text = "select 1;\n" * 20_000
    begun = time.process_time()
    found = pieces(text + "select from from;")
    assert [p.tree is None for p in found] == [False] * 20_000 + [True]
    assert found[-1].error.startswith("could not be parsed (line 20001,")
    assert time.process_time() - begun < 10  # it takes one second; far more if each statement reads all before it


@pytest.mark.parametrize("broken", ["", "select from from;\n", "select " + "(" * DEEP + ";\n"])
def test_names_stand_where_the_whole_text_has_them(broken: str) -> None:
    text = f"select b, c from a;\n{broken}  -- a remark\n  select d.e from d;\n"
    for piece in pieces(text):
        assert piece.text == text[slice(*piece.span)]
        for name in piece.tree.find_all(exp.Identifier) if piece.tree is not None else ():
            assert text[name.meta["start"] : name.meta["end"] + 1] == name.name
    assert sum(p.tree is not None for p in pieces(text)) == 2


def test_a_string_that_never_ends_costs_its_own_statement() -> None:
    text = "select a from b;\n  select from from;\nselect c from d;\nselect 'open"
    first, second, third, last = pieces(text)
    assert [first.error, third.error, last.error] == ["", "", "could not be parsed"]
    assert (
        second.error == pieces(text.removesuffix("'open") + "1")[1].error == "could not be parsed (line 2, column 18)"
    )
    assert [text[slice(*p.span)] for p in (first, third)] == ["select a from b", "select c from d"]


def test_a_routine_that_parses_not_is_read_as_its_statements() -> None:
    body = "create procedure p() begin insert into a select b from c; select from from; end; select d from e"
    found = pieces(body, "snowflake")
    assert any(p.tree is not None and p.text == "select d from e" for p in found)
    assert "".join(p.text for p in found).count("from from") == 1


WORDS = (
    *(
        "select",
        "from",
        "a",
        "b.c",
        "'x'",
        '"q"',
        "1",
        "*",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        ",",
        ".",
        ";",
        ";\n",
    ),
    *("->", "::", ":", "+", "-", "not", "case", "when", "end", "begin", "create procedure p() begin", "with", "as"),
    *("join", "union", "struct<", "insert into", "'", '"', "$$", "/*", "*/", "--", "\n", "\\", "{{", "}}", "é", "\x00"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=TEXTS, dialect=st.sampled_from(DIALECTS))
def test_no_text_is_lost(text: str, dialect: str) -> None:
    found = pieces(text, dialect)
    covered = [False] * len(text)
    for piece in found:
        start, end = piece.span
        assert piece.text == text[start:end]
        assert (piece.tree is None) == bool(piece.error)
        covered[start:end] = [True] * (end - start)
    assert not [c for c in without_remarks(text, covered, dialect) if not c.isspace() and c != ";"]


def without_remarks(text: str, covered: list[bool], dialect: str) -> str:
    """What no piece covers, but for what the dialect's tokens leave out too: remarks."""
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import SqlglotError

    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(text)
    except SqlglotError:
        return "" if "--" in text or "/*" in text else "".join(t for t, c in zip(text, covered, strict=True) if not c)
    return "".join(text[n] for t in tokens for n in range(t.start, t.end + 1) if not covered[n])
