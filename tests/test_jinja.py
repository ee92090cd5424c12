"""Templates: what they become, both ways at what nobody knows, where each letter is from, and no way out."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.jinja import MacroFile, Rendered, Renderer, Settings, dataform
from trackplan.jinja.placeholders import clause_of
from trackplan.sql.records import Statement
from trackplan.sql.statements import compile_text
from trackplan.sql.text import Lines

SOURCES = {("shop", "orders"): ("raw", "web", "orders")}
MACROS = """
{% macro cents(c) -%} ({{ c }} / 100) {%- endmacro %}
{% macro name_of(x) %}{{ return(x ~ '_name') }}{% endmacro %}
{% macro again() %}{{ again() }}{% endmacro %}
{% macro shop__kind() %}{% endmacro %}
{% macro default__kind() %}plain{% endmacro %}
{% macro duckdb__kind() %}duck{% endmacro %}
{% macro kind() %}{{ adapter.dispatch('kind')() }}{% endmacro %}
{% macro broken() %}{{ nothing.at.all | int + [] }}{% endmacro %}
"""


def render(text: str, dialect: str = "duckdb", **known: object) -> Rendered:
    """`text` in a small project."""
    variables = {"shop": {"days": 7, "table": "{{ source('shop', 'orders') }}", "columns": ["a", "b"], "none": None}}
    macros = (MacroFile("shop", "macros/m.sql", MACROS),)
    return Renderer(Settings(dialect, "shop", SOURCES, {"x": ("ref_shop", "x")}, variables, macros)).render(
        text, ("m",)
    )


def texts(text: str, dialect: str = "duckdb") -> list[str]:
    """What `text` may become, white space aside."""
    rendered = render(text, dialect)
    assert not rendered.doubts, rendered.doubts
    return [" ".join(t.text.split()) for t in rendered.texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", "select 1"),
        ("from {{ ref('x') }}", "from ref_shop.x"),
        ("from {{ ref('other', 'y', v=2) }}", "from y_v2"),
        ("from {{ ref('order') }}", 'from "order"'),
        ("from {{ source('shop', 'orders') }} o", "from raw.web.orders o"),
        ("from {{ source('new', 'table') }}", 'from new."table"'),
        ("{{ config(materialized='table') }}select 1", "select 1"),
        ("{# a {{ ref('x') }} comment #}select 1", "select 1"),
        ("{% raw %}select '{{'{% endraw %}", "select '{{'"),
        ("from {{ this }}", "from m"),
        ("select {{ this.name }}", "select m"),
        ("d > {{ var('days') }}", "d > 7"),
        ("d > {{ var('weeks', 2) }}", "d > 2"),
        ("select {{ var('weeks', none) or 'x' }}", "select x"),
        ("from {{ var('table') }}", "from raw.web.orders"),
        ("select {{ var('columns') | join(', ') }}", "select a, b"),
        ("select {{ env_var('HOME', 'nowhere') }}", "select nowhere"),
        ("select {{ cents('total') }} as t", "select (total / 100) as t"),
        ("select {{ name_of('a') }}_b", "select a_name_b"),
        ("select {{ shop.cents('t') }}", "select (t / 100)"),
        ("select {{ kind() }}", "select duck"),
        ("{% for c in var('columns') %}{{ c }}{{ ', ' if not loop.last }}{% endfor %}", "a, b"),
        ("{% set l = [] %}{% do l.append('z') %}select {{ l[0] }}", "select z"),
        ("{% set q %}select 1{% endset %}{{ q | upper }}", "SELECT 1"),
        ("{% if execute %}a{% else %}b{% endif %}", "a"),
        ("{% if target.type == 'duckdb' %}a{% else %}b{% endif %}", "a"),
        ("{{ log('x') }}{{ exceptions.warn('x') }}select 1", "select 1"),
        ("select {{ dbt.type_string() }}", "select varchar"),
        ("select {{ dbt_utils.star(from=ref('x'), except=['a', 'B c']) }}", 'select * exclude (a, "b c")'),
        ("select {{ dbt_utils.star(ref('x'), relation_alias='o') }}", "select o.*"),
        ("{{ dbt_utils.group_by(n=3) }}", "group by 1, 2, 3"),
        ("{{ dbt_utils.pivot('c', ['x'], then_value='v') }}", "sum(case when c = 'x' then v else 0 end) as \"x\""),
        ("select '{{ run_started_at }}'", "select template_value()"),
        ("where y = {{ run_started_at.year - 1 }}", "where y = template_value()"),
        ("date '{{ run_started_at.date() }}'", "date '2000-01-01'"),
        ("limit {{ var('unknown') }}", "limit 1"),
        ("-- {{ var('unknown') }}\nselect 1", "-- x select 1"),
        ("from {{ target.database }}.web.orders", 'from "".web.orders'),
        ("{% docs d %}{{ nothing }}{% enddocs %}select 1", "select 1"),
    ],
)
def test_what_can_be_known_is_known(text: str, expected: str) -> None:
    assert texts(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select a{% if is_incremental() %} where b{% endif %}", ["select a where b", "select a"]),
        ("{% if is_incremental() %}a{% else %}b{% endif %}{% if is_incremental() %}c{% endif %}", ["ac", "b"]),
        ("{% if target.name == 'dev' %}a{% elif target.name == 'ci' %}b{% else %}c{% endif %}", ["a", "b", "c"]),
        ("{{ 'a' if var('x') else 'b' }}", ["a", "b"]),
        ("{% if not var('x') %}a{% else %}b{% endif %}", ["b", "a"]),
        ("{% if 'q' in [var('x'), 'q'] %}a{% else %}b{% endif %}", ["a"]),
        ("{% if var('x') | lower == 'q' %}a{% else %}b{% endif %}", ["a", "b"]),
        ("{% if var('x').startswith('q') %}a{% else %}b{% endif %}", ["a", "b"]),
        ("{% set u = var('x') ~ '' %}{% if u %}a{% else %}b{% endif %}", ["a", "b"]),
        ("{% if var('x') is none %}a{% endif %}b", ["ab", "b"]),
        ("{% if var('x') %}{{ exceptions.raise_compiler_error('no') }}{% endif %}a", ["a"]),
        (
            "{% if run_query('select 1') %}a{% else %}a{% endif %}",
            ["a", "SELECT NULL WHERE (select 1 ) IS NOT NULL"],
        ),
        ("{% if is_incremental() %}{{ log('x') }}{% endif %}a", ["a"]),
    ],
)
def test_both_ways_are_taken_at_what_nobody_knows(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_comments_without_end_take_no_time() -> None:
    many = "/* a */" * 5000
    assert render(many + "select {{ run_query('" + many + "x')[0] }} from t").texts
    assert render("{{ run_query('select 1')[0][0] }}").doubts


def test_a_way_to_a_query_without_text_is_none() -> None:
    columns = "{% set found = [] %}{% for c in adapter.get_columns_in_relation(ref('x')) %}"
    columns += "{% if c.name not in ['id'] %}{% do found.append(c.name) %}{% endif %}{% endfor %}"
    query = (
        "with q as ({% for c in found %}select {{ c }} from {{ ref('x') }}{% if not loop.last %} union all {% endif %}"
    )
    query += "{% endfor %}) select * from q"
    (text,) = texts(columns + query)
    assert text.count("template_columns(*)") == 3
    assert texts("with q as ({% if false %}select 1{% endif %}) select 1") == ["with q as () select 1"]


@pytest.mark.parametrize(
    "text",
    [
        "select {{ var('x') }} from t",
        "select a from {{ var('x') }}",
        "select a from {{ var('x') }}.orders",
        "select a from {{ target.schema }}.{{ target.name }}",
        "select a from `{{ target.schema }}`.x_{{ var('x') }}",
        "select a from {{ target.database }}.{{ var('x') }}.orders",
        "select {{ target.schema }}.a from t",
        "select {{ var('x') }}_a from t",
        "select \"{{ var('x') }}\" from t",
        "{% for c in var('x') %}{{ c }}{% endfor %}",
        "{{ elsewhere.macro(ref('x'), 'column_a') }}",
        "select {{ broken() }}",
        "{% if var('x') %}select 1",
        "select {{ 1 + }}",
        "select {{ [] + 1 }}",
        "{{ exceptions.raise_compiler_error('no') }}",
    ],
)
def test_what_may_name_anything_is_in_doubt(text: str) -> None:
    rendered = render(text)
    assert rendered.texts == ()
    assert len(rendered.doubts) == 1
    assert "*" in rendered.doubts[0].words


def test_a_doubt_tells_where_and_what() -> None:
    (doubt,) = render("select a,\n  {{ var('x') }}\nfrom {{ ref('x') }}").doubts
    assert doubt.span == (2, 3, 2, 17)
    assert doubt.clause == "prints {{ var('x') }}, which is known only when it runs"
    assert {"a", "var(x)", "ref_shop.x", "*"} <= set(doubt.words.replace(",", " ").split())


def test_only_the_statement_that_is_not_known_is_in_doubt() -> None:
    rendered = render("select a from t;\nselect {{ var('x') }} from u where s = ';';\nselect c from v")
    assert [t.text.split() for t in rendered.texts] == [["select", "a", "from", "t;", "select", "c", "from", "v"]]
    assert "u" in rendered.doubts[0].words.split()
    assert "v" not in rendered.doubts[0].words.split()


def test_of_many_conditions_the_rest_is_in_doubt() -> None:
    text = "".join(f"{{% if var('v{i}') %}} c{i} {{% else %}} d{i} {{% endif %}}" for i in range(6))
    rendered = render(text)
    assert " ".join(f"c{i}" for i in range(6)) in [" ".join(t.text.split()) for t in rendered.texts]
    assert " ".join(f"d{i}" for i in range(6)) in [" ".join(t.text.split()) for t in rendered.texts]
    assert len(rendered.doubts) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "select {{ dbt_utils.get_column_values(ref('x'), 'c') | join(', ') }} from t",
            "select template_columns(*).* from t",
        ),
        ("select max({{ c }}) from t", "select max(template_columns(*)) from t"),
        ("select t.{{ c }}, b from t", "select template_columns(t.*).*, b from t"),
        ("select sum(a) as {{ c }} from t", "select sum(a) as template_name, template_columns(*).* from t"),
        ('select "{{ c }}" from t', "select template_columns(*).* from t"),
        ("select a from t where {{ c }} = 1", "select a from t where template_columns(*) = 1"),
    ],
)
def test_columns_that_nobody_knows_may_be_any_of_the_sources(text: str, expected: str) -> None:
    start = "{% set c = adapter.get_columns_in_relation(ref('x'))[0].name %}"
    found = texts(start + text)
    assert found[0] == expected


MACROS_OF_OTHERS = (
    """select {{ dbt_utils.generate_surrogate_key(['a', 'b']) }} k, {{ dbt.dateadd('day', 1, 'c') }} d,
    {{ dbt.datediff('a', 'b', 'day') }} e, {{ dbt.date_trunc('month', 'c') }} f, {{ dbt.hash('a') }} j,
    {{ dbt.safe_cast('a', dbt.type_string()) }} g, {{ dbt.concat(['a', "'-'"]) }} h, {{ dbt.current_timestamp() }} o,
    {{ dbt.split_part('a', "','", 1) }} i, {{ dbt.listagg('a', "','", 'order by b desc') }} l,
    {{ dbt_utils.safe_divide('a', 'b') }} m, {{ dbt_utils.get_url_host('a') }} n, {{ dbt_utils.safe_add('a', 'b') }} q,
    cast(a as {{ dbt.type_numeric() }}) p, {{ dbt.last_day('a', 'month') }} s, {{ dbt.any_value('a') }} u,
    {{ dbt_utils.pivot('c', var('values')) }}
    from ({{ dbt_utils.union_relations([ref('x'), ref('y')], exclude=['z']) }}) w {{ dbt_utils.group_by(var('n')) }}""",
    """with a as ({{ dbt_utils.deduplicate(ref('x'), 'a', 'b desc') }}),
    b as ({{ dbt_utils.unpivot(ref('x'), exclude=['a'], field_name='f', value_name='v') }}),
    c as ({{ dbt_utils.date_spine('day', "cast('2020-01-01' as date)", 'current_date') }})
    select {{ dbt_utils.star(ref('x'), except=['q']) }}, '{{ var('u') }}' z from a limit {{ var('l') }}""",
)


@pytest.mark.parametrize("text", MACROS_OF_OTHERS)
@pytest.mark.parametrize(
    "dialect",
    [
        "",
        "bigquery",
        "clickhouse",
        "databricks",
        "duckdb",
        "mysql",
        "postgres",
        "redshift",
        "snowflake",
        "trino",
        "tsql",
    ],
)
def test_macros_of_dbt_make_sql_that_is_understood(text: str, dialect: str) -> None:
    rendered = render(text, dialect)
    assert rendered.doubts == ()
    for each in rendered.texts:
        assert all(isinstance(s, Statement) for s in compile_text(each.text, dialect).statements), each.text


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ref.__globals__ }}",
        "{{ ref.__func__.__globals__['os'] }}",
        "{{ self.__init__.__globals__ }}",
        "{{ (x for x in ()).gi_frame }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ [].append.__self__.__class__ }}",
        "{{ namespace.__init__ }}",
        "{{ modules.re.sys.modules }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{% for i in range(90000) %}{% for j in range(90000) %}x{% endfor %}{% endfor %}",
        "{{ 'a' * 10 ** 10 }}",
        "{{ [0] * 10 ** 10 }}",
        "{{ 9 ** 9 ** 9 }}{{ (9 ** 999) ** (9 ** 9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'a' | center(10 ** 10) }}",
        "{{ 'a'.ljust(10 ** 10) }}",
        "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
        "{{ ('a,' * 100000) | indent(10 ** 8) }}",
        "{% set a = 'xx' %}{% for i in range(99) %}{% set a = a ~ a %}{{ a }}{% endfor %}",
        "{% set n = namespace(a='xx') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        "{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}",
        "{% set n = namespace(a=(1, 1)) %}{% for i in range(99) %}{% set n.a = (n.a, n.a) %}{% endfor %}{{ {n.a: 1} }}",
        "{% set l = [1] %}{% for i in range(99) %}{% do l.extend(l) %}{% endfor %}",
        "{% set l = [] %}{% do l.append(l) %}{{ l }}{{ l == l }}",
        "{{ again() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if a %}" * 3000 + "{% endif %}" * 3000,
        "{{ modules.re.match('(a+)+$', 'a' * 60 ~ 'b') }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% extends 'x' %}",
        "{{ lipsum(10 ** 9) }}",
        "\ue0100\ue011 {{ 1 }} \ue012999999999999999999999d\ue013",
    ],
)
def test_no_way_out_and_no_end_without_a_word(text: str) -> None:
    rendered = render(text)
    written = "".join(t.text for t in rendered.texts) + "".join(d.clause for d in rendered.doubts)
    assert "root:" not in written
    assert "<class" not in written
    assert sum(len(t.text) for t in rendered.texts) < 10_000_000


@pytest.mark.parametrize(
    "piece", ["{{ ", "{% ", "{# ", "{{ ' ", "{{ ref('x') ", "{{ config( }}", "'", "{% if x %}", "{{ '\\' }}"]
)
def test_hostile_pieces_end(piece: str) -> None:
    assert isinstance(render(piece * 5_000), Rendered)


DATAFORM = """config { type: "incremental", schema: "mart", name: "m2", // }
  tags: ["a"] }
