"""Macros: what a file of them holds, whose come first, and what one does that nobody can follow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackplan.jinja import MacroFile, Rendered, Renderer, Settings, blocks

STRAY = """
Write {{ cents('x') | no_filter }} or {{ 'half' ~ }}; {# not {% macro old() %}this{% endmacro %} #}
{% set rate = 100 %}{{ exceptions.raise_compiler_error('never run') }}{% docs cents %} its text {% enddocs %}
{% macro cents(c) %}({{ c }} / 100){% endmacro %} {% frobnicate %}
{%- macro held(c) -%}{# {% endmacro %} #}{{ cents(c) ~ "{% endmacro %}" }}{%- endmacro -%}
{% macro broken(c) %}{{ c c }} {{ hidden() }} {% endmacro %}
{% macro default__hidden() %}deep_word{% endmacro %}
{% test twice(model) %}{{ model }}{% endtest %}
{% macro open_end() %} told"""


def render(text: str, *macros: tuple[str, str], package: str = "", **known: object) -> Rendered:
    """`text` in a project called shop, with macros of packages."""
    files = tuple(MacroFile(package, f"{i}.sql", macro) for i, (package, macro) in enumerate(macros))
    given = {"dialect": "duckdb", "name": "shop", "nodes": {"x": ("x",)}, **known}
    return Renderer(Settings(macros=files, **given)).render(text, ("m",), package)  # type: ignore[arg-type]


def texts(rendered: Rendered) -> list[str]:
    """The texts, white space aside."""
    return [" ".join(t.text.split()) for t in rendered.texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("select {{ cents('a') }}", "select (a / 100)"), ("select {{ held('a') }}", "select (a / 100){% endmacro %}")],
)
def test_what_stands_between_macros_is_no_part_of_a_file(text: str, expected: str) -> None:
    rendered = render(text, ("shop", STRAY))
    assert texts(rendered) == [expected]
    assert not rendered.doubts


@pytest.mark.parametrize(
    ("name", "word"), [("broken", "deep_word"), ("open_end", "told"), ("old", ""), ("twice", ""), ("rate", "")]
)
def test_a_macro_that_cannot_be_read_darkens_only_what_calls_it(name: str, word: str) -> None:
    rendered = render("select 1 as a; select {{ cents('b') }}, {{ " + name + "() }}", ("shop", STRAY))
    assert texts(rendered) == ["select 1 as a;"]
    assert [d.clause for d in rendered.doubts] == [f"prints {{{{ {name}() }}}}, which is known only when it runs"]
    assert word in rendered.doubts[0].words


def test_macros_of_a_package_come_first_in_its_own_models() -> None:
    macros = [("shop", "{% macro m() %}ours{% endmacro %}"), ("other", "{% macro m() %}theirs{% endmacro %}")]
    assert texts(render("{{ m() }}", *macros)) == ["ours"]
    assert texts(render("{{ m() }}", *macros, package="other")) == ["theirs"]
    assert texts(render("{{ other.m() }}", *macros)) == ["theirs"]


@pytest.mark.parametrize(
    "text",
    [
        "{% for c in given %}{{ c }}, {% endfor %}",
        "{{ given[0] }}",
        "{% set known = {'a': given} %}{% do absent.fill(known) %}{{ known['a'] }}",
        "{% set known = {} %}{% do absent.fill(known) %}{{ known.a }}",
        "{% set known = {} %}{% do absent.fill(known) %}{% if 'a' in known %}{{ known['a'] }}{% endif %}",
    ],
)
def test_what_nobody_can_follow_may_have_changed_what_it_was_given(text: str) -> None:
    rendered = render("{% set given = ['a'] %}{% do absent.fill(given) %}select 1, " + text)
    assert rendered.doubts
    assert "a" in rendered.doubts[0].words.split()


PIECES = ["{% macro a() %}", "{% endmacro %}", "{{", "}}", "'", '"', "{#", "#}", "{% raw %}", "{% endraw %}"]


@given(st.lists(st.sampled_from([*PIECES, "{%", "%}", "{% test b() %}", "{% endtest %}", "\\", "x"]), max_size=30))
def test_any_file_of_macros_is_taken_apart(pieces: list[str]) -> None:
    text = "".join(pieces)
    for block in blocks.macros(text):
        assert block.text in text
        assert not block.whole or block.text.endswith("{% endmacro %}")


def test_a_file_without_ends_takes_no_time() -> None:
    assert not any(b.whole for b in blocks.macros("{% macro a() %}{% 'x" * 20_000))
    assert not list(blocks.macros("{% if '" * 200_000))


RELATIONS: Any = {
    "sources": {("web", "orders"): ("raw", "web", "orders"), ("app", "users"): ("app", "users")},
    "nodes": {"x": ("ref_shop", "x"), "orders": ("ref_shop", "orders")},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ source('app', 'users').replace_path(database='prod') }}", "app.users"),
        ("{{ source('web', 'orders').replace_path(database='prod') }}", "web.orders"),
        ("{{ source('web', 'orders').replace_path(database='prod').database }}.x", "prod.x"),
        ("{{ source('web', 'orders').replace_path(schema='old') }}", "old.orders"),
        ("{{ source('web', 'orders').replace_path(identifier='orders_2') }}", "web.orders_2"),
        ("{{ source('web', 'orders').replace_path(identifier='o').identifier }}", "o"),
        ("{{ ref('x').replace_path(database=target.database) }}", "ref_shop.x"),
        ("{{ ref('x').replace_path(identifier=ref('x').identifier ~ '_tmp') }}", "x_tmp"),
        ("{{ ref('x').replace_path(schema='prod') }}", "prod.x"),
        ("{{ ref('x').incorporate(path={'identifier': 'y'}, type='view') }}", "y"),
        ("{{ ref('x').incorporate(type='table').quote(schema=false) }}", "ref_shop.x"),
        ("{{ source('web', 'orders').include(database=false) }}", "web.orders"),
        ("other.{{ source('web', 'orders').include(database=false, schema=false) }}", "other.orders"),
        ("other.{{ ref('x').include(schema=false) }}", "other.x"),
        ("{{ ref('x').include(database=false) }}", "ref_shop.x"),
        ("{{ source('web', 'orders').without_identifier() }}.y", "raw.web.y"),
        ("{{ source('web', 'orders').without_identifier().include(database=false) }}.y", "raw.web.y"),
        ("{{ source('web', 'orders').render() }}", "raw.web.orders"),
        ("{{ source('web', 'orders').quoted('a b') }}", '"a b"'),
        ("{{ api.Relation.create(database='d', schema='s', identifier='t', type='table') }}", "s.t"),
        ("{{ api.Relation.create('d', target.schema, 't') }}", "t"),
        ("{{ adapter.get_relation('d', 'web', 'orders').render() }}", "web.orders"),
        ("{{ adapter.get_relation(this.database, this.schema, 'orders').render() }}", "ref_shop.orders"),
        ("{{ adapter.get_relation(target.database, var('of'), 'orders').render() }}", "orders"),
        ("{% if ref('x') == ref('x') %}t{% else %}u{% endif %}", "t"),
    ],
)
def test_relations_have_the_methods_of_dbt(text: str, expected: str) -> None:
    rendered = render(f"select 1 from {text}", **RELATIONS)
    assert texts(rendered) == [f"select 1 from {expected}"]
    assert not rendered.doubts


@pytest.mark.parametrize(
    "text",
    [
        "{{ ref('x').replace_path(identifier=var('which')) }}",
        "{{ ref('x').incorporate(path=var('which')) }}",
        "{{ ref('x').information_schema('columns') }}",
        "{{ ref('x').nothing_that_we_know }}",
        "{{ source('web', 'orders', loader=var('which')) }}",
    ],
)
def test_relations_that_nobody_knows_may_be_any(text: str) -> None:
    rendered = render(f"select 1 from {text}", **RELATIONS)
    assert rendered.doubts[0].asks


@pytest.mark.parametrize(
    "schema", ["ref('x').schema", "ref('x').without_identifier()", "target.schema", "this.schema", "target['dataset']"]
)
def test_a_table_in_a_schema_that_nobody_knows_goes_by_its_name(schema: str) -> None:
    rendered = render(f"select 1 from {{{{ {schema} }}}}.y", **RELATIONS)
    assert texts(rendered) == ['select 1 from "".y']
    assert not rendered.doubts


@pytest.mark.parametrize(
    ("written", "dialect", "expected"),
    [
        ("{{ target.database }}.{{ this.schema }}.y", "duckdb", '"".y'),
        ("{{ this.database ~ '.' ~ this.schema ~ '.' ~ 'y' }}", "duckdb", '"".y'),
        ("{{ target.schema }}_old.y", "duckdb", '"".y'),
        ("{{ ref('x').replace_path(schema=target.schema ~ '_old') }}", "duckdb", '"".x'),
        ("raw_{{ target.name }}.{{ target.schema }}.y z", "duckdb", '"".y z'),
        ("db.{{ target.schema }}.y", "duckdb", '"".y'),
        ('"{{ target.database }}"."{{ target.schema }}"."y"', "snowflake", '""."y"'),
        ("[{{ target.schema }}].[y]", "tsql", '"".[y]'),
        ("`{{ target.project }}.{{ target.dataset }}.y`", "bigquery", "``.`y`"),
        ("`{{ target.project }}`.`{{ target.dataset }}`.`y`", "bigquery", "``.`y`"),
        ("`{{ target.dataset }}.y_*`", "bigquery", "``.`y_*`"),
        ("`{{ target.project }}-{{ var('stage') }}.web.y`", "bigquery", "`web.y`"),
        ("{{ var('database') }}.web.y", "snowflake", '"".web.y'),
    ],
)
def test_a_table_is_found_behind_schemas_and_databases_that_nobody_knows(
    written: str, dialect: str, expected: str
) -> None:
    rendered = render(f"select 1 from {written}", dialect=dialect, nodes=RELATIONS["nodes"])
    assert texts(rendered) == [f"select 1 from {expected}"]
    assert not rendered.doubts


def test_a_name_that_begins_with_a_schema_is_some_name() -> None:
    policy = "create row access policy {{ this.schema }}_by_team on t grant to ('a') filter using (team = 'a')"
    rendered = render(policy, **RELATIONS)
    assert texts(rendered) == [policy.replace("{{ this.schema }}", "x")]
    assert not rendered.doubts


def test_two_relations_may_be_one_table() -> None:
    rendered = render("{% if ref('x') == this %}select a{% else %}select b{% endif %} from t", **RELATIONS)
    assert texts(rendered) == ["select a from t", "select b from t"]
    rendered = render("{% if ref('x').is_view %}select a{% else %}select b{% endif %} from t", **RELATIONS)
    assert texts(rendered) == ["select a from t", "select b from t"]


CHOICES = """
{% macro loaded() %}
  {% set found = adapter.get_relation(this.database, this.schema, this.table) %}
  {{ return(found is not none and found.type == 'table' and model.config.materialized == 'x' and not full()) }}
{% endmacro %}
{% macro full() %}{{ return(flags.FULL_REFRESH or var('full')) }}{% endmacro %}
{% macro ref(name) %}
  {% if target.schema == 'dev' %}{{ return(builtins.ref(name).include(database=false)) }}
  {% else %}{{ return(builtins.ref(name)) }}{% endif %}
{% endmacro %}
{% macro one_of() %}
  {% if target.a %}{{ return(ref('x')) }}{% elif target.b %}{{ return(ref('y')) }}
  {% elif target.c %}{{ exceptions.raise_compiler_error('no') }}{% else %}{{ return(ref('z')) }}{% endif %}
{% endmacro %}
{% macro sets() %}{% if target.a %}{% do config(unique_key='k') %}{% endif %}{{ return(true) }}{% endmacro %}
{% macro off() %}{% if target.a %}{{ return(true) }}{% endif %}
  {% do config(enabled=false) %}{{ return(true) }}{% endmacro %}
{% macro fills(l) %}{% if target.a %}{% do l.append('b') %}{% endif %}{{ return(true) }}{% endmacro %}
{% macro prints() %}{% if target.a %}{{ return(var('a')) }}{% endif %}{{ return(none) }}{% endmacro %}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if loaded() %}a{% endif %} {% if loaded() %}b{% else %}c{% endif %}", ["c", "a b"]),
        ("from {{ ref('x') }}", ["from x"]),
        ("from {{ one_of() }}", ["from x", "from y", "from z"]),
        ("from {{ one_of() }}, {{ one_of() }}", ["from x, x", "from y, y", "from z, z"]),
        ("{% set l = ['a'] %}{% if fills(l) %}{{ l }}{% endif %}", ["['a', 'b']", "['a']"]),
        ("{% if sets() %}a{% endif %}", ["a"]),
        ("{% if off() %}a{% endif %}", ["a"]),
    ],
)
def test_of_a_macro_only_its_values_are_decided_about(text: str, expected: list[str]) -> None:
    rendered = render(text, ("shop", CHOICES))
    assert texts(rendered) == expected
    assert not rendered.doubts


