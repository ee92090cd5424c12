"""A check after an edit of SQL says the same as one that knows nothing, though it links nothing but what was edited."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import sql_edits
from tests.test_incremental import PROJECT, write
from tests.test_renewal import SMALL, run, warm
from tests.test_tree_git import git, repository
from trackplan.cache import files
from trackplan.link import linking

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "select id, info.page as page from raw.events where id = 'a'\n"
JOINED = "select e.id, u.id as user from raw.events as e join raw.users as u using (id)\n"
TEMPLATE = (
    "{{ config(materialized='table') }}\n"
    "select id, info.page as page from {{ source('raw', 'events') }} where {{ only('id') }}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that has been checked."""
    folder = tmp_path / "project"
    folder.mkdir()
    queries = {"models/m0.sql": MODEL, "models/m1.sql": JOINED, "dashboards/d0.sql": "select id, page from m.m0"}
    for path, text in {**SMALL, **queries}.items():
        write(folder, path, text)
    warm(folder)
    return folder


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """As many as there were whole runs with the cache."""
    told: list[bool] = []
    before = linking.link

    def watched(program, declared, governed, kept, jobs):  # type: ignore[no-untyped-def]
        if kept.pack.lasts:
            told.append(True)
        return before(program, declared, governed, kept, jobs)

    monkeypatch.setattr(linking, "link", watched)
    return told


@pytest.mark.parametrize("staged", [False, True])
def test_edits_of_one_statement_are_brought_up_to_date(project: Path, linked: list[bool], staged: bool) -> None:
    options = ("--staged",) if staged else ()
    if staged:
        repository(project, {})
        warm(project, *options)
        linked.clear()
    edits = [
        ("models/m0.sql", MODEL.replace("select", "-- what happened\nselect\n ")),
        ("models/m0.sql", MODEL.replace("id = 'a'", "kind = 'a'").replace("kind", "info.page")),
        ("models/m0.sql", MODEL.replace("info.page", "null")),
        ("models/m0.sql", MODEL.replace("from raw.events", "from (select * from raw.events)")),
        ("dashboards/d0.sql", "select page, count(*) from m.m0 group by page"),
        ("dashboards/d0.sql", "select id from m.m0 where page = 'a'"),
        ("models/m1.sql", JOINED.replace("using (id)", "using (id)  -- both")),
        ("models/m0.sql", MODEL),
    ]
    for path, text in edits[::2] if staged else edits:
        write(project, path, text)
        if staged:
            git(project, "add", "-A")
        said = run(project, "--no-cache", *options)
        assert [warm(project, *options), warm(project, *options)] == [said, said], text
    assert linked == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/m0.sql", MODEL.replace("select id", "select email")),
        ("models/m0.sql", "select * from raw.elsewhere"),
        ("models/m0.sql", MODEL + ";\nselect 1"),
        ("models/m0.sql", "select {{ 'id' }} as id, null as page from raw.events"),
        ("models/m0.sql", "select from from"),
        ("models/m0.sql", "select id, id as page from m.m1"),
        ("dashboards/d0.sql", "select id from raw.elsewhere"),
        ("dashboards/d0.sql", "select id from raw.users"),
        ("dashboards/d0.sql", "-- trackplan: ignore[TP102] so\nselect id, page from m.m0"),
        ("dashboards/d0.sql", ""),
    ],
)
def test_what_changes_more_takes_a_whole_run(project: Path, linked: list[bool], path: str, text: str) -> None:
    write(project, path, text)
    assert warm(project) == run(project, "--no-cache")
    assert linked == [True]


def test_who_reads_what_was_pruned_is_told_anew(project: Path) -> None:
    write(project, "trackplan.yaml", SMALL["trackplan.yaml"] + "tombstones: [tombstones.yaml]\n")
    write(project, "tombstones.yaml", "tombstones: [{id: raw.more.gone, pruned: 2026-01-01}]\n")
    write(project, "models/m0.sql", "select gone as x, at from raw.more")
    write(project, "models/m1.sql", "select at as x from raw.more")
    write(project, "dashboards/d0.sql", "select at from m.m0")
    warm(project)
    write(project, "models/m1.sql", "select at as x, gone as y from raw.more")
    said = run(project, "--no-cache")
    assert b"read again by m.m0 and m.m1" in said[1]
    assert warm(project) == said


