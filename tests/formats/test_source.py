"""Source lines: the right text underlined, nobody's data shown, nothing that steers a terminal."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample import Files
from trackplan.findings import Place, Problem
from trackplan.formats import problems
from trackplan.formats.base import Look
from trackplan.formats.mask import literals
from trackplan.formats.source import Sources, excerpt, visible, width


def lines(text: str, place: Place, room: int = 100, *, double_quoted: bool = False) -> list[str]:
    sources = Sources(Files({place.path: text}), double_quoted)
    return excerpt(sources, place, Look(width=room))


def marked(text: str, place: Place, room: int = 100) -> str:
    """The text above the marks."""
    source, marks = lines(text, place, room)
    start, end = marks.index("^"), marks.rindex("^") + 1
    return source[start:end]


@pytest.mark.parametrize(
    ("text", "place", "wanted"),
    [
        ("a: b\n", Place("x.yaml", 1, 1, 1, 2), "a"),
        ("    key: value\n", Place("x.yaml", 1, 5, 1, 8), "key"),
        ("\t\tkey: value\n", Place("x.yaml", 1, 3, 1, 6), "key"),
        ("one\r\ntwo\r\n", Place("x.yaml", 2, 1, 2, 4), "two"),
        ("first: 1", Place("x.yaml", 1, 8, 1, 9), "1"),
        ("from here\nto there\n", Place("x.yaml", 1, 6, 2, 3), "here"),
        ("select 'secret', total\n", Place("x.sql", 1, 18, 1, 23), "total"),
        ("select 'secret', total\n", Place("x.sql", 1, 8, 1, 16), "'***'"),
        ("x" * 500 + " needle " + "y" * 500, Place("x.yaml", 1, 502, 1, 508), "needle"),
        ("x" * 5_000_000 + " needle " + "y" * 500, Place("x.yaml", 1, 5_000_002, 1, 5_000_008), "needle"),
    ],
)
def test_what_is_underlined(text: str, place: Place, wanted: str) -> None:
    assert marked(text, place) == wanted


def test_wide_characters_take_two_columns() -> None:
    source, marks = lines("名前: value\n", Place("x.yaml", 1, 5, 1, 10))
    assert width(source[: source.index("value")]) == marks.index("^")
    assert marks.count("^") == 5


@pytest.mark.parametrize(
    "place", [Place("x.yaml"), Place("x.yaml", 9, 1, 9, 2), Place("x.yaml", 2, 1, 2, 1), Place("x.yaml", 1)]
)
def test_places_without_a_line(place: Place) -> None:
    assert lines("a: b\n\n", place) == []


def test_files_that_cannot_be_read_have_no_lines() -> None:
    assert excerpt(Sources(Files({})), Place("gone.yaml", 1, 1, 1, 2), Look()) == []


def test_a_column_after_the_end_is_marked_at_the_end() -> None:
    assert lines("abc\n", Place("x.yaml", 1, 99, 1, 100)) == ["       1 | abc", "         |    ^"]


def test_long_lines_are_cut_on_both_sides() -> None:
    source, _ = lines("x" * 500 + " needle " + "y" * 500, Place("x.yaml", 1, 502, 1, 508), 80)
    assert len(source) <= 80
    assert source[11] == source[-1] == "…"


MASKED = {
    "standard": ("a = 'x''y' and b", "a = '***' and b"),
    "comment": ("a -- don't\n, 'x'", "a -- don't\n, '***'"),
    "block comment": ("/* it's */ 'x'", "/* it's */ '***'"),
    "open to the end": ("a = 'x\ny", "a = '***"),
    "identifier": ("\"Order Id\" = 'x'", "\"Order Id\" = '***'"),
    "no identifier": ('a = "x@example.com"', 'a = "***"'),
    "backticks mean double quotes are literals": ('`a` = "DE"', '`a` = "***"'),
    "dollars": ("$$it's$$, $f$x$f$", "$$***$$, $f$***$f$"),
    "empty": ("a = ''", "a = ''"),
    "jinja names": ("from {{ ref('orders') }} where a = 'x'", "from {{ ref('orders') }} where a = '***'"),
    "jinja comment": ("{# don't #} 'x'", "{# don't #} '***'"),
}


@pytest.mark.parametrize("name", MASKED)
def test_literals_are_masked(name: str) -> None:
    text, wanted = MASKED[name]
    shown = text
    for start, end in reversed(literals(text)):
        shown = shown[:start] + "***" + shown[end:]
    assert shown == wanted


@pytest.mark.parametrize(
    "text",
    [
        "a = 'it\\'s SECRET' and b = 'SECRET'",
        "# don't\na = 'SECRET'",
        "// don't\na = 'SECRET'",
        "a = 'C:\\' and b = 'SECRET'",
        "x = '''SECRET'''",
    ],
)
def test_no_reading_of_a_dialect_lets_a_literal_through(text: str) -> None:
    spans = literals(text)
    assert all(any(a <= m.start() < b for a, b in spans) for m in re.finditer("SECRET", text))


def test_a_literal_over_lines_is_masked_on_each() -> None:
    assert lines("a = 'one\nSECRET two\nthree'\n", Place("x.sql", 2, 1, 2, 7))[0] == "       2 | ***"


def test_double_quotes_where_the_dialect_says_so() -> None:
    place = Place("x.sql", 1, 1, 1, 2)
    assert lines('a = "DE"', place)[0].endswith('"DE"')
    assert lines('a = "DE"', place, double_quoted=True)[0].endswith('"***"')


@given(st.text(alphabet="'\"`$\\#-/*{} ab\n", max_size=60))
def test_masking_never_fails_and_gives_ranges_in_order(text: str) -> None:
    spans = literals(text)
    assert spans == sorted(spans)
    assert all(a < b <= len(text) for a, b in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))


@pytest.mark.parametrize("part", ["'", '"', "$$", "$a$ ", "/*", "{#", "\\'", "`", "{{ ref(", "''"])
def test_masking_is_linear(part: str) -> None:
    literals(part * 100_000)


@given(
    st.text(max_size=80),
    st.integers(0, 5),
    st.integers(0, 90),
    st.integers(0, 90),
    st.sampled_from(["x.sql", "x.yaml"]),
)
def test_excerpts_are_safe_whatever_the_place(text: str, line: int, column: int, end: int, path: str) -> None:
    shown = "\n".join(lines(text, Place(path, line, column, line, end), 60))
    assert visible(shown.replace("\n", "")) == shown.replace("\n", "")


def test_problems_with_source_and_hint() -> None:
    found = [
        Problem(Place("trackplan.yaml", 2, 1, 2, 5), "unknown key 'plan'", "did you mean 'plans'?"),
        Problem(Place("gone.yaml"), "there is no such file"),
    ]
    said = problems.render(found, Files({"trackplan.yaml": "version: 1\nplan: x\n"}), Look())
    assert said.split("\n") == [
        "gone.yaml: there is no such file",
        "trackplan.yaml:2:1: unknown key 'plan'",
        "       2 | plan: x",
        "         | ^^^^",
        "         = did you mean 'plans'?",
    ]
