"""dbt: property files and a whole project, beside the facts that are expected of them (`UPDATE=1` writes these)."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trackplan.errors import ReadError
from trackplan.facts.declared import Consumer, Sql, Table
from trackplan.findings import Problem
from trackplan.readers import base, dbt
from trackplan.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.facts.declared import Column, Declaration

FOLDER = Path(__file__).parent / "readers" / "dbt"


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake"])
def test_project(dialect: str) -> None:
    found = "\n".join(described(dbt.project(Tree(FOLDER), "project", dialect))) + "\n"
    expected = FOLDER / f"project.{dialect}.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_one_bad_file_does_not_lose_the_others(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "project", tmp_path / "project")
    (tmp_path / "project" / "models" / "broken.yml").write_text("models: [", encoding="utf-8")
    (tmp_path / "project" / "models" / "binary.sql").write_bytes(b"\x00\xff")
    declared = list(dbt.project(Tree(tmp_path), "project", "duckdb"))
    problems = [d for d in declared if isinstance(d, Problem)]
    assert sorted({p.place.path for p in problems}) == ["project/models/binary.sql", "project/models/broken.yml"]
    assert sum(isinstance(d, Table) for d in declared) > 10


def test_a_key_written_twice_overwrites_as_it_does_for_dbt(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: a\nname: b\nmodel-paths: [sql]\n", encoding="utf-8")
    (tmp_path / "sql").mkdir()
    text = "models:\n- name: a\n  columns:\n  - {name: x, data_type: int, data_type: text}\n"
    (tmp_path / "sql" / "a.yml").write_text(text, encoding="utf-8")
    (table,) = dbt.project(Tree(tmp_path), ".")
    assert isinstance(table, Table)
    assert [(c.name, c.type) for c in table.columns] == [("x", "text")]


SOURCES = """
sources:
- {name: copilot, schema: copilot_prod, tables: [{name: clicked}, {name: started, identifier: begun}]}
- {name: shop, tables: [{name: orders}, {name: "Refunds", quoting: {identifier: true}}]}
"""
ALL = {"clicked", "started", "begun", "orders", "refunds"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{ union(dbt_utils.get_relations_by_pattern('copilot_prod', '%')) }}", {"clicked", "started", "begun"}),
        ("{% set r = adapter.list_relations('shop') %}{{ union_all(r) }}", {"orders", "refunds"}),
        ("{{ own('copilot_prod') }}", {"clicked", "started", "begun"}),
        ("{{ own(var('where')) }}", ALL),
        ("select * from {{ source(var('where'), x) }}", ALL),
        ("select * from {{ var('where') }}", ALL),
        ("{{ elsewhere.everything() }}", ALL),
        ("select {{ plain(var('x')) }} from {{ source('shop', 'orders') }}", {"orders"}),
    ],
)
def test_tables_that_a_template_looks_up_are_named(tmp_path: Path, text: str, named: set[str]) -> None:
    macros = "{% macro own(s) %} {{ run_query('select 1 from information_schema.tables where s = ' ~ s) }} {% endmacro %}"
    plain = "{% macro plain(c) %} lower({{ c }}) {% endmacro %}"
    files = {"macros/m.sql": macros, "macros/p.sql": plain, "models/s.yml": SOURCES, "models/m.sql": text}
    found = [d for d in project(tmp_path, files) if isinstance(d, Sql) and not d.rendered]
    words = {w.lower() for sql in found for w in re.findall(r"\w+", sql.text)}
    assert found
    assert words & ALL == named


def test_a_folder_without_a_project_file_is_told(tmp_path: Path) -> None:
    (problem,) = dbt.project(Tree(tmp_path), "transform")
    assert isinstance(problem, Problem)
    assert problem.message == "there is no dbt project in transform"


def test_all_that_is_wrong_in_a_file_comes_at_once() -> None:
    text = (FOLDER / "bad.names.yml").read_text(encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        list(dbt.read(text, "bad.yml"))
    assert str(caught.value).splitlines() == [
        "bad.yml:2:5: this entry of 'models' has no name",
        "bad.yml:4:12: 'exposures' is no list",
    ]


def test_property_files_are_known_by_their_content() -> None:
    text = (FOLDER / "project" / "models" / "schema.yaml").read_text(encoding="utf-8")
    assert dbt.detect(text[: base.HEAD], "x.yaml") == 2
    assert dbt.detect("trackplan: 1\n", "x.yaml") == 0


def project(root: Path, files: dict[str, str], dialect: str = "duckdb") -> list[Declaration | Problem]:
    """What a project of these files declares."""
    for path, content in {"dbt_project.yml": "name: a\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return list(dbt.project(Tree(root), ".", dialect))


def described(declared: Iterable[Declaration | Problem]) -> Iterator[str]:
    """One fact a line."""
    for item in declared:
        if isinstance(item, Table):
            words = [item.kind, ".".join(item.parts), "complete" if item.complete else "", item.description, item.owner]
            words += [f"also {'.'.join(a)}" for a in item.aliases]
            yield f"{item.place}: {' '.join(w for w in words if w)}"
            yield from columns(item.columns, "  ")
        elif isinstance(item, Consumer):
            yield f"{item.place}: {item.kind} {item.name} {item.title} {item.owner}".rstrip()
            for taken in item.takes:
                chosen = "all" if taken.columns is None else ", ".join(taken.columns)
                yield f"  {taken.place.line}:{taken.place.column} {'.'.join(taken.parts)}: {chosen}"
        elif isinstance(item, Sql):
            state = "" if item.rendered else " (not rendered)"
            yield f"{item.place}: builds {'.'.join(item.relation or ())}{state}: {' | '.join(item.text.splitlines())}"
        elif isinstance(item, Problem):
            yield f"{item.place}: {item.message}"


def columns(found: tuple[Column, ...], indent: str) -> Iterator[str]:
    for column in found:
        words = [column.name, column.type, column.sensitivity, ",".join(column.tags), column.description]
        yield f"{indent}{column.place.line}:{column.place.column} {' '.join(w for w in words if w)}"
        yield from columns(column.columns, indent + "  ")