def test_what_a_macro_does_on_one_of_its_ways_it_does_not_on_the_others() -> None:
    assert render("{% if off() %}a{% endif %}", ("shop", CHOICES)).settings["enabled"] is True


def test_a_value_of_a_macro_may_be_unknown() -> None:
    assert render("select {{ prints() }}", ("shop", CHOICES)).doubts


def test_ways_that_end_in_an_error_of_the_template_are_not_counted() -> None:
    check = "{%% if target.n%d %%}{{ exceptions.raise_compiler_error() }}{%% endif %%}"
    rendered = render("".join(check % i for i in range(12)) + "select 1")
    assert texts(rendered) == ["select 1"]
    assert not rendered.doubts
    assert render("".join(check % i for i in range(99)) + "select 1").doubts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "select {% for a, b in adapter.get_columns_in_relation(this) %}{{ a }}, {% endfor %}1 from t",
            "template_columns",
        ),
        ("{% set a, b = run_started_at, 1 %}select {{ a }}, {{ b }} from t", "select template_value(), 1 from t"),
        ("{% set a, (b, c) = 1, invocation_id %}select {{ b }} from t", "select template_value() from t"),
        ("select {{ ['a' ~ var('x')] }}", "select [template_value()]"),
        ("select 1 in {{ [1, run_started_at] }}", "select 1 in [1, template_value()]"),
        ("select '{{ 'ab'[:run_started_at] }}'", "select template_value()"),
    ],
)
def test_an_unknown_value_is_unpacked_and_printed_in_lists(text: str, expected: str) -> None:
    rendered = render(text)
    assert expected in texts(rendered)[0]
    assert not rendered.doubts


