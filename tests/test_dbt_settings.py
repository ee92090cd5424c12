"""What dbt's settings read, or decide about rows: wherever they are set, the columns that they name are no waste."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inside import trackplan, used_by_id

FILES = {
    "trackplan.yaml": "version: 1\ndialect: snowflake\ndbt: [dbt]\nwarehouse: [raw.sql]\nconsumers: [q.sql]\n",
    "raw.sql": "create table raw.t (id int, a int, b int, c int);\n",
    "q.sql": "select a from m\n",
    "dbt/dbt_project.yml": "name: shop\nversion: '1'\nconfig-version: 2\n",
    "dbt/models/m.sql": "select id, a, b, c from raw.t\n",
}
MACRO = "{% macro tidy() %}delete from {{ this }} where b > 1{% endmacro %}\n"


def yaml(kind: str, settings: str) -> str:
    """A property file that sets something for `m`."""
    return f"version: 2\n{kind}:\n  - name: m\n    config: {{{settings}}}\n"


def head(settings: str) -> str:
    """The model with settings of its own."""
    return f"{{{{ config({settings}) }}}}\n{FILES['dbt/models/m.sql']}"


RUN = FILES["dbt/dbt_project.yml"]
BY_DAY = "partition_by={'field': 'b', 'data_type': 'date'}"


@pytest.mark.parametrize(
    "files",
    [
        {"models/m.sql": head("post_hook='{{ tidy() }}'"), "macros/m.sql": MACRO},
        {"models/m.sql": head("pre_hook=['{{ tidy() }}']"), "macros/m.sql": MACRO},
        {"models/m.yml": yaml("models", "post-hook: '{{ tidy() }}'"), "macros/m.sql": MACRO},
        {"models/m.yml": yaml("models", "post_hook: {sql: 'delete from {{ this }} where b > 1'}")},
        {"dbt_project.yml": RUN + "models: {shop: {+post-hook: 'delete from {{ this }} where b > 1'}}\n"},
        {"dbt_project.yml": RUN + "on-run-end: '{{ tidy() }}'\n", "macros/m.sql": MACRO.replace("{{ this }}", "m")},
        {"models/m.sql": head("materialized='incremental', unique_key='b'")},
        {"models/m.sql": head("materialized='incremental', unique_key=var('key', 'b')")},
        {"models/m.yml": yaml("models", "materialized: incremental, unique_key: [b]")},
        {"models/m.yml": yaml("models", "materialized: incremental, unique_key: \"{{ 'b' }}\"")},
        {"models/m.yml": yaml("models", "materialized: incremental, event_time: b")},
        {"models/m.sql": head("incremental_predicates=['DBT_INTERNAL_DEST.b > 1', 'true']")},
        {"models/m.yml": yaml("models", "incremental_predicates: ['dbt_internal_source.b > {{ var(\"least\", 3) }}']")},
        {"models/m.sql": head(f"incremental_strategy='insert_overwrite', {BY_DAY}")},
    ],
)
def test_what_a_setting_reads_or_decides_is_used(tmp_path: Path, files: dict[str, str]) -> None:
    assert verdicts({**FILES, **inside(files)}, tmp_path) == {"ID": False, "A": True, "B": True, "C": False}


@pytest.mark.parametrize(
    "files",
    [
        {"models/m.sql": head("post_hook='grant select on {{ this }} to role reader'")},
        {"models/m.sql": head("post_hook='revoke all on {{ this }} from public'")},
        {"models/m.sql": head(BY_DAY)},
        {"models/m.yml": yaml("models", "merge_exclude_columns: [b], description: b")},
    ],
)
def test_what_reads_nothing_uses_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    assert verdicts({**FILES, **inside(files)}, tmp_path) == {"ID": False, "A": True, "B": False, "C": False}


TWICE = "create temp function twice(x int) as (x * 2);"
CALLED = FILES["dbt/models/m.sql"].replace("a, b", "twice(b) as a, b")
FEW = "create temp table few as select id from raw.t where b > 1;"


@pytest.mark.parametrize(
    "files",
    [
        {"models/m.sql": f"{{{{ config(sql_header='{TWICE}') }}}}\n{CALLED}"},
        {"models/m.sql": f"{{% call set_sql_header(config) %}}{TWICE}{{% endcall %}}\n{CALLED}"},
        {
            "models/m.yml": yaml("models", f"sql_header: '{FEW}'"),
            "models/m.sql": "select t.* from raw.t join few using (id)\n",
        },
    ],
)
def test_statements_before_a_model_belong_to_it(tmp_path: Path, files: dict[str, str]) -> None:
    found = verdicts({**FILES, **inside(files)}, tmp_path)
    assert found["B"] is True
    assert found["C"] is False


@pytest.mark.parametrize(
    "head_of",
    [
        "{% if target.name == 'prod' %}{{ config(unique_key='b') }}{% else %}{{ config(unique_key='c') }}{% endif %}",
        "{% set k = 'b' if target.name == 'prod' else 'c' %}{{ config(unique_key=k) }}",
        "{{ config(unique_key=['b', var('k')]) }}",
        "{{ config(unique_key=elsewhere.key()) }}",
        "{{ config(incremental_predicates=['b > dateadd(day, -' ~ var('days') ~ ', c)']) }}",
        "{{ config(post_hook='delete from m where b = 1') }}{{ config(post_hook='delete from m where c = 1') }}",
        "{{ config(post_hook=['delete from {{ this }} where b = c', 'delete from x where y = ' ~ var('z')]) }}",
        "{{ config(sql_header='delete from raw.t where b > c and a > ' ~ var('z')) }}",
        "{{ config(incremental_strategy=var('how'), partition_by=['b', 'c']) }}",
    ],
)
def test_what_a_setting_may_be_counts_as_well(tmp_path: Path, head_of: str) -> None:
    found = verdicts({**FILES, "dbt/models/m.sql": f"{head_of}\n{FILES['dbt/models/m.sql']}"}, tmp_path)
    assert found["B"] is not False
    assert found["C"] is not False


@pytest.mark.parametrize(
    "text",
    [
        "select a, count(*) from raw.t where b_{{ target.schema }} = 1 group by a",
        "select id, a, {{ this.schema }}_c from raw.t",
        "select a from raw.t, lookup_{{ target.schema }} u where t.id = u.id",
    ],
)
def test_a_name_that_holds_a_schema_may_be_any(tmp_path: Path, text: str) -> None:
    files = {
        **FILES,
        "dbt/models/m.sql": text,
        "raw.sql": "create table raw.t (id int, a int, b_prod int, mart_c int);\n",
    }
    files["raw.sql"] += "create table raw.lookup_prod (id int, b int);\n"
    assert verdicts(files, tmp_path) == dict.fromkeys(["ID", "A", "B_PROD", "MART_C"])


def test_a_package_cannot_switch_off_a_model_of_the_project(tmp_path: Path) -> None:
    files = {
        **FILES,
        "dbt/dbt_packages/p/dbt_project.yml": "name: p\n",
        "dbt/dbt_packages/p/models/m.yml": yaml("models", "enabled: false"),
    }
    assert verdicts(files, tmp_path)["A"] is True


def test_a_hook_of_a_package_runs_with_the_project(tmp_path: Path) -> None:
    project = "name: p\non-run-end: 'delete from raw.t where b = 2'\n"
    assert verdicts({**FILES, "dbt/dbt_packages/p/dbt_project.yml": project}, tmp_path)["B"] is True


@pytest.mark.parametrize(("there", "said"), [("", ", config: {enabled: false}"), ("{{ config(enabled=false) }}", "")])
def test_a_model_that_is_switched_off_is_no_table(tmp_path: Path, there: str, said: str) -> None:
    """Nor do its tests, or those that compare another model with it, leave anything in doubt."""
    files = {**FILES, "dbt/models/x.sql": there + "select a as x from raw.t\n"}
    files["dbt/models/x.yml"] = (
        f"models:\n  - {{name: x{said}, columns: [{{name: x, tests: [unique]}}]}}\n"
        "  - {name: m, columns: [{name: a, tests: [{relationships: {to: ref('x'), field: x}}]}]}\n"
    )
    assert used_by_id(tmp_path, files) == {
        "RAW.T.A": True,
        **dict.fromkeys(("RAW.T.B", "RAW.T.C", "RAW.T.ID"), False),
    }


@pytest.mark.parametrize(("counting", "used"), [("[dashboard]", False), ("[dashboard, test]", None)])
def test_a_test_of_a_table_that_nobody_knows_leaves_in_doubt_only_where_tests_count(
    tmp_path: Path, counting: str, used: bool | None
) -> None:
    files = {**FILES, "dbt/tests/t.sql": "select 1 from elsewhere.y where z > 1\n"}
    files["trackplan.yaml"] += f"policy: {{counting: {counting}}}\n"
    assert verdicts(files, tmp_path)["C"] is used


SNAPSHOT = "{%% snapshot m %%}\n{{ config(%s) }}\nselect id, a, b, c from raw.t\n{%% endsnapshot %%}\n"
RELATION = """\
version: 2
sources: [{name: raw, tables: [{name: t}]}]
snapshots:
  - name: m
    relation: source('raw', 't')
    config: {%s}
