"""A run that uses what earlier ones left says the same as one that knows nothing, whatever was edited in between."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackplan import pipeline
from trackplan.cache import pack
from trackplan.cache.pack import Means
from trackplan.jinja import Renderer
from trackplan.link import linked
from trackplan.project import load

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.facts.base import FactBase, Row

PROJECT = """\
version: 1
dialect: bigquery
plans: [plan.yaml]
use_cases: [use_cases.yaml]
warehouse: [{path: "raw/*.yaml", format: bigquery-schema, relation: "raw.{1}"}]
models: [{path: "models/*.sql", relation: "m.{1}"}]
consumers: [dashboards/*.sql]
landing: [{plan: web, convention: segment, schema: raw}]
"""
COLUMNS = ("id", "at", "kind", "amount", "info")
RAW = ("raw.events", "raw.users", "raw.nobody_declares")
MODELS = tuple(f"m.m{number}" for number in range(4))
TABLES = (*RAW, *MODELS, "m.elsewhere")

columns = st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4, unique=True)
tables = st.sampled_from(TABLES)


@st.composite
def schemas(draw: st.DrawFn) -> str:
    """A schema file: some columns, one of which may be a struct."""
    lines = ["fields:"]
    for name in draw(columns):
        lines.append(f"- name: {name}\n  type: {draw(st.sampled_from(['STRING', 'INT64']))}")
        if name == "info":
            lines[-1] = "- name: info\n  type: RECORD\n  fields:\n  - name: page\n    type: STRING"
        if draw(st.booleans()):
            lines[-1] += f"\n  description: The {name}."
    return "\n".join(lines) + "\n"


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query, or what is none."""
    table, other = draw(tables), draw(tables)
    listed = ", ".join(draw(columns))
    name, key = draw(st.sampled_from(COLUMNS)), draw(st.sampled_from(COLUMNS))
    return draw(
        st.sampled_from(
            [
                f"select {listed} from {table}",
                f"-- all of it\nselect * from {table} where {name} > 1",
                f"select * except ({name}) from {table}",
                f"select {name}, count(*) as amount from {table} group by {name} order by {key}",
                f"with x as (select * from {table}) select x.*, y.{name} as n from x join {other} as y using ({key})",
                f"select a.info.page, b.{name} from {table} as a, {other} as b where a.{key} = {key}",
                f"select * from {table} union all select * from {other}",
                f"select if({name} = 1, a, b).* from {table} as a cross join {other} as b",
                f"create table m.elsewhere as select {listed} from {table};\nselect {name} from m.elsewhere",
                f"create table function m.rows_of() as select {listed} from {table};\nselect {name} from m.rows_of()",
                f"select {key} from m.rows_of() where {name} = 1;\nselect {name} from {other}",
                f"create function m.top() as ((select max({name}) from {table}));\nselect {key}, m.top() from {other}",
                f"select m.taken({key}, '$.{name}') from {table}",
                f"select {{{{ '{name}' }}}} from {table}",
                f"select {name} from from {table}",
            ]
        )
    )


PLAN = st.builds(
    "trackplan: 1\nname: web\nevents:\n  Events:\n    description: What.\n    properties:\n"
    "      {}: {{type: string, description: It.}}\n  Users:\n    properties:\n      id: {{type: string}}\n".format,
    st.sampled_from(COLUMNS),
)
USE_CASES = st.builds(
    "use_cases:\n  - {{id: one, title: One, owner: a@example.com, needs: [Events.{}], consumers: [{}]}}\n".format,
    st.sampled_from(COLUMNS),
    st.sampled_from(["dashboard.d0", "dashboard.d1"]),
)
FILES = {
    "plan.yaml": PLAN,
    "use_cases.yaml": USE_CASES,
    "raw/events.yaml": schemas(),
    "raw/users.yaml": schemas(),
    **{f"models/m{number}.sql": queries() for number in range(4)},
    **{f"dashboards/d{number}.sql": queries() for number in range(2)},
}
NEEDED = ("plan.yaml", "use_cases.yaml")


def write(folder: Path, path: str, text: str | None) -> None:
    """Write a file, or remove it."""
    target = folder / path
    target.parent.mkdir(exist_ok=True)
    if text is None:
        target.unlink(missing_ok=True)
    else:
        target.write_text(text, encoding="utf-8")


def everything(base: FactBase) -> dict[str, list[Row]]:
    """All rows of all tables."""
    names = [str(name) for (name,) in base.fetch("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: list(base.fetch(f'SELECT * FROM "{name}"')) for name in names}


def facts(folder: Path, cache: Path | None) -> dict[str, list[Row]]:
    """All that a run finds out, with what the cache holds or without."""
    means = Means(pack.of_project(str(cache), str(folder))) if cache else Means()
    with pipeline.build(load(folder / "trackplan.yaml"), date(2026, 11, 21), means) as base:
        return everything(base)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_edits_give_what_a_first_run_gives(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("project")
    cache = folder / "cache"
    (folder / "trackplan.yaml").write_text(PROJECT, encoding="utf-8")
    for path, content in FILES.items():
        write(folder, path, data.draw(content, label=path))
    assert facts(folder, cache) == facts(folder, None)
    for _ in range(data.draw(st.integers(1, 4), label="edits")):
        path = data.draw(st.sampled_from(sorted(FILES)), label="edited")
        gone = path not in NEEDED and data.draw(st.integers(0, 9), label="gone at 0") == 0
        write(folder, path, None if gone else data.draw(FILES[path], label=path))
        assert facts(folder, cache) == facts(folder, None)


def surely_taken(folder: Path, consumer: str) -> set[str]:
    """The columns of the two declared tables that a consumer surely takes."""
    with pipeline.build(load(folder / "trackplan.yaml"), date(2026, 11, 21)) as base:
        rows = base.fetch(
            'SELECT c.id FROM reach h JOIN "column" c ON c.key = h."column" JOIN consumer k ON k.key = h.consumer'
            f" WHERE k.id = '{consumer}' AND h.strength <> 'possible'"
        )
        return {str(name) for (name,) in rows if str(name).startswith(("raw.events", "raw.users"))}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_further_consumer_takes_nothing_from_another(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("project")
    (folder / "trackplan.yaml").write_text(PROJECT, encoding="utf-8")
    for path, content in FILES.items():
        write(folder, path, data.draw(content, label=path))
    for name in ("d0", "d1"):  # they define nothing that another may mean
        shape = data.draw(st.sampled_from(["select * from {0}", "select a.* from {0} as a, {1}", "select id from {0}"]))
        read = [data.draw(st.sampled_from(["raw.events", "raw.users", "m.m0", "m.m1"])) for _ in range(2)]
        write(folder, f"dashboards/{name}.sql", shape.format(*read))
    together = {name: surely_taken(folder, f"dashboard.{name}") for name in ("d0", "d1")}
    for name, other in (("d0", "d1"), ("d1", "d0")):
        text = (folder / "dashboards" / f"{other}.sql").read_text(encoding="utf-8")
        write(folder, f"dashboards/{other}.sql", None)
        assert surely_taken(folder, f"dashboard.{name}") <= together[name]
        write(folder, f"dashboards/{other}.sql", text)


def test_only_what_sees_a_change_is_linked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    before = linked.link

    def link(block, *rest):  # type: ignore[no-untyped-def]
        seen.append(block.unit.sql.place.path)
        return before(block, *rest)

    monkeypatch.setattr("trackplan.link.demand.link", link)
    files = {
        "trackplan.yaml": PROJECT,
        "plan.yaml": "trackplan: 1\nname: web\nevents: {}\n",
        "use_cases.yaml": "use_cases: []\n",
        "raw/events.yaml": "fields:\n- name: id\n  type: STRING\n- name: kind\n  type: STRING\n",
        "models/m0.sql": "select * from raw.events",
        "models/m1.sql": "select id from m.m0",
        "dashboards/d0.sql": "select * from m.m1",
    }
    for path, text in files.items():
        write(tmp_path, path, text)

    def linked_again() -> set[str]:
        seen.clear()
        facts(tmp_path, tmp_path / "cache")
        return set(seen)

    assert len(linked_again()) == 3
    assert linked_again() == set()
    write(tmp_path, "raw/events.yaml", files["raw/events.yaml"] + "  description: What kind.\n")
    assert linked_again() == set()
    write(tmp_path, "raw/events.yaml", files["raw/events.yaml"] + "- name: at\n  type: DATE\n")
    assert linked_again() == {"models/m0.sql", "models/m1.sql"}
    write(tmp_path, "raw/events.yaml", files["raw/events.yaml"] + "- name: sort\n  type: DATE\n")
    assert linked_again() == {"models/m0.sql", "models/m1.sql"}
    write(tmp_path, "models/m1.sql", "select kind as id from m.m0")
    assert linked_again() == {"models/m1.sql"}


CONFIGS = (
    "alias='renamed'",
    "enabled=false",
    "materialized='incremental'",
    "pre_hook='select kind from m1'",
    "tags=[]",
)


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A model of a dbt project."""
    name, other = draw(st.sampled_from(COLUMNS)), draw(st.sampled_from(COLUMNS))
    table = draw(st.sampled_from(["ref('m0')", "ref('m1')", "source('raw', 'events')", "ref('nobody')"]))
    return draw(
        st.sampled_from(
            [
                f"select {name}, {other} as more from {{{{ {table} }}}}",
                f"select * from {{{{ {table} }}}}",
                f"{{{{ config({draw(st.sampled_from(CONFIGS))}) }}}}select {name} from {{{{ {table} }}}}",
                f"select {{{{ one('{name}') }}}} as kind from {{{{ {table} }}}}",
                f"select {{{{ var('column') }}}} as kind from {{{{ {table} }}}}",
                f"select {name} from {{{{ {table} }}}} {{% if is_incremental() %}}where {other} > 1{{% endif %}}",
                f"{{% for c in dbt_utils.get_column_values({table}, '{name}') %}}select {{{{ c }}}}{{% endfor %}}",
                f"select {{{{ {name}( }}}}",
            ]
        )
    )


DBT = {
    "dbt/dbt_project.yml": st.builds("name: shop\nvars: {{column: {}}}\n".format, st.sampled_from(COLUMNS)),
    "dbt/macros/one.sql": st.builds(
        "{}{{% macro one(name) %}}coalesce({{{{ name }}}}, {}){{% endmacro %}}".format,
        st.sampled_from(["", "{% set id = this.identifier %}", "{% set id = var('nowhere') %}", "{% set id = [] %}"]),
        st.sampled_from([*COLUMNS, "{{ id }}", "{% do id.append(name) %}{{ id[0] }}"]),
    ),
    "dbt/models/raw.yml": st.builds(
        "sources: [{{name: raw, tables: [{{name: events, identifier: {}, columns: [{{name: {}}}]}}]}}]\n".format,
        st.sampled_from(["events", "events_v2"]),
        st.sampled_from(COLUMNS),
    ),
    "dbt/snapshots/kept.sql": st.builds(
        "{{% snapshot kept %}}{{{{ config(unique_key='{}') }}}}select * from {{{{ ref('m0') }}}}"
        "{{% endsnapshot %}}".format,
        st.sampled_from(COLUMNS),
    ),
    **{f"dbt/models/m{number}.sql": templates() for number in range(3)},
}


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_edits_of_a_dbt_project_give_what_a_first_run_gives(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("project")
    cache = folder / "cache"
    (folder / "trackplan.yaml").write_text("version: 1\ndialect: duckdb\ndbt: [dbt]\n", encoding="utf-8")
    for name in ("macros", "models", "snapshots"):
        (folder / "dbt" / name).mkdir(parents=True)
    for path, content in DBT.items():
        write(folder, path, data.draw(content, label=path))
    assert facts(folder, cache) == facts(folder, None)
    for _ in range(data.draw(st.integers(1, 4), label="edits")):
        path = data.draw(st.sampled_from(sorted(DBT)), label="edited")
        gone = path != "dbt/dbt_project.yml" and data.draw(st.integers(0, 9), label="gone at 0") == 0
        write(folder, path, None if gone else data.draw(DBT[path], label=path))
        assert facts(folder, cache) == facts(folder, None)


def test_what_a_template_says_a_thousand_times_is_not_kept(tmp_path: Path) -> None:
    large = "{% set s = 'x' * 90000 %}{% set m = [] %}{% for i in range(9) %}{% do m.append(s) %}{% endfor %}"
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [dbt]\n",
        "dbt/dbt_project.yml": "name: shop\n",
        "dbt/models/m0.sql": f"{large}{{{{ config(meta=m) }}}}select 1 as id",
        "dbt/models/m1.sql": "{{ config(meta={1: 2, 'a': 10 ** 5000}) }}select 1 as id",
    }
    (tmp_path / "dbt" / "models").mkdir(parents=True)
    for path, text in files.items():
        write(tmp_path, path, text)
    facts(tmp_path, tmp_path / "cache")
    kept = pack.of_project(str(tmp_path / "cache"), str(tmp_path))
    assert sum(len(kept.get(key) or b"") for key in kept._rows) < 90_000
    assert facts(tmp_path, tmp_path / "cache") == facts(tmp_path, None)


def test_only_what_may_become_another_text_is_rendered_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    before = Renderer.render

    def render(self, text, *rest):  # type: ignore[no-untyped-def]
        seen.append(text)
        return before(self, text, *rest)

    monkeypatch.setattr(Renderer, "render", render)
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [dbt]\n",
        "dbt/dbt_project.yml": "name: shop\n",
        "dbt/macros/one.sql": "{% macro one() %}1{% endmacro %}",
        "dbt/models/m0.sql": "select {{ one() }} as id",
        "dbt/models/m1.sql": "{{ config(alias='x', meta={'a': [1, (2, none)]}) }}select * from {{ ref('m0') }}",
        "dbt/models/m2.sql": "select 1 as id -- no template",
    }
    for name in ("macros", "models"):
        (tmp_path / "dbt" / name).mkdir(parents=True)
    for path, text in files.items():
        write(tmp_path, path, text)

    def rendered_again() -> list[str]:
        seen.clear()
        facts(tmp_path, tmp_path / "cache")
        return [text for text in seen if "{" in text]

    both = [files["dbt/models/m0.sql"], files["dbt/models/m1.sql"]]
    assert rendered_again() == both
    assert rendered_again() == []
    write(tmp_path, "dbt/models/m2.sql", "select 2 as id")
    assert rendered_again() == []
    write(tmp_path, "dbt/models/m0.sql", "select {{ one() }} as number")
    assert rendered_again() == ["select {{ one() }} as number"]
    write(tmp_path, "dbt/macros/one.sql", "{% macro one() %}2{% endmacro %}")
    assert rendered_again() == ["select {{ one() }} as number", both[1]]
    write(tmp_path, "dbt/models/m3.sql", "select 3 as id")
    assert rendered_again() == ["select {{ one() }} as number", both[1]]
