"""The catalog of a warehouse: each script in tests/sql/ddl beside the facts that are expected of it.

A script is called `<what>.<dialect>.sql`; `<what>.<dialect>.txt` holds what it gives (`UPDATE=1` writes it).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trackplan.facts.declared import Column
from trackplan.findings import Place
from trackplan.sql.ddl import Catalog

FOLDER = Path(__file__).parent / "sql" / "ddl"
SCRIPTS = sorted(FOLDER.glob("*.sql"), key=lambda p: p.name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_script(script: Path) -> None:
    catalog = Catalog()
    catalog.apply(script.read_bytes().decode(), script.name, script.suffixes[0][1:])
    found = "\n".join(described(catalog)) + "\n"
    expected = script.with_suffix(".txt")
    if os.environ.get("UPDATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_changes_before_the_creation_are_made_after_it() -> None:
    catalog = Catalog()
    catalog.apply("alter table raw.t add column b integer; alter table raw.t drop column a;", "1.sql", "duckdb")
    catalog.apply("create table raw.t (a integer, c integer);", "2.sql", "duckdb")
    (table,) = catalog.tables()
    assert table.complete
    assert [c.name for c in table.columns] == ["c", "b"]
    assert [c.place.path for c in table.columns] == ["2.sql", "1.sql"]


def test_a_shorter_name_means_the_only_relation_that_ends_so() -> None:
    catalog = Catalog()
    catalog.apply("create table a.t (x integer); create table b.t (x integer); create table a.u (x integer);", "1", "")
    catalog.apply("alter table u add column y integer; alter table t add column y integer;", "2", "")
    assert {t.parts: len(t.columns) for t in catalog.tables()} == {
        ("a", "t"): 1,
        ("b", "t"): 1,
        ("a", "u"): 2,
        ("t",): 1,
    }


def test_a_view_keeps_the_lines_of_its_file() -> None:
    catalog = Catalog()
    catalog.apply("create table t (a integer);\n\n create view v as\nselect a from t;", "x.sql", "duckdb")
    (view,) = catalog.views()
    assert view.text == "\n\n create view v as\nselect a from t"
    assert (view.place, view.dialect, view.relation, view.consumer) == (Place("x.sql"), "duckdb", None, None)


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb", "snowflake"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x01\x02",
        ";;;",
        "-- nothing but a comment",
        "create",
        "create table",
        "alter table",
        "drop",
        "comment on",
        "create table t (" + "struct<x " * 10_000 + ")" * 10_000,
        "create view v as select " + "(" * 10_000 + "1" + ")" * 10_000,
        "create view v as " + "select * from (" * 10_000 + "t" + ")" * 10_000,
        "create view v as select " + "case when " * 10_000 + "1" + " then 1 end" * 10_000,
        "create table t (a " + "array<" * 5_000 + "int64" + ">" * 5_000 + ")",
    ],
    ids=range(14),
)
def test_nothing_that_a_script_holds_raises(text: str, dialect: str) -> None:
    catalog = Catalog()
    catalog.apply(text, "x.sql", dialect)
    assert all(t.parts for t in catalog.tables())


def described(catalog: Catalog) -> Iterator[str]:
    """Tables with their columns, views, and what is unresolved, one fact a line."""
    for table in catalog.tables():
        words = [".".join(table.parts), table.kind, "" if table.complete else "incomplete", table.description]
        yield f"{spot(table.place)} {' '.join(w for w in words if w)}"
        yield from columns(table.columns, "  ")
    for view in catalog.views():
        line = len(view.text) - len(view.text.lstrip("\n")) + 1
        what = f"{view.unclear[0]}, {view.unclear[1]}" if view.unclear else "view"
        yield f"{what}, line {line}: {' '.join(view.text.split())}"
    for reason, name, detail, place in catalog.unresolved:
        yield f"{spot(place)} {reason}{name}: {detail}"


def columns(found: tuple[Column, ...], indent: str) -> Iterator[str]:
    for column in found:
        yield f"{indent}{spot(column.place)} {column.name} {column.type}  {column.description}".rstrip()
        yield from columns(column.columns, indent + "  ")


def spot(place: Place) -> str:
    return f"{place.line}:{place.column}-{place.end_line}:{place.end_column}"
