"""Ids, their quoting, and selectors."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackplan import names

_SEGMENT = st.text(min_size=1, max_size=12) | st.text('ab_$9-. "{},*/', min_size=1, max_size=6)


@given(st.lists(_SEGMENT, min_size=1, max_size=5))
def test_an_id_splits_into_what_it_was_joined_from(segments: list[str]) -> None:
    assert names.split_id(names.join_id(segments)) == tuple(segments)


@given(st.lists(_SEGMENT, min_size=1, max_size=4), st.lists(_SEGMENT, min_size=1, max_size=4))
def test_two_ids_are_one_only_if_their_segments_are(one: list[str], other: list[str]) -> None:
    assert (names.join_id(one) == names.join_id(other)) == (one == other)


@given(st.text('ab"._{', max_size=12))
def test_splitting_gives_segments_or_a_sentence(text: str) -> None:
    try:
        segments = names.split_id(text)
    except ValueError:
        return
    assert all(segments)
    assert names.split_id(names.join_id(segments)) == segments


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("raw", "web", "orders"), "raw.web.orders"),
        (("$identify", "e-mail"), "$identify.e-mail"),
        (("Order Completed", "total"), '"Order Completed".total'),
        (("a.b", '"', "1st", ""), '"a.b".""""."1st".""'),
        (("größe",), '"größe"'),
    ],
)
def test_join_id(segments: tuple[str, ...], expected: str) -> None:
    assert names.join_id(segments) == expected


def test_field_id() -> None:
    assert names.field_id("web", "Order Completed", ("address", "city")) == 'web/"Order Completed".address.city'
    assert names.field_id("my plan", "$identify", ()) == '"my plan"/$identify'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "an empty segment in ''"),
        ("a..b", "an empty segment in 'a..b'"),
        ("a.", "an empty segment in 'a.'"),
        ('"a', "the quote at column 1 of '\"a' is never closed"),
        ('"a"b', "a '.' is expected at column 4 of '\"a\"b'"),
    ],
)
def test_text_that_is_no_id(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        names.split_id(text)


def test_canonical() -> None:
    assert names.canonical("Order_Completed v2") == names.canonical("orderCompletedV2") == "ordercompletedv2"


@pytest.mark.parametrize(
    ("dialect", "plain", "quoted"),
    [
        ("snowflake", "ABC", "aBc"),
        ("oracle", "ABC", "aBc"),
        ("postgres", "abc", "aBc"),
        ("redshift", "abc", "aBc"),
        ("duckdb", "abc", "abc"),
        ("bigquery", "abc", "abc"),
        ("", "abc", "abc"),
    ],
)
def test_fold(dialect: str, plain: str, quoted: str) -> None:
    assert names.fold("aBc", False, dialect) == plain
    assert names.fold("aBc", True, dialect) == quoted


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("a", ["a"]),
        ("Step.{one, two}", ["Step.one", "Step.two"]),
        ("{a,b}.{c,d}", ["a.c", "a.d", "b.c", "b.d"]),
        ("a.{b,{c,d}.e}", ["a.b", "a.c.e", "a.d.e"]),
        ('"a{b".c', ['"a{b".c']),
        (' {"a,b", c} ', ['"a,b"', "c"]),
    ],
)
def test_expand(selector: str, expected: list[str]) -> None:
    assert [p.text for p in names.expand(selector)] == expected


@pytest.mark.parametrize(
    ("selector", "sentence"),
    [
        (" ", "the selector is empty"),
        ("a.{b", "the '{' at column 3 of 'a.{b' is never closed"),
        ("a}", "'}' without '{' at column 2 of 'a}'"),
        ("{a,}", "an empty item in the braces of '{a,}'"),
        ('"a', "the quote at column 1 of '\"a' is never closed"),
        ("{a,b}" * 60, "the braces of the selector multiply to more than 1,000 alternatives"),
        ("{" + "{a,b}{a,b}," * 300 + "c}" + "{a,b}" * 9, "multiply to more than 1,000 alternatives"),
    ],
)
def test_text_that_is_no_selector(selector: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        names.expand(selector)


@pytest.mark.parametrize(
    ("selector", "plain", "matched"),
    [
        ("a.b", "a.b", True),
        ("a.b", "A.b", False),
        ('"Order Completed".total', "Order Completed.total", True),
        ("Order Completed.*", "Order Completed.address.city", True),
        ("Order Completed.*", "Order Completed", False),
        ("*.email", "web/$identify.email", True),
        ("*.email", ".email", True),
        ("a*a", "a", False),
        ("a*b*c", "a.b.b.c", True),
        ("a*b*c", "a.c.b", False),
        ('"a*"', "a*", True),
        ('"a*"', "ab", False),
        ("**", "", True),
    ],
)
def test_matches(selector: str, plain: str, matched: bool) -> None:
    (pattern,) = names.expand(selector)
    assert pattern.matches(plain) is matched


@given(st.text("ab*.", min_size=1, max_size=8).filter(str.strip), st.text("ab.", max_size=10))
def test_matching_is_what_a_regular_expression_says(selector: str, plain: str) -> None:
    (pattern,) = names.expand(selector)
    regex = ".*".join(re.escape(piece) for piece in selector.split("*"))
    assert pattern.matches(plain) == bool(re.fullmatch(regex, plain))
    assert pattern.wildcard == ("*" in selector)


def test_many_stars_take_little_time() -> None:
    (pattern,) = names.expand("*a" * 5000)
    start = time.perf_counter()
    assert not pattern.matches("a" * 4999 + "b")
    assert time.perf_counter() - start < 1