@pytest.mark.parametrize(
    "text",
    [
        "{% for a, b in var('x') %}{{ a }}{% endfor %}",
        "{% for k, (a, b) in var('x').items() %}{{ k }}{% endfor %}",
        "{% set a, b = var('x') %}select {{ a }}",
        "{% set a, b = 'p' ~ var('x') %}select {{ a }}",
        "select {{ [var('x')] }}",
    ],
)
def test_parts_of_an_unknown_value_are_in_doubt(text: str) -> None:
    rendered = render(text)
    assert rendered.doubts
    assert "cannot be rendered" not in rendered.doubts[0].clause
    assert not any("object at" in t.text for t in rendered.texts)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("select {{ far.away('x') }}", "far.away"),
        ("select {{ far.away('x').more | upper }}", "far.away"),
        ("{% for x in far.away() %}{{ x }}{% endfor %}", "far.away"),
        ("{% set x = far.away() %}select 1 from {{ x }}", "far.away"),
        ("select {{ model.config('x') }}", ""),
        ("select {{ ours('x') }}", ""),
        ("select {{ var('x').more() }}", ""),
    ],
)
def test_a_package_that_is_not_there_is_told(text: str, name: str) -> None:
    (doubt,) = render(text).doubts
    assert (f"calls {name} of a package that is not there" in doubt.clause) is bool(name)