def test_two_files_edited_at_once_ask_for_ways_of_their_own(project: Path, linked: list[bool]) -> None:
    write(project, "models/m0.sql", "select id from raw.events")
    write(project, "dashboards/d0.sql", "select * from raw.events")
    warm(project)
    linked.clear()
    write(project, "dashboards/d0.sql", "select * from raw.events where count(id) > 1")
    write(project, "models/m1.sql", JOINED.replace("using (id)", "using (id) where e.info.page > 'a'"))
    said = run(project, "--no-cache")
    assert b"Events.info.page is used only as part of whole relations" in said[1]
    assert [warm(project), warm(project)] == [said, said]
    assert linked == []


CHAIN = {
    "models/m0.sql": "select id, info.page as page from raw.events\n",
    "models/m1.sql": "select * from m.m0\n",
    "models/m2.sql": "select a.id, b.page from m.m0 as a join m.m1 as b using (id)\n",
    "dashboards/d0.sql": "select * from m.m1\n",
    "dashboards/d1.sql": "select page from m.m2 where id = 'a'\n",
    "dashboards/d2.sql": "select count(*) from (select * from m.m0)\n",
}


def test_other_columns_of_a_model_are_seen_by_all_who_read_it(project: Path, linked: list[bool]) -> None:
    for path, text in CHAIN.items():
        write(project, path, text)
    warm(project)
    linked.clear()
    for listed in (
        "upper(id) as name, id, info.page as page",
        "id, info.page as page, 1 as one, upper(id) as name",
        "info.page as page, id",
        "id, info.page as page, info as all_of_it",
        "info.page as page, info, id",
        "info.page as page, id, info",
        "id, id as page",
    ):
        write(project, "models/m0.sql", f"select {listed} from raw.events\n")
        said = run(project, "--no-cache")
        assert [warm(project), warm(project)] == [said, said], listed
    write(project, "dashboards/d0.sql", "select page, page as again from m.m1\n")
    assert warm(project) == run(project, "--no-cache")
    assert linked == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/m0.sql", "select id from raw.events"),  # a column that others name is gone
        ("models/m0.sql", "select id, info.page as page, * from raw.elsewhere, raw.events"),  # nobody knows which
    ],
)
def test_what_others_cannot_see_for_sure_takes_a_whole_run(
    project: Path, linked: list[bool], path: str, text: str
) -> None:
    for each, query in CHAIN.items():
        write(project, each, query)
    warm(project)
    linked.clear()
    write(project, path, text)
    assert warm(project) == run(project, "--no-cache")
    assert linked == [True]


RULE = """\
/*
id: XY901
name: reached
title: How many reach it
message: "{subject} is reached by {n}."
severity: warning
category: purpose
cause: method
requires: [models]
why: To see.
fix: Look.
*/
SELECT c.id AS subject, c.place, count(h.consumer) AS n
FROM "column" c LEFT JOIN reach h ON h."column" = c.key GROUP BY c.key
"""


def test_who_reaches_the_columns_of_models_is_told_anew(project: Path, linked: list[bool]) -> None:
    write(project, "more/XY901_reached.sql", RULE)
    write(project, "trackplan.yaml", SMALL["trackplan.yaml"] + "rules: {extend: [more]}\n")
    warm(project)
    linked.clear()
    for text in ("select id from m.m0", "select page from m.m0", "select id, page from m.m0 where id = 'a'"):
        write(project, "dashboards/d0.sql", text)
        assert warm(project) == run(project, "--no-cache"), text
    assert linked == []
    for listed in ("id, info.page as page, 1 as one", "id, info.page as page"):
        write(project, "models/m0.sql", MODEL.replace("id, info.page as page", listed))
        assert warm(project) == run(project, "--no-cache"), listed
    assert linked == [True, True]