js { const limit = 10; const only = `where d > '${from}'`; const from = "2020"; }
pre_operations { delete from ${self()} where x }
select a, c -- ${ignored()}
from ${ref("orders")} o join ${ref("raw", "x")} using (k) ${only}
${when(incremental(), `and t > (select max(t) from ${self()})`)} limit ${limit}
"""


def test_dataform_is_rendered_as_far_as_it_can_be() -> None:
    rendered = dataform.render(DATAFORM, "bigquery", ("m",))
    assert rendered.settings["relation"] == ("mart", "m2")
    assert not rendered.doubts
    start = (
        "delete from mart.m2 where x ; select a, c -- ${ignored()} from orders o join raw.x using (k) where d > '2020'"
    )
    last = "and t > (select max(t) from mart.m2) limit 10"
    assert [" ".join(t.text.split()) for t in rendered.texts] == [f"{start} {last}", f"{start} limit 10"]
    text = rendered.texts[0]
    at = text.text.index("orders")
    assert Lines(text.text, "m.sqlx", text.origin).place((at, at + 6)) == Place("m.sqlx", 6, 6, 6, 22)


def test_keys_of_an_incremental_table_of_dataform_decide_which_rows_it_has() -> None:
    config = """config { type: "%s", uniqueKey: ["id", 'k'], assertions: { uniqueKey: ["d"] },
  bigquery: { updatePartitionFilter: "day > 1" } } select * from t"""
    rendered = dataform.render(config % "incremental", "bigquery", ("m",))
    gone = "coalesce(id) IS NULL OR coalesce(k) IS NULL OR coalesce(day > 1) IS NULL"
    assert [" ".join(t.text.split()) for t in rendered.texts] == [f"select * from t ; DELETE FROM m WHERE {gone}"]
    rendered = dataform.render(config % "table", "bigquery", ("m",))
    assert [t.text.strip() for t in rendered.texts] == ["select * from t"]


@pytest.mark.parametrize(
    ("setting", "decides"),
    [
        ("uniqueKey: keys.main", "template_columns(*)"),
        ("uniqueKey: ['id', keys.more]", "template_columns(*)"),
        ("uniqueKey: ['id'].concat(more)", "template_columns(*)"),
        ("uniqueKey: `${key}`", "template_columns(*)"),
        ("...common", "template_columns(*)"),
        ("bigquery: { updatePartitionFilter: since(3) }", "template_columns(*)"),
        ("uniqueKey: []", ""),
        ("description: 'a uniqueKey: x, ...'", ""),
        ("columns: { uniqueKey: 'of all' }", ""),
    ],
)
def test_a_key_that_javascript_writes_may_be_any_column(setting: str, decides: str) -> None:
    rendered = dataform.render(f"config {{ type: 'incremental', {setting} }} select * from t", "bigquery", ("m",))
    after = f" ; DELETE FROM m WHERE coalesce({decides}) IS NULL" if decides else ""
    assert [" ".join(t.text.split()) for t in rendered.texts] == [f"select * from t{after}"]


def test_what_dataform_says_of_columns_is_no_setting_of_the_file() -> None:
    text = 'config { columns: { id: "The {id}", name: "Full name" }, schema: "stg", bigquery: { name: "x" } } select 1'
    assert dataform.render(text, "bigquery", ("m",)).settings["relation"] == ("stg", "m")


def test_thousands_of_conditions_are_told_and_not_followed() -> None:
    rendered = render("{% for i in range(3000) %}{% if var('v' ~ i) %}{% endif %}{% endfor %}select 1 as one")
    assert [t.text for t in rendered.texts] == ["select 1 as one"]
    assert [d.clause for d in rendered.doubts] == [
        "has more conditions than can be followed, which are known only when it runs"
    ]


@pytest.mark.parametrize("kind", ["declaration", "assertion"])
def test_dataform_files_that_build_nothing(kind: str) -> None:
    assert dataform.render(f'config {{ type: "{kind}" }} select 1', "bigquery", ("m",)).texts == ()


@pytest.mark.parametrize(
    "text", ["select ${f(1)} from t", "${a.map(x => `${x}`).join()}", "js { const a = `${a}`; } ${a}", "select ${"]
)
def test_dataform_that_only_javascript_knows_is_in_doubt(text: str) -> None:
    rendered = dataform.render(text, "bigquery", ("m",))
    assert (rendered.texts, len(rendered.doubts)) == ((), 1)


@pytest.mark.parametrize("piece", ["${", "config {", "${ref(", "${'", "js {`", "${when(incremental(), `"])
def test_hostile_dataform_ends(piece: str) -> None:
    assert isinstance(dataform.render(piece * 2_000, "bigquery", ("m",)), Rendered)


def test_the_real_environment_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKPLAN_SECRET", "hunter2")
    assert "TRACKPLAN_SECRET" in os.environ
    rendered = render("select {{ env_var('TRACKPLAN_SECRET') }}, '{{ env_var('TRACKPLAN_SECRET', 'x') }}' from t")
    assert "hunter2" not in repr(rendered)


def test_the_same_template_gives_the_same() -> None:
    text = (
        "{% if is_incremental() %}a{% endif %}{% set l = var('columns') %}{% do l.append('c') %}{{ l }}{{ set('ba') }}"
    )
    renderer = Renderer(Settings("duckdb", "shop", variables={"shop": {"columns": ["a"]}}))
    assert renderer.render(text) == renderer.render(text) == render_once(text)


def render_once(text: str) -> Rendered:
    return Renderer(Settings("duckdb", "shop", variables={"shop": {"columns": ["a"]}})).render(text)


def test_a_fingerprint_tells_what_may_render_otherwise() -> None:
    macro = MacroFile("shop", "m.sql", "{% macro a() %}1{% endmacro %}")
    known = [
        Settings(),
        Settings("duckdb"),
        Settings(variables={"": {"a": 1}}),
        Settings(macros=(macro,)),
        Settings(sources=SOURCES),
    ]
    assert len({Renderer(s).fingerprint for s in known}) == len(known)
    assert Renderer(Settings()).fingerprint == Renderer(Settings()).fingerprint


PIECES = st.sampled_from(
    ["select a", " ", "\n", "\r\n", ", b1", "\n  where c2 > 3", "ü", "{{ ref('x') }}", "{{- 'y' -}}", "{# c\nd #}",
     "{% if is_incremental() %}", "{% for i in [1, 2] %}", "{% set q = 1 %}", "{{ cents('t') }}",
     "{%- raw -%} w {%- endraw %}"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_letters_of_the_template_keep_their_place(pieces: list[str]) -> None:
    text = "".join(pieces)
    text += "".join(
        "{% endif %}" if "if" in p else "{% endfor %}" for p in reversed(pieces) if "{% if" in p or "{% for" in p
    )
    for rendered in render(text).texts:
        source = (text.replace("\r\n", "\n") if rendered.origin else text).split("\n")
        lines = Lines(rendered.text, "m.sql", rendered.origin)
        for offset, letter in enumerate(rendered.text):
            if letter == "\n":
                continue
            place = lines.place((offset, offset + 1))
            assert 1 <= place.line <= len(source)
            here = source[place.line - 1][place.column - 1 :]
            if place.end_column == place.column + 1 and place.line == place.end_line:
                assert here[:1] == letter
            else:
                assert here.startswith("{{") or not rendered.origin


def test_names_of_a_macro_stand_where_it_is_called() -> None:
    (sql,) = [
        s for s in render("select\n  a, {{ cents('total') }} as t\nfrom x").sql("duckdb", "m.sql") if isinstance(s, Sql)
    ]
    at = sql.text.index("total")
    lines = Lines(sql.text, "m.sql", sql.origin)
    assert lines.place((at, at + 5)) == Place("m.sql", 2, 6, 2, 26)
    assert lines.place((sql.text.index("from"), len(sql.text))) == Place("m.sql", 3, 1, 3, 7)


def test_a_finding_does_not_repeat_the_strings_of_a_tag() -> None:
    source = "select {{ f('jane@example.com', \"it's\") + var('shown') }}"
    clause = clause_of(source, (7, len(source)))
    assert clause == "prints {{ f('***', '***') + var('shown') }}, which is known only when it runs"
