"""Conditions that nobody knows, by the dozen: both of their sides in one text, where each is the same columns."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackplan.jinja import MacroFile, Rendered, Renderer, Settings, variants
from trackplan.sql.records import Select, Statement
from trackplan.sql.statements import compile_text

MANY = "[" + ", ".join(f"'c{n}'" for n in range(20)) + "]"
FILL = """
{% macro fill(there, wanted) %}
  {%- set names = there | map(attribute='name') | map('lower') | list -%}
  {%- for each in wanted %}
    {% if each | lower in names %}{{ each }} as {{ each }}_new{% else %}cast(null as text) as {{ each }}_new{% endif %}
    {%- if not loop.last %},{% endif %}
  {%- endfor %}
{% endmacro %}
"""


def render(text: str, macros: str = "", **known: object) -> Rendered:
    """`text` in a small project with `macros`, of which the variables `known` are set."""
    files = (MacroFile("shop", "macros/m.sql", macros),)
    given_to = Settings("duckdb", "shop", variables={"shop": known}, macros=files)
    return Renderer(given_to).render(text, ("m",))


def texts(rendered: Rendered) -> list[str]:
    """The texts, white space aside."""
    return [" ".join(each.text.split()) for each in rendered.texts]


def test_columns_that_the_source_may_lack_are_read_where_it_has_them() -> None:
    text = f"select {{{{ fill(adapter.get_columns_in_relation(ref('t')), {MANY}) }}}} from {{{{ ref('t') }}}}"
    rendered = render(text, FILL)
    assert not rendered.doubts
    assert texts(rendered) == ["select " + ", ".join(f"c{n} AS c{n}_new" for n in range(20)) + " from t"]


def each(one: str, other: str, around: str = "{}") -> str:
    """A macro with twenty conditions of two sides, each with its number for N."""
    sides = f"{{% if var('v' ~ i) %}}{one}{{% else %}}{other}{{% endif %}}".replace("N", "{{ i }}")
    items = f"{{% for i in range(20) %}}{sides}{{% if not loop.last %}},{{% endif %}}{{% endfor %}}"
    return "{% macro m() %}" + around.format(items) + "{% endmacro %}"


def test_two_columns_of_one_name_are_both_read() -> None:
    rendered = render("select {{ m() }} from t", each("aN as xN", "bN as xN"))
    assert not rendered.doubts
    cases = [f"CASE WHEN template_value() THEN a{n} ELSE b{n} END AS x{n}" for n in range(20)]
    assert texts(rendered) == ["select " + ",".join(cases) + " from t"]


def test_several_columns_and_elif_and_what_is_the_same() -> None:
    macro = each("aN as xN, kN", "{% if i > 3 %}bN{% else %}cN{% endif %} as xN, kN")
    assert "THEN a3 ELSE c3 END AS x3, k3 AS k3" in texts(render("select {{ m() }} from t", macro))[0]
    chained = each("aN as xN", "bN as xN").replace("{% else %}b", "{% elif i > 3 %}d{{ i }} as x{{ i }}{% else %}b")
    assert "THEN a4 ELSE d4 END AS x4" in texts(render("select {{ m() }} from t", chained))[0]


@pytest.mark.parametrize(
    ("text", "macros"),
    [
        ("select {{ m() }} from t", each("aN as xN", "bN as yN")),
        ("select {{ m() }} from t", each("aN as xN", "")),
        ("select {{ m() }} from t", each("sum(aN) as xN", "bN as xN")),
        ("select {{ m() }} from t", each("aN as xN -- first", "bN as xN")),
        ("select {{ m() }} from t", each("aN as xN from u", "bN as xN from v")),
        ("select k from t where {{ m() }}", each("aN", "bN")),
        ("select f({{ m() }}) from t", each("aN as xN", "bN as xN")),
        ("select {{ m() | replace('a', 'c') }} from t", each("aN as xN", "bN as xN")),
        ("select {{ m() | upper }} from t", each("aN as xN", "bN as xN")),
        ("select {{ m().replace('a', 'c') }} from t", each("aN as xN", "bN as xN")),
        ("select {{ m() }} from t", each("{% set y = 1 %}aN as xN", "bN as xN")),
        ("select {{ m() }} from t", each("{% do l.append(1) %}aN as xN", "bN as xN", "{{% set l = [] %}}{}")),
        ("select {{ m() }} from t", each("{{ run_query('call p()') }}aN as xN", "bN as xN")),
        ("select {{ m() }} from t", each("{{ var('other') }} as xN", "bN as xN")),
    ],
)
def test_what_is_not_the_same_columns_stays_in_doubt(text: str, macros: str) -> None:
    rendered = render(text, macros)
    assert rendered.doubts


PASSED = """
{% macro others(columns, prefix, without) %}{% set twice = [] %}
{% for c in columns if c.name not in without %}
  {% for d in columns if c.name[prefix | length:] == d.name %}{% do twice.append(c.name) %}, {{ c.name }}{% endfor %}
{% endfor %}
{% for c in columns if c.name not in without %}{% if c.name not in twice %}
  {% if c.name[:prefix | length] == prefix %}, {{ SIDE }} as {{ dbt_utils.slugify(c.name[prefix | length:]) }}
  {% else %}, {{ adapter.quote(c.name) }}{% endif %}
{% endif %}{% endfor %}{% endmacro %}
"""


@pytest.mark.parametrize(("side", "clear"), [("adapter.quote(c.name)", True), ("'max(' ~ c.name ~ ')'", False)])
def test_columns_that_are_passed_on_whatever_they_are_called(side: str, clear: bool) -> None:
    """As packages pass on what a user has added to a table; what is computed of them stays in doubt."""
    columns = "adapter.get_columns_in_relation(ref('t'))"
    text = f"select {{{{ fill({columns}, {MANY}) }}}} {{{{ others({columns}, 'p_', {MANY}) }}}}, 1 as one from t"
    rendered = render(text, FILL + PASSED.replace("SIDE", side))
    assert bool(rendered.doubts) is not clear
    counts = {each.count(", template_columns(*).*") for each in texts(rendered) if "c19 AS c19_new" in each}
    assert (3 in counts) is clear


def test_a_side_that_the_template_forbids_is_none() -> None:
    macros = (
        each("{{ exceptions.raise_compiler_error('no') }}", "bN as xN")
        + "{% macro n() %}{{ return(m()) }}{% endmacro %}"
    )
    rendered = render("select {{ n() }} {% if var('x') %}, a as b{% else %}, c as b{% endif %} from t", macros)
    assert not rendered.doubts
    assert {"a", "c", "b19"} <= set(" ".join(texts(rendered)).replace(",", " ").split())


def test_no_text_of_a_macro_is_taken_for_what_it_is_compared_with() -> None:
    macros = each("aN", "bN") + "{% macro n() %}{% if m() == 'z' %}c as x{% else %}d as x{% endif %}{% endmacro %}"
    rendered = render("select {{ n() }} from t", macros)
    assert rendered.doubts or {"c", "d"} <= set(" ".join(texts(rendered)).replace(",", " ").split())


ITEMS = (
    "a as x",
    "b as x",
    "null as x",
    "c as y",
    "lower(a) as x",
    "max(b) as x",
    "x",
    "t.a as x",
    "a as x, c as y",
    "",
)
SIDES = st.sampled_from(ITEMS)
CONDITION = st.tuples(st.integers(0, 2), SIDES, SIDES)
AROUND = st.sampled_from(
    [
        "{{ m() }}", "{{ m() | trim }}", "{{ m() | upper }}", "{{ m() | replace('a', 'b') }}", "{{ m().lower() }}",
        "{% set t = m() %}{{ t }}", "{% set t %}{{ m() }}{% endset %}{{ t }}", "{{ n(m()) }}", "{{ [m()] | join }}",
        "{% set t = m() %}{% if 'b' in t %}b as z{% else %}{{ t }}{% endif %}", "{{ '%s' | format(m()) }}",
    ]
)  # fmt: skip
BODY = st.sampled_from(
    [
        "{}", "{{% set s %}}{}{{% endset %}}{{{{ s }}}}", "{{% if var('v1') %}}{}{{% else %}}k as x{{% endif %}}",
        "{{% if var('v0') %}}{{{{ return('k as x') }}}}{{% endif %}}{}",
        "{{% set l = [] %}}{{% if var('v2') %}}{{% do l.append(1) %}}{{% endif %}}{}{{% if l %}}, b as l{{% endif %}}",
    ]
)  # fmt: skip


def reads(text: str) -> set[tuple[str, str]] | None:
    """Which names each column of a query is made of; None where the text is not understood."""
    found: set[tuple[str, str]] = set()
    for statement in compile_text(text, "duckdb").statements:
        if not isinstance(statement, Statement):
            return None
        scope = statement.scopes[statement.scope]
        assert isinstance(scope, Select)
        for output in scope.outputs:
            found |= {(output.name.lower(), getattr(ref, "name", "*").lower()) for ref in output.refs}
            found |= {(output.name.lower(), "")}
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(CONDITION, min_size=1, max_size=3), BODY, AROUND)
def test_no_way_reads_more_than_both_sides_at_once(
    conditions: list[tuple[int, str, str]], body: str, around: str
) -> None:
    items = ", ".join(f"{{% if var('v{n}') %}}{one}{{% else %}}{other}{{% endif %}}" for n, one, other in conditions)
    macros = "{% macro m() %}" + body.format(items) + "{% endmacro %}{% macro n(t) %}{{ t }}, k{% endmacro %}"
    text = "select " + around + " from t"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variants, "VARIANTS", 1)  # so that any condition is one too many
        rendered = render(text, macros)
    if rendered.doubts:
        return
    understood = [reads(each.text) for each in rendered.texts]
    if None in understood:
        return
    all_read = {each for one in understood for each in one or ()}
    for ways in product([True, False], repeat=3):
        (known,) = texts(render(text, macros, **{f"v{n}": way for n, way in enumerate(ways)})) or ("select 1",)
        assert (reads(known) or set()) <= all_read, known