def test_a_model_that_only_a_test_reads_now_takes_a_whole_run(project: Path, linked: list[bool]) -> None:
    head = SMALL["trackplan.yaml"].replace("consumers: [", "consumers: [{path: tests/*.sql, kind: test}, ")
    model = "select cast(id as string) as x, * from m.m0"
    texts = {"trackplan.yaml": head, "models/m2.sql": model, "dashboards/d0.sql": "select info, * from m.m2"}
    for path, text in {**texts, "tests/t0.sql": "select name from m.m2"}.items():
        write(project, path, text)
    warm(project)
    linked.clear()
    edits = (("tests/t0.sql", "select name, * from m.m2"), ("dashboards/d0.sql", "select info, * from m.m0"))
    for path, text in edits:
        write(project, path, text)
        assert warm(project) == run(project, "--no-cache"), path
    assert linked == [True]


def test_keys_in_a_list_of_pairs_are_used_by_who_reads_pairs(project: Path) -> None:
    members = "".join(f"  - {{name: {name}, type: STRING}}\n" for name in ("key", "value"))
    params = f"- name: params\n  type: RECORD\n  mode: REPEATED\n  fields:\n{members}"
    write(project, "raw/pairs.yaml", f"fields:\n- name: id\n  type: STRING\n{params}")
    field = "      page: {type: string, description: Where., column: raw.pairs.params.page}\n"
    write(project, "plan.yaml", SMALL["plan.yaml"].replace("    properties:\n", f"    properties:\n{field}", 1))
    pairs = "select id{} from raw.pairs, unnest(params) as p"
    texts = ("select id from raw.pairs", pairs.format(""), pairs.format(", p.value"), "select id from raw.pairs")
    for text, used in zip(texts, (b"unused", b"", b"", b"unused"), strict=True):
        write(project, "dashboards/d0.sql", text)
        said = warm(project)
        assert said == run(project, "--no-cache")
        assert (b"Events.page is unused" in said[1]) is bool(used), text


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_a_net_that_is_damaged_takes_a_whole_run(project: Path, linked: list[bool], damage: str) -> None:
    (net,) = (project.parent / "project-cache" / "v1").glob("*.net")
    if damage == "gone":
        net.unlink()
    elif damage == "cut":
        net.write_bytes(net.read_bytes()[:-3])
    else:
        assert files.write(str(net), b"2 0 0 ")
    write(project, "models/m0.sql", MODEL.replace("info.page", "null"))
    assert warm(project) == run(project, "--no-cache")
    assert linked == [True]


@settings(max_examples=6, deadline=None, phases=[Phase.generate], derandomize=True)
@given(chance=st.randoms(use_true_random=False))
def test_any_small_edits_are_told_as_in_a_first_run(chance: Random, tmp_path_factory: pytest.TempPathFactory) -> None:
    sql_edits.tried(chance, tmp_path_factory.mktemp("project"), 3, warm, run)


DBT = {
    "trackplan.yaml": PROJECT.replace('models: [{path: "models/*.sql", relation: "m.{1}"}]', "dbt: [.]"),
    "dbt_project.yml": "name: shop\n",
    "macros/only.sql": "{% macro only(name) %}{{ name }} = 'a'{% endmacro %}\n",
    "models/raw.yml": "sources: [{name: raw, tables: [{name: events}, {name: users}]}]\n",
    "models/m0.sql": TEMPLATE,
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small dbt project that has been checked."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for path, text in {**SMALL, "dashboards/d0.sql": "select id, page from m0", **DBT}.items():
        write(folder, path, text)
    warm(folder)
    return folder


def test_edits_of_a_model_of_dbt_render_and_link_it_alone(shop: Path, linked: list[bool]) -> None:
    edits = [
        TEMPLATE.replace("select", "{# what happened #}\n-- by page\nselect\n "),
        TEMPLATE.replace("only('id')", "only('info.page')"),
        TEMPLATE.replace("info.page", "null"),
        TEMPLATE.replace("{{ source('raw', 'events') }}", "(select * from {{ source('raw', 'events') }})"),
        TEMPLATE.replace("{{ only('id') }}", "id = 'a'"),
        TEMPLATE.replace("id,", "id,\r\n"),
        TEMPLATE,
    ]
    for text in edits:
        write(shop, "models/m0.sql", text)
        said = run(shop, "--no-cache")
        assert [warm(shop), warm(shop)] == [said, said], text
    assert linked == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/m0.sql", TEMPLATE.replace("table", "view")),
        ("models/m0.sql", TEMPLATE.replace("'table'", "'table', alias='other'")),
        ("models/m0.sql", TEMPLATE.replace("'table'", "'table', enabled=False")),
        ("models/m0.sql", TEMPLATE.replace("'table'", "'table', post_hook='select email from raw.events'")),
        ("models/m0.sql", TEMPLATE.replace("source('raw', 'events')", "ref('nobody')")),
        ("models/m0.sql", TEMPLATE + "{% if is_incremental() %}and kind = 'b'{% endif %}"),
        ("models/m0.sql", TEMPLATE + "{% for c in nowhere() %}and {{ c }} = 'b'{% endfor %}"),
        ("models/m0.sql", TEMPLATE.replace("only(", "unheard_of(")),
        ("models/m0.sql", TEMPLATE.replace("{{ only", "{{ only(")),
        ("macros/only.sql", "{% macro only(name) %}{{ name }} = 'b'{% endmacro %}\n"),
        ("dbt_project.yml", "name: shop\nvars: {x: 1}\n"),
    ],
)
def test_a_template_that_says_more_takes_a_whole_run(shop: Path, linked: list[bool], path: str, text: str) -> None:
    write(shop, path, text)
    assert warm(shop) == run(shop, "--no-cache")
    assert linked == [True]


