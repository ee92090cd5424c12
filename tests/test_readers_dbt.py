"""dbt: property files and a whole project, beside the facts that are expected of them (`UPDATE=1` writes these)."""

from __future__ import annotations

import hashlib
import json
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
from trackplan.tree import WorkTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.facts.declared import Column, Declaration

FOLDER = Path(__file__).parent / "readers" / "dbt"


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake"])
def test_project(dialect: str) -> None:
    found = "\n".join(described(dbt.project(WorkTree(FOLDER), "project", dialect))) + "\n"
    expected = FOLDER / f"project.{dialect}.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_one_bad_file_does_not_lose_the_others(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "project", tmp_path / "project")
    (tmp_path / "project" / "models" / "broken.yml").write_text("models: [", encoding="utf-8")
    (tmp_path / "project" / "models" / "binary.sql").write_bytes(b"\x00\xff")
    declared = list(dbt.project(WorkTree(tmp_path), "project", "duckdb"))
    problems = [d for d in declared if isinstance(d, Problem)]
    assert sorted({p.place.path for p in problems}) == ["project/models/binary.sql", "project/models/broken.yml"]
    assert sum(isinstance(d, Table) for d in declared) > 10


def test_a_key_written_twice_overwrites_as_it_does_for_dbt(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: a\nname: b\nmodel-paths: [sql]\n", encoding="utf-8")
    (tmp_path / "sql").mkdir()
    text = "models:\n- name: a\n  columns:\n  - {name: x, data_type: int, data_type: text}\n"
    (tmp_path / "sql" / "a.yml").write_text(text, encoding="utf-8")
    (table,) = dbt.project(WorkTree(tmp_path), ".")
    assert isinstance(table, Table)
    assert [(c.name, c.type) for c in table.columns] == [("x", "text")]


def test_a_file_may_say_nothing(tmp_path: Path) -> None:
    for path, text in {
        "dbt_project.yml": "name: shop\n",
        "models/none.yml": "# later\n\n",
        "dbt_packages/x/dbt_project.yml": "name: x\n",
        "dbt_packages/x/packages.yml": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert list(dbt.project(WorkTree(tmp_path), ".")) == []


def test_keys_of_an_incremental_model_decide_which_rows_it_has(tmp_path: Path) -> None:
    head = "{{ config(materialized='incremental', unique_key=['id', \"k || '-'\"]) }}"
    for path, text in {
        "dbt_project.yml": "name: shop\nmodels: {shop: {+event_time: at}}\n",
        "models/m.sql": f"{head} select id, k, at, amount from raw",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    texts = [sql.text for sql in dbt.project(WorkTree(tmp_path), ".") if isinstance(sql, Sql)]
    gone = "(coalesce(id) IS NULL) OR (coalesce(k || '-') IS NULL) OR (coalesce(at) IS NULL)"
    assert texts[1:] == [f"DELETE FROM m WHERE {gone}"]


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
        ("select * from {{ ref(var('where')) }} -- of the shop", ALL),
        ("select * from {{ source('shop', var('which')) }}", ALL),
        ("select * from {{ var('where') }} -- and of copilot", ALL),
        ("{{ elsewhere.everything() }}", ALL),
        ("select {{ plain(var('x')) }} from {{ source('shop', 'orders') }}", {"orders"}),
    ],
)
def test_tables_that_a_template_looks_up_are_named(tmp_path: Path, text: str, named: set[str]) -> None:
    macros = (
        "{% macro own(s) %} {{ run_query('select 1 from information_schema.tables where s = ' ~ s) }} {% endmacro %}"
    )
    plain = "{% macro plain(c) %} lower({{ c }}) {% endmacro %}"
    files = {"macros/m.sql": macros, "macros/p.sql": plain, "models/s.yml": SOURCES, "models/m.sql": text}
    found = [d for d in project(tmp_path, files) if isinstance(d, Sql) and not d.rendered]
    words = {w.lower() for sql in found for w in re.findall(r"\w+", sql.text)}
    assert found
    assert words & ALL == named


def test_a_folder_without_a_project_file_is_told(tmp_path: Path) -> None:
    (problem,) = dbt.project(WorkTree(tmp_path), "transform")
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


def test_artifacts_are_read_only_where_they_are_named(tmp_path: Path) -> None:
    text = "select {{ var('nobody_knows') }} from {{ source('shop', 'orders') }}"
    old = "select {{ var('x') }}"
    files = {"models/m.sql": text, "models/n.sql": old, "models/s.yml": SOURCES}
    checksum = {"name": "sha256", "checksum": hashlib.sha256(text.encode()).hexdigest()}
    about = {"package_name": "a", "database": "db", "schema": "mart", "alias": "m", "checksum": checksum}
    made = {"original_file_path": "models/m.sql", "compiled_code": "select total from db.shop.orders", **about}
    other = {**made, "original_file_path": "models/n.sql", "alias": "n"}
    columns = {"total": {"type": "number", "index": 1}}
    source = {"metadata": {"database": "db", "schema": "shop", "name": "orders"}, "columns": columns}
    artifacts = {
        "target/manifest.json": json.dumps({"nodes": {"model.a.m": made, "model.a.n": other}}),
        "target/catalog.json": json.dumps({"nodes": {}, "sources": {"source.a.shop.orders": source}}),
    }
    without = project(tmp_path, files)
    assert project(tmp_path, {**files, **artifacts}) == without
    found = list(dbt.project(WorkTree(tmp_path), ".", "duckdb", (), "target/manifest.json", "target/catalog.json"))
    sql = {s.place.path: s for s in found if isinstance(s, Sql)}
    assert (sql["models/m.sql"].text, sql["models/m.sql"].rendered) == ("select total from db.shop.orders", True)
    assert not sql["models/n.sql"].rendered
    tables = [t for t in found if isinstance(t, Table)]
    assert any(("db", "mart", "m") in t.aliases for t in tables)
    assert any(t.parts == ("db", "shop", "orders") and t.complete and t.columns[0].name == "total" for t in tables)
    (stale,) = [p for p in found if isinstance(p, Problem)]
    assert (stale.kind, stale.message) == ("stale", "target/manifest.json is older than 1 of the files: models/n.sql")


@pytest.mark.parametrize(
    "text", ["", "[", "[]", '{"nodes": 1}', '{"nodes": {"a": 1}, "sources": {"b": {"metadata": 1}}}']
)
def test_artifacts_of_any_form_are_no_crash(tmp_path: Path, text: str) -> None:
    project(tmp_path, {"models/m.sql": "select 1", "x.json": text})
    found = list(dbt.project(WorkTree(tmp_path), ".", "duckdb", (), "x.json", "x.json"))
    assert any(isinstance(d, Sql) for d in found)


def test_macros_and_models_of_packages_are_read(tmp_path: Path) -> None:
    files = {
        "packages.yml": "packages:\n- local: shared\n",
        "shared/dbt_project.yml": "name: shared\nvars: {column: c, other: own}\n",
        "shared/macros/m.sql": "{% macro col() %}{{ var('column') }}{% endmacro %}",
        "shared/models/base.sql": "select {{ var('column') }}, {{ var('other') }} from raw.base",
        "dbt_packages/far/dbt_project.yml": "name: far\nmacro-paths: [m]\n",
        "dbt_packages/far/m/m.sql": "{% macro default__far_away() %}far{% endmacro %}"
        "{% macro far_away() %}{{ return(adapter.dispatch('far_away', 'far')()) }}{% endmacro %}",
        "dbt_project.yml": "name: a\nvars: {column: b, shared: {other: mine}}\n",
        "models/m.sql": "select {{ shared.col() }}, {{ far.far_away() }} from {{ ref('base') }}",
    }
    found = {s.place.path: s.text for s in project(tmp_path, files) if isinstance(s, Sql)}
    assert found["shared/models/base.sql"] == "select b, mine from raw.base"
    assert found["models/m.sql"] == "select b, far from ref_a.base"


def test_disabled_models_are_left_out_and_unknown_references_are_in_doubt(tmp_path: Path) -> None:
    files = {
        "dbt_project.yml": "name: a\nmodels: {a: {old: {+enabled: false}}}\n",
        "models/old/gone.sql": "select 1",
        "models/off.sql": "{{ config(enabled=false) }}select 1",
        "models/perhaps.sql": "{{ config(enabled=var('on', false)) }}select 1",
        "models/m.sql": "select * from {{ ref('gone') }} union all select * from {{ ref('elsewhere', 'far') }}",
        "models/s.yml": SOURCES,
    }
    found = [s for s in project(tmp_path, files) if isinstance(s, Sql)]
    assert {s.place.path for s in found} == {"models/perhaps.sql", "models/m.sql"}
    (doubt,) = [s for s in found if not s.rendered]
    assert doubt.relation == ("far",)
    assert {"orders", "begun", "*"} <= set(doubt.text.split())


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({"models/m.sql": "{{ config(enabled=var('no')) }}select 1"}, False),
        ({"models/m.sql": "{{ config(enabled=var('no', true) == true) }}select 1"}, False),
        ({"models/m.sql": "{{ config(enabled=not var('no')) }}select 1"}, True),
        ({"models/m.sql": "{{ config(enabled=target.name == 'prod') }}select 1"}, True),
        ({"models/m.sql": "{{ config(enabled=var('no') and target.name == 'prod') }}select 1"}, False),
        ({"models/m.sql": "{{ config(enabled=env_var('ON', 'x') == 'y') }}select 1"}, True),
        ({"models/m.sql": "{% if target.name == 'a' %}{{ config(enabled=false) }}{% endif %}select 1"}, True),
        ({"models/m.sql": "{% if target.b %}{{ config(enabled=var('no')) }}{% endif %}select 1"}, True),
        ({"models/m.yml": "models: [{name: m, config: {enabled: false}}]"}, False),
        ({"models/m.yml": "models: [{name: m, config: {enabled: \"{{ var('no') }}\"}}]"}, False),
        ({"models/m.yml": "models: [{name: m, config: {enabled: \"{{ var('other', false) }}\"}}]"}, True),
        ({"models/m.yml": "models: [{name: m, config: {enabled: \"{{ target.name == 'prod' }}\"}}]"}, True),
        ({"models/m.yml": "models: [{name: m, config: {enabled: false}}]", "models/a/m.sql": "select 2"}, True),
        ({"models/m.yml": "models: [{name: m, config: {enabled: true}}]", "switch": "false"}, True),
        ({"models/m.sql": "{{ config(enabled=true) }}select 1", "switch": "false"}, True),
        ({"models/m.sql": "select 1 as enabled", "switch": "false"}, False),
        ({"switch": "false"}, False),
        ({"switch": "\"{{ var('no') }}\""}, False),
        ({"switch": "\"{{ var('no') or var('unset') }}\""}, True),
        ({"switch": "\"{{ not var('no') | as_bool }}\""}, True),
    ],
)
def test_what_is_surely_switched_off_builds_nothing(tmp_path: Path, said: dict[str, str], there: bool) -> None:
    switch = said.pop("switch", "true")
    files = {
        "dbt_project.yml": f"name: a\nvars: {{no: false}}\nmodels: {{a: {{+enabled: {switch}}}}}\n",
        "models/m.sql": "select 1",
        "models/n.sql": "{{ config(enabled=true) }}select a from {{ ref('m') }}",
        **said,
    }
    found = {s.place.path for s in project(tmp_path, files) if isinstance(s, Sql)}
    assert ("models/m.sql" in found) is there
    assert "models/n.sql" in found