"""
BY_KEY = {"ID": True, "A": True, "B": True, "C": False}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("unique_key='id', strategy='timestamp', updated_at='b'", BY_KEY),
        ("unique_key='id', strategy='check', check_cols=['b']", BY_KEY),
        ("unique_key='id', strategy='check', check_cols='all'", dict.fromkeys(["ID", "A", "B", "C"], True)),
        ("unique_key=['id', 'b'], strategy='timestamp', updated_at='a'", BY_KEY),
    ],
)
def test_versions_of_a_snapshot_rest_on_its_settings(
    tmp_path: Path, settings: str, expected: dict[str, bool | None]
) -> None:
    files = {path: text for path, text in FILES.items() if not path.endswith("m.sql")}
    assert verdicts({**files, "dbt/snapshots/m.sql": SNAPSHOT % settings}, tmp_path / "block") == expected
    as_yaml = settings.replace("=", ": ")
    assert verdicts({**files, "dbt/snapshots/m.yml": RELATION % as_yaml}, tmp_path / "yaml") == expected
    project = f"{FILES['dbt/dbt_project.yml']}snapshots: {{shop: {{{as_yaml}}}}}\n"
    apart = {**files, "dbt/snapshots/m.sql": SNAPSHOT % "", "dbt/dbt_project.yml": project}
    assert verdicts(apart, tmp_path / "project") == expected


def test_another_key_in_a_property_file_is_seen_at_once(tmp_path: Path) -> None:
    files = {**FILES, "dbt/models/m.yml": yaml("models", "materialized: incremental, unique_key: b")}
    assert verdicts(files, tmp_path)["B"] is True
    found = verdicts({"dbt/models/m.yml": yaml("models", "materialized: incremental, unique_key: c")}, tmp_path)
    assert (found["B"], found["C"]) == (False, True)


def inside(files: dict[str, str]) -> dict[str, str]:
    """Files of the dbt project by their paths from the root."""
    return {f"dbt/{path}": text for path, text in files.items()}


def verdicts(files: dict[str, str], folder: Path) -> dict[str, bool | None]:
    """The verdict on every column of `raw.t`."""
    told = used_by_id(folder, files)
    return {id_.rpartition(".")[2]: verdict for id_, verdict in told.items() if id_.startswith("RAW.T.")}


def says(condition: str = "") -> str:
    """A macro with more conditions than anybody follows."""
    parts = "".join(f"{{% if var('v{n}') == 1 %}} part {n}{{% endif %}}" for n in range(9))
    return f"{{% macro words() %}}{parts}{condition}{{% endmacro %}}\n"


COMMENT = "{% macro note() %}{% if config.get('x') %}comment on view {{ this }} is 'said: {{ words() }}'"
COMMENT += "{% else %}comment on table {{ this }} is '{{ words() }}'{% endif %}{% endmacro %}\n"


def test_the_text_of_a_comment_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    files = inside({"models/m.sql": head("post_hook='{{ note() }}'"), "macros/m.sql": COMMENT + says()})
    found = verdicts({**FILES, **files}, tmp_path)
    assert found == {"ID": False, "A": True, "B": False, "C": False}


@pytest.mark.parametrize(
    "condition",
    [
        "{% if var('more') %}{% set x = run_query('select b from raw.t') %}{% endif %}",
        "{% if var('more') %}{{ config(unique_key='b', materialized='incremental') }}{% endif %}",
        "{% if var('more') %}{{ other() }}{% endif %}",
    ],
)
def test_a_macro_that_does_more_than_to_say_words_stays_in_doubt(tmp_path: Path, condition: str) -> None:
    other = "{% macro other() %}{% if var('b') %}{% do run_query('select b from raw.t') %}{% endif %}{% endmacro %}\n"
    text = "select id, a, b, c from raw.t where '{{ words() }}' <> ''\n"
    files = inside({"models/m.sql": text, "macros/m.sql": says(condition) + other})
    assert verdicts({**FILES, **files}, tmp_path)["B"] is not False


@pytest.mark.parametrize(
    "tidy",
    [
        "delete from {{ this }} where {{ 'b' if this.name == 'm' else 'c' }} > 1",
        "{% set me = this %}delete from {{ me }} where {% if 'm' in me.name %}b{% else %}c{% endif %} > 1",
        "{{ {'m': 'delete from m where b > 1', 'n': 'delete from n where c > 1'}[this.identifier] }}",
        "{{ helper(this) }}",
        "{{ context['helper'](this) }}",
    ],
)
def test_a_hook_may_do_something_else_for_each_model(tmp_path: Path, tidy: str) -> None:
    helper = "{% macro helper(t) %}delete from {{ t }} where {{ 'b' if t.name == 'm' else 'c' }} > 1{% endmacro %}\n"
    files = inside(
        {
            "models/l.sql": "select id, a, b, c from raw.t\n",
            "dbt_project.yml": RUN + "models: {shop: {+post-hook: '{{ tidy() }}'}}\n",
            "macros/m.sql": f"{{% macro tidy() %}}{tidy}{{% endmacro %}}\n{helper}",
        }
    )
    found = verdicts({**FILES, **files}, tmp_path)
    assert found["B"] is not False


def test_a_hook_of_all_models_is_about_each_of_them(tmp_path: Path) -> None:
    files = inside(
        {
            "models/l.sql": "select id, a, b, c from raw.t\n",
            "models/m.sql": "select id, a, b, c from {{ ref('l') }}\n",
            "models/n.sql": "select id, a, b, c from raw.t\n",
            "dbt_project.yml": RUN + "models: {shop: {+post-hook: '{{ tidy() }}'}}\n",
            "macros/m.sql": MACRO.replace("b > 1", "{{ this }}.b > 1"),
        }
    )
    assert verdicts({**FILES, **files}, tmp_path)["B"] is True
    ended = trackplan("inventory", "--format", "json", cwd=tmp_path)
    assert "trackplan_name" not in ended.out.lower()


@pytest.mark.parametrize(
    "files",
    [
        {"models/s.yml": "sources: [{name: raw, tables: [{name: t, config: {event_time: b}}]}]\n"},
        {"models/s.yml": "sources: [{name: raw, config: {event_time: b}, tables: [{name: t}]}]\n"},
        {
            "models/in/s.yml": "sources: [{name: raw, tables: [{name: t}]}]\n",
            "dbt_project.yml": RUN + "sources: {shop: {in: {raw: {t: {+event_time: b}}}}}\n",
        },
        {
            "models/s.yml": "sources: [{name: raw, tables: [{name: t, config: {event_time: \"{{ var('at') }}\"}}]}]\n",
            "dbt_project.yml": RUN + "vars: {at: b}\n",
        },
    ],
)
def test_a_part_of_a_source_is_taken_by_its_time(tmp_path: Path, files: dict[str, str]) -> None:
    found = verdicts({**FILES, **inside(files)}, tmp_path)
    assert found == {"ID": False, "A": True, "B": True, "C": False}


@pytest.mark.parametrize(
    "files",
    [
        {"seeds/s.csv": "id,a,b,c\n", "dbt_project.yml": RUN + "seeds: {shop: {+event_time: b}}\n"},
        {"seeds/s.csv": "id,a,b,c\n", "seeds/s.yml": "seeds: [{name: s, config: {event_time: b}}]\n"},
        {
            "snapshots/s.sql": "{% snapshot s %}{{ config(event_time='b', unique_key='id', strategy='check', "
            "check_cols=['a']) }}\nselect id, a, b, c from raw.t\n{% endsnapshot %}\n"
        },
    ],
)
def test_a_part_of_seeds_and_snapshots_is_taken_by_its_time(tmp_path: Path, files: dict[str, str]) -> None:
    files = inside({"models/m.sql": "select id, a, b, c from {{ ref('s') }}\n", **files})
    told = used_by_id(tmp_path, {**FILES, **files})
    of = "S" if "S.B" in told else "RAW.T"
    assert [told[f"{of}.{name}"] for name in "ABC"] == [True, True, False]