def test_columns_that_others_take_are_asked_for_wherever_they_stand(shop: Path, linked: list[bool]) -> None:
    taken = "{name: e, type: dashboard, depends_on: [ref('m0')], meta: {columns: [page, later]}}"
    models = "models: [{name: m0, columns: [{name: id, data_tests: [unique]}]}]\n"
    write(shop, "models/models.yml", f"{models}exposures: [{taken}]\n")
    warm(shop)
    linked.clear()
    for listed in (
        "upper(id) as name, id, info.page as page",
        "info.page as page, id",
        "id, upper(id) as x, info.page as page",
    ):
        write(shop, "models/m0.sql", TEMPLATE.replace("id, info.page as page", listed))
        said = run(shop, "--no-cache")
        assert [warm(shop), warm(shop)] == [said, said], listed
    assert linked == []
    for listed in ("id, info.page as page, info.page as later", "id, info.page as page", "id"):
        write(shop, "models/m0.sql", TEMPLATE.replace("id, info.page as page", listed))
        assert warm(shop) == run(shop, "--no-cache"), listed
    assert linked == [True, True, True]


def test_a_template_goes_by_what_its_project_says_now(shop: Path, linked: list[bool]) -> None:
    write(shop, "macros/only.sql", "{% macro only(name) %}{{ name }} = 'b' and info.page = 'c'{% endmacro %}\n")
    warm(shop)
    assert linked == [True]
    for text in (TEMPLATE.replace("{{ only('id') }}", "true"), TEMPLATE):
        write(shop, "models/m0.sql", text)
        assert warm(shop) == run(shop, "--no-cache")
    assert linked == [True]


def test_what_is_told_of_a_tag_once_is_told_once(shop: Path) -> None:
    write(shop, "macros/two.sql", "{% macro two(x) %}{{ x }} as id, {{ x }} as page{% endmacro %}")
    items = (
        "{{ 'nope' }} as id, nope as page",
        "{{ two('nope') }}",
        "{% for c in ['id', 'page'] %}{{ 'nope' }} as {{ c }}{{ ',' if loop.first }}{% endfor %}",
    )
    for listed in (items[0], items[1], items[0], items[2], items[0]):
        write(shop, "models/m0.sql", f"select {listed} from {{{{ source('raw', 'events') }}}}")
        assert warm(shop) == run(shop, "--no-cache"), listed


@pytest.mark.parametrize(
    "files",
    [
        {"dbt_project.yml": "name: shop\ntest-paths: [models]\n", "models/m0.sql": "{# {% test x %} #}" + TEMPLATE},
        {
            "dbt_project.yml": "name: shop\nmacro-paths: [macros, models]\n",
            "models/m0.sql": "{% macro pick() %}id{% endmacro %}" + TEMPLATE,
            "models/m1.sql": "select {{ pick() }} as x from {{ source('raw', 'events') }}",
            "dashboards/d0.sql": "select x from m1",
        },
    ],
)
def test_a_model_that_is_something_else_too_takes_a_whole_run(
    shop: Path, linked: list[bool], files: dict[str, str]
) -> None:
    for path, text in files.items():
        write(shop, path, text)
    warm(shop)
    linked.clear()
    write(shop, "models/m0.sql", files["models/m0.sql"].replace("}id{", "}email{").replace("{# {% test x %} #}", ""))
    assert warm(shop) == run(shop, "--no-cache")
    assert linked == [True]