def test_the_project_decides_what_of_a_package_is_built(tmp_path: Path) -> None:
    files = {
        "dbt_project.yml": "name: a\nmodels: {p: {x: {+enabled: true}, y: {+enabled: false}}}\n",
        "dbt_packages/p/dbt_project.yml": "name: p\nmodels: {p: {+enabled: false}}\n",
        "dbt_packages/p/models/x/on.sql": "select 1",
        "dbt_packages/p/models/y/off.sql": "select 1",
        "dbt_packages/p/models/z/off.sql": "select 1",
        "dbt_packages/p/models/z/own.sql": "{{ config(enabled=true) }}select 1",
        "dbt_packages/p/models/x/kept.sql": "{{ config(enabled=false) }}select 1",
        "dbt_packages/p/models/y/lost.sql": "{{ config(enabled=true) }}select 1",
    }
    found = {s.place.path.rpartition("/")[2] for s in project(tmp_path, files) if isinstance(s, Sql)}
    assert found == {"on.sql", "own.sql", "kept.sql"}


def test_two_projects_may_have_models_of_one_name(tmp_path: Path) -> None:
    files = {"models/orders.sql": "select 1 as a", "models/x.sql": "select a from {{ ref('orders') }}"}
    found = [d for d in project(tmp_path, files) if isinstance(d, Table | Sql)]
    other = [d for d in dbt.project(WorkTree(tmp_path), ".", "duckdb", {"orders"}) if isinstance(d, Table | Sql)]
    assert ("orders",) in {d.parts for d in found if isinstance(d, Table)}
    tables = {d.parts: d.aliases for d in other if isinstance(d, Table)}
    assert tables["a", "orders"] == (("ref_a", "orders"), ("orders",))
    assert "select a from ref_a.orders" in {d.text for d in other if isinstance(d, Sql)}


