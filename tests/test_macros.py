"""Macros: what a file of them holds, whose come first, and what one does that nobody can follow."""

from __future__ import annotations

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