def test_a_macro_that_an_installed_package_does_not_have_is_told() -> None:
    (doubt,) = render("select {{ other.gone('x') | upper }}", ("other", "{% macro m() %}1{% endmacro %}")).doubts
    assert doubt.clause == "calls other.gone, which the installed package does not have"


def test_what_a_package_of_snowplow_asks_of_all_models_are_names_in_quotes() -> None:
    macro = "{% macro get_enabled_snowplow_models(p) %}{{ graph.nothing_that_we_know() }}{% endmacro %}"
    asked = "snowplow_utils.get_enabled_snowplow_models('p')"
    text = f"select 1 from t where m in ({{% for x in {asked} %}}'{{{{ x }}}}',{{% endfor %}} '')"
    rendered = render(text, ("snowplow_utils", macro))
    assert not rendered.doubts
    assert texts(rendered)[0].count("template_value()") == 3


def test_ways_that_take_long_are_not_followed_one_after_the_other() -> None:
    check = "{%% if target.n%d %%}{{ exceptions.raise_compiler_error() }}{%% endif %%}"
    rendered = render(
        "{% for i in range(24999) %}{% set x = i + 1 %}{% endfor %}"
        + "".join(check % i for i in range(40))
        + "select 1"
    )
    assert "more conditions" in rendered.doubts[0].clause


def test_a_variable_is_found_however_deep_it_is_asked_for() -> None:
    macros = "".join(f"{{% macro m{i}() %}}{{{{ m{i + 1}() }}}}{{% endmacro %}}" for i in range(9))
    macros += "{% macro m9() %}{{ var('of') }}{% endmacro %}"
    variables = {"shop": {"of": "{{ ref('x') }}", "own": "{{ var('own') }}"}}
    assert texts(render("from {{ m0() }}", ("shop", macros), variables=variables)) == ["from x"]
    assert "made of itself" in render("from {{ var('own') }}", variables=variables).doubts[0].clause