CONSUMERS = """
models:
- name: orders
  tests: [{dbt_utils.unique_combination_of_columns: {combination_of_columns: [a, b]}}]
  columns:
  - {name: id, data_tests: [unique, {relationships: {to: ref('customers'), field: key}}]}
  - {name: total}
unit_tests:
- {name: sums, model: orders, given: [], expect: {rows: [{total: 1}]}}
semantic_models:
- name: sales
  model: ref('orders')
  entities: [{name: order, expr: id}]
  measures: [{name: revenue, agg: sum, expr: total * 100}, {name: count, expr: "1"}]
metrics:
- {name: new_style, type: simple, type_params: {measure: revenue}}
- {name: old_style, model: ref('orders'), expression: total, timestamp: day, dimensions: [kind], filters: [{field: f}]}
- {name: ratio, type: ratio, type_params: {numerator: {name: count}, denominator: count}}
"""


def test_tests_and_metrics_are_consumers_of_their_own(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "models/orders.sql": "select 1",
            "models/c.yml": CONSUMERS,
            "tests/none.sql": "select x from {{ ref('orders') }}",
        },
    )
    consumers = {c.name: c for c in found if isinstance(c, Consumer)}
    assert {n for n, c in consumers.items() if c.use == "test"} == {"orders", "unit.sums"}
    assert [t.columns for t in consumers["orders"].takes] == [("id", "a", "b"), ("key",)]
    assert [t.columns for t in consumers["old_style"].takes] == [("total", "day", "kind", "f")]
    assert [t.columns for t in consumers["ratio"].takes] == [(), ()]
    sql = {s.consumer.name: s.text for s in found if isinstance(s, Sql) and s.consumer is not None}
    assert sql["sales"] == "SELECT (id), (total * 100), (1), 1 FROM ref_a.orders"
    assert sql["new_style"] == "SELECT (total * 100), 1 FROM ref_a.orders"
    assert sql["none"] == "select x from ref_a.orders"


def test_hooks_that_read_are_sql_of_their_own(tmp_path: Path) -> None:
    files = {
        "dbt_project.yml": "name: a\non-run-end: ['grant x', 'insert into log select a from {{ ref(\"m\") }}']\n",
        "models/m.sql": "{{ config(post_hook=['grant x', 'delete from {{ this }} where k in (select k from gone)']) }}"
        "select 1 as k",
    }
    texts = [s.text.strip() for s in project(tmp_path, files) if isinstance(s, Sql)]
    assert texts == [
        "select 1 as k",
        "delete from m where k in (select k from gone)",
        "insert into log select a from ref_a.m",
    ]


def project(root: Path, files: dict[str, str], dialect: str = "duckdb") -> list[Declaration | Problem]:
    """What a project of these files declares."""
    for path, content in {"dbt_project.yml": "name: a\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return list(dbt.project(WorkTree(root), ".", dialect))


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
