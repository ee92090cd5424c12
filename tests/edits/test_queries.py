"""Columns taken out of SQL: what is left gives the same rows, and what nobody can tell is refused at its place."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.edits.queries import ROWS, TABLES, QueryWriter
from trackplan.edits.query import drop_columns
from trackplan.edits.text import EditError, apply, inverse

if TYPE_CHECKING:
    from collections.abc import Iterable


def dropped(text: str, lost: dict[str, str], outputs: Iterable[str], dialect: str = "duckdb") -> str:
    def lost_by(name: tuple[str, ...]) -> frozenset[str]:
        return frozenset(lost.get(name[-1], "").split())

    edits = drop_columns(text, "m.sql", dialect, lost_by, frozenset(outputs))
    after = apply(text, edits)
    assert apply(after, inverse(text, edits)) == text
    return after


@pytest.mark.parametrize(
    ("text", "lost", "outputs", "expected"),
    [
        ("select a, b, c from t", "b", "b", "select a, c from t"),
        ("select a,\n  b, -- bee\n  c\nfrom t\n", "b", "b", "select a,\n  c\nfrom t\n"),
        ("select a\n  , b -- bee\n  , c\nfrom t", "c", "c", "select a\n  , b -- bee\nfrom t"),
        ("select a\n  , b\n  , c\nfrom t", "a b", "ab", "select c\nfrom t"),
        ("select\r\n  a,\r\n  b,\r\nfrom t", "b", "b", "select\r\n  a,\r\nfrom t"),
        ("select a, b from t union all select a, null from u", "b", "b", "select a from t union all select a from u"),
        (
            "with x as (select a, b as c from t) select a, coalesce(c, 1) as z from x",
            "b",
            "z",
            "with x as (select a from t) select a from x",
        ),
        (
            "with x as (select *, 1 as n from t), y as (select * exclude (n, b) from x) select * from y",
            "b",
            "",
            "with x as (select *, 1 as n from t), y as (select * exclude (n) from x) select * from y",
        ),
        ("select * exclude (b) replace (trim(c) as c, 1 as d) from t", "b c", "c", "select * replace (1 as d) from t"),
        (
            "select a, c, max(b) as b, d from t group by 1, 2, 4 order by 4",
            "b",
            "b",
            "select a, c, d from t group by 1, 2, 3 order by 3",
        ),
        ("insert into z (a, b) select a, b from t", "b", "b", "insert into z (a) select a from t"),
        ("create view z (a, b) as select a, b from t", "b", "b", "create view z (a) as select a from t"),
        ("select p ->> '$.x' as x, p ->> '$.y' as y from t", "", "x", "select p ->> '$.y' as y from t"),
        (
            "with s as (select p ->> '$.x' as x, a from t) select s.x, s.a from s",
            "",
            "x",
            "with s as (select a from t) select s.a from s",
        ),
        ("select a, (select max(b) from u where u.k = t.k) as m from t", "", "m", "select a from t"),
    ],
)
def test_a_column_goes_with_its_comma(text: str, lost: str, outputs: str, expected: str) -> None:
    assert dropped(text, {"t": lost}, list(outputs)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{{ config(x=1) }}\nselect a,\n  {{ cents('b') }} as b\nfrom {{ ref('t') }}\n"
            "{% if is_incremental() %} where a > 1 {% endif %}\n",
            "{{ config(x=1) }}\nselect a\nfrom {{ ref('t') }}\n{% if is_incremental() %} where a > 1 {% endif %}\n",
        ),
        ("select a, b from {{ source('raw', 't') }}", "select a from {{ source('raw', 't') }}"),
        ("select a, {% if x %} b, {% endif %} c from t", "select a, {% if x %} {% endif %} c from t"),
    ],
)
def test_templates_stay_templates(text: str, expected: str) -> None:
    assert dropped(text, {"t": "b"}, ["b"]) == expected


@pytest.mark.parametrize(
    ("text", "lost", "outputs", "message"),
    [
        ("select a, b from t union select a, c from u", "b", "b",
         "1:8: a set operation compares whole rows, also by the column"),
        ("select * from t union all select * from u", "", "b",
         "1:8: a union goes by positions, which nobody can tell behind a star"),
        ("select distinct a, b from t", "b", "b", "1:20: SELECT DISTINCT: without the column there may be fewer rows"),
        ("select max(b) as b, 1 as x from t", "b", "b",
         "1:12: without its aggregate the query gives a row for each that it reads"),
        ("select unnest(b) as b, a from t", "b", "b", "1:8: the column makes rows"),
        ("select a from t where b > 1", "b", "",
         "1:23: b: it decides here what rows there are, or goes into another column"),
        ("select b from t", "b", "b", "1:8: nothing would be left in its select list"),
        ("select b, a from t", "b", "", "1:8: b would go too, and somebody may need it"),
        ("select a, b from t order by 2", "b", "b", "1:29: the column is grouped or sorted by, by its number"),
        ("select a, b + 1 as c from t order by c", "b", "c", "1:38: c is referred to here"),
        ("select a from t join u using (b)", "b", "", "1:31: the join goes by b"),
        ("select a from t natural join u", "b", "", "1:30: a NATURAL JOIN goes by whatever names there are"),
        ("select a, {% if x %} b {% endif %}, c from t", "b", "b", "1:24: template code stands in the way"),
        ("select a, b from t {% macro", "b", "b", "1:1: the statement is not understood"),
        ("select {{ columns }} b c from t", "b", "b", "1:8: without its template code the statement is not understood"),
        ("select a, b from t; select 1", "b", "b", "1:1: there are several statements"),
        ("delete from t", "b", "b", "1:13: this is no SELECT"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_refused_with_its_place(text: str, lost: str, outputs: str, message: str) -> None:
    with pytest.raises(EditError) as caught:
        dropped(text, {"t": lost}, list(outputs))
    assert caught.value.message == f"m.sql:{message}"


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    for text in ROWS:
        connection.execute(text)
    return connection


def rows(database: duckdb.DuckDBPyConnection, text: str) -> tuple[list[str], list[tuple[object, ...]]]:
    result = database.execute(text)
    names = [column[0] for column in result.description or ()]
    return names, sorted(result.fetchall(), key=repr)


def without(found: tuple[list[str], list[tuple[object, ...]]], name: str) -> tuple[list[str], list[tuple[object, ...]]]:
    names, values = found
    kept = [n for n, each in enumerate(names) if each != name]
    return [names[n] for n in kept], sorted((tuple(row[n] for n in kept) for row in values), key=repr)


@pytest.mark.parametrize("part", range(8))
def test_random_queries_give_the_same_without_a_column(database: duckdb.DuckDBPyConnection, part: int) -> None:
    """Every edit that is made leaves all other columns and all rows as they were, and most are made."""
    made = 0
    refused: list[str] = []
    for seed in range(part * 100, part * 100 + 100):
        chance = Random(seed)  # noqa: S311
        text, columns = QueryWriter(chance).query()
        if len(set(columns)) < len(columns):
            continue
        name = chance.choice(columns)
        try:
            before = rows(database, text)
        except duckdb.Error:  # not all that can be written makes sense
            continue
        try:
            after = dropped(text, {}, [name])
        except EditError as error:
            refused.append(error.reason)
            continue
        if after == text:  # it comes by a star from a table
            continue
        assert rows(database, after) == without(before, name), (text, name, after)
        made += 1
    assert made >= 30, refused


@pytest.mark.parametrize("part", range(8))
def test_random_queries_do_without_what_their_tables_lose(database: duckdb.DuckDBPyConnection, part: int) -> None:
    """A query whose table loses a column still runs, and gives what it gave but for what was made of that column."""
    made = 0
    for seed in range(part * 100, part * 100 + 100):
        chance = Random(seed)  # noqa: S311
        text, columns = QueryWriter(chance).query()
        table = chance.choice(sorted(TABLES))
        lost = chance.choice(TABLES[table])
        try:
            names, values = rows(database, text)
        except duckdb.Error:
            continue
        if len(set(names)) < len(names) or table not in text:
            continue
        try:
            after = dropped(text, {table: lost}, columns)
        except EditError:
            continue
        database.execute("begin")
        try:
            database.execute(f"alter table {table} drop column {lost}")
            left, found = rows(database, after)
        except duckdb.BinderException as error:
            if "SELECT list is empty" in str(error):  # a star that leaves out all that is left: only a schema tells
                continue
            raise AssertionError(text, lost, after) from error
        finally:
            database.execute("rollback")
        at = [names.index(name) for name in left]
        assert found == sorted((tuple(row[n] for n in at) for row in values), key=repr), (text, lost, after)
        made += 1
    assert made >= 3