def test_a_package_of_two_projects_takes_a_whole_run(shop: Path, linked: list[bool]) -> None:
    query = "select id, {{# #}}{} from {{{{ source('raw', 'events') }}}}"
    head = "{% if var('off') %}{{ config(enabled=false) }}{% endif %}"
    files = {
        "trackplan.yaml": DBT["trackplan.yaml"].replace("dbt: [.]", "dbt: [a, b]"),
        "a/dbt_project.yml": "name: a\nvars: {off: false}\n",
        "b/dbt_project.yml": "name: b\nvars: {off: true, a: {off: true}}\n",
        "b/packages.yml": "packages: [{local: ../a}]\n",
        "a/models/raw.yml": DBT["models/raw.yml"],
        "a/models/m0.sql": head + query.format("info.page as page"),
    }
    for path, text in files.items():
        write(shop, path, text)
    warm(shop)
    linked.clear()
    for start in ("", head):
        write(shop, "a/models/m0.sql", start + query.format("null as page"))
        assert warm(shop) == run(shop, "--no-cache")
    assert linked == [True, True]


def test_half_a_character_that_a_template_writes_is_another_one(shop: Path) -> None:
    half = r"{{ '\ud800' }}"
    for text in (f"{TEMPLATE} and id = '{half}'", "{{ config(alias='" + r"\ud800" + f"') }}}}{TEMPLATE}"):
        write(shop, "models/m0.sql", text)
        said = run(shop, "--no-cache")
        assert said[0] in (0, 1)
        assert [warm(shop), warm(shop)] == [said, said]
    write(shop, "models/m0.sql", "select * from {{ ref('" + r"\udfff" + "') }}")
    assert warm(shop) == run(shop, "--no-cache")


BY_ORDER = {
    "raw/events.yaml": "fields:\n- name: id\n  type: STRING\n- name: info\n  type: RECORD\n  fields:\n"
    "  - name: page\n    type: STRING\n  - name: site\n    type: STRING\n",
    "raw/users.yaml": "fields:\n- name: id\n  type: STRING\n- name: info\n  type: RECORD\n  fields:\n"
    "  - name: page\n    type: STRING\n  - name: site\n    type: STRING\n",
    "models/m0.sql": "select info, struct(id as a, id as b) as s from raw.events",
    "models/m1.sql": "select info, struct(id as a, id as b) as s from raw.users",
    "models/m2.sql": "select * from m.m0 union all select info, s from m.m1",
    "dashboards/d0.sql": "select info.page, s.a from m.m2",
}


@pytest.mark.parametrize("path", ["models/m0.sql", "models/m1.sql"])
def test_structs_that_order_joins_are_told_anew(project: Path, linked: list[bool], path: str) -> None:
    for each, text in BY_ORDER.items():
        write(project, each, text)
    warm(project)
    linked.clear()
    text = BY_ORDER[path]
    edits = [
        (text.replace("select info, ", "select info,  -- all of it\n"), 0),
        (text.replace("id as a, id as b", "id as b, 0 as a"), 1),
        (text.replace("select info,", "select struct(info.site as site, info.page as page) as info,"), 1),
        (text.replace("select info,", "select coalesce(info, null) as info,"), 1),
        (text.replace("select info,", "select 1 as one, info,"), 1),
        (text, 1),
    ]
    for edited, runs in edits:
        write(project, path, edited)
        said = run(project, "--no-cache")
        assert [warm(project), warm(project)] == [said, said], edited
        assert len(linked) == runs, edited
        linked.clear()


def test_the_order_of_what_a_table_declares_counts(project: Path) -> None:
    for each, text in BY_ORDER.items():
        write(project, each, text)
    before = warm(project)
    page, site = "  - name: page\n    type: STRING\n", "  - name: site\n    type: STRING\n"
    write(project, "raw/users.yaml", BY_ORDER["raw/users.yaml"].replace(page + site, site + page))
    said = run(project, "--no-cache")
    assert said != before
    assert warm(project) == said
