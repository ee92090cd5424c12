"""YAML and JSON into data with places, and what is said of documents that are broken or hostile."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackplan import documents
from trackplan.documents import Node, base, json_text, schema, yaml_text
from trackplan.errors import ReadError

LOADED = (json_text, schema, yaml_text)  # else the first example of a test takes the time to load them

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.findings import Problem

DEEP = "f:1:101 invalid: the nesting goes deeper than 100 levels"


def problems(read: Callable[[str, str], Node], text: str) -> str:
    with pytest.raises(ReadError) as caught:
        read(text, "f")
    return "\n".join(f"{p.place} {p.kind}: {p.message}" for p in caught.value.problems)


def bomb(line: str, levels: int = 30) -> str:
    """Each line names the one before nine times."""
    return "a0: &a0 {x: 1}\n" + "".join(
        line.format(key=f"a{n}", many=", ".join([f"*a{n - 1}"] * 9)) + "\n" for n in range(1, levels)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: true\nb: False\nc: NULL\nd: ~\ne:", {"a": True, "b": False, "c": None, "d": None, "e": None}),
        ("a: yes\nb: No\nc: on\nd: off", {"a": "yes", "b": "No", "c": "on", "d": "off"}),
        ("a: 1\nb: -2\nc: 1.5\nd: 1e3\ne: .5", {"a": 1, "b": -2, "c": 1.5, "d": 1000.0, "e": 0.5}),
        (
            "a: 2026-01-15\nb: 12:30:00\nc: 0x1f\nd: 1_000",
            {"a": "2026-01-15", "b": "12:30:00", "c": "0x1f", "d": "1_000"},
        ),
        ("a: '1'\nb: \"true\"\nc: !!str 3\nd: !!int '4'", {"a": "1", "b": "true", "c": "3", "d": 4}),
        ("404: x\ntrue: y\n'': z", {"404": "x", "true": "y", "": "z"}),
        ("a: |\n  one\n  two\nb: >\n  three\n", {"a": "one\ntwo\n", "b": "three\n"}),
        ("- [1, {a: b}]\n- []\n- {}", [[1, {"a": "b"}], [], {}]),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", {"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}}),
        ("a: {<<: [{b: 1}, {b: 2, c: 3}]}", {"a": {"b": 1, "c": 3}}),
        ("a: &x b\n*x : c\n", {"a": "b", "b": "c"}),
        ("'<<': a", {"<<": "a"}),
        ("\ufeffa: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("--- # one document\na: 1\n...\n", {"a": 1}),
        ("word", "word"),
    ],
)
def test_yaml_values(text: str, expected: object) -> None:
    assert documents.plain(documents.read_yaml(text, "f")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "f:1:1 invalid: the file is empty"),
        (" \n\n", "f:1:1 invalid: the file is empty"),
        ("# one\n# two\n", "f:1:1 invalid: the file holds nothing but comments"),
        ("a: 1\n---\nb: 2\n", "f:2:1 invalid: a second document begins here"),
        ("a:\n\tb: 1\n", "f:2:1 invalid: a tab is used for indentation"),
        ("a:\n  - b\n\t- c\n", "f:3:1 invalid: a tab is used for indentation"),
        ("a: 1\r\nb: [1\r\n", "f:2:4 invalid: the '[' here is never closed, or a ',' is missing"),
        ("a: {b: 1\nc: 2\n", "f:1:4 invalid: the '{' here is never closed, or a ',' is missing"),
        ('a: "x\nb: 1\n', "f:1:4 invalid: the quote that opens here is never closed"),
        ("a:\n<<<<<<< HEAD\n- 1\n=======\n- 2\n>>>>>>> b\n", "f:2:1 invalid: git left a conflict here"),
        ("a: b: c\n", "f:1:5 invalid: a ':' is not expected here"),
        ("a: 1\nword\nb: 2\n", "f:2:1 invalid: this should be 'key: value', but the ':' is missing"),
        ("a:\n   b: 1\n  c: 2\n", "f:3:3 invalid: this does not fit the lines above"),
        ("a: - b\n", "f:1:4 invalid: a list item is not allowed here"),
        ("a: @b\n", "f:1:4 invalid: a value cannot start with '@'"),
        ("a:\n  - *.b\n", "f:2:5 invalid: a value cannot start with '*' or '&'"),
        ('a: "\\q"\n', "f:1:5 invalid: there is no such escape in double quotes"),
        ("a: *b\n", "f:1:4 invalid: no anchor '&b' stands before the alias '*b'"),
        ("a: &b [*b]\n", "f:1:8 invalid: the alias '*b' refers to itself"),
        ("a: !x 1\n", "f:1:4 invalid: the tag '!x' is not supported"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "f:1:4 invalid: the tag '!!python/object/apply:os.system' is not supported",
        ),
        ("? [a]\n: 1\n", "f:1:3 invalid: a key must be text, not a list or mapping"),
        ("a: {<<: 3}\n", "f:1:5 invalid: '<<' merges mappings, but this value is none"),
        ("a: x\x01y\n", "f:1:5 invalid: the control character U+0001 is not allowed"),
        ("a: \ud800\n", "f:1:4 invalid: the control character U+D800 is not allowed"),
        ('a: "\\e[31m"\n', "f:1:4 invalid: the text holds the control character U+001B"),
        (f"a: {'9' * 5000}", "f:1:4 invalid: a number with more than 300 digits"),
        ("a: 1e999", "f:1:4 invalid: the number is too large"),
        (
            "a: 1\nb: 2\na: 3\nc:\n  d: 1\n  d: 2\n",
            "f:3:1 duplicate: the key 'a' is there already, in line 1\n"
            "f:6:3 duplicate: the key 'd' is there already, in line 5",
        ),
    ],
)
def test_yaml_that_is_wrong(text: str, expected: str) -> None:
    assert problems(documents.read_yaml, text) == expected


@pytest.mark.parametrize("levels", [10_000, 1_000_000])
def test_yaml_that_nests_too_deep(levels: int) -> None:
    assert problems(documents.read_yaml, "[" * levels) == DEEP
    assert problems(documents.read_yaml, "- " * levels).endswith("deeper than 100 levels")
    assert problems(documents.read_yaml, "{a: " * levels).endswith("deeper than 100 levels")
    assert problems(documents.read_yaml, "? " * levels) == "f:1:3 invalid: a key must be text, not a list or mapping"


def test_yaml_that_indents_too_deep() -> None:
    text = "".join(" " * n + "a:\n" for n in range(10_000))
    assert problems(documents.read_yaml, text) == "f:101:101 invalid: the nesting goes deeper than 100 levels"
    assert documents.read_yaml("[" * 100 + "]" * 100, "f")


def test_aliases_are_bounded() -> None:
    sentence = "invalid: aliases expand to more than 200,000 values"
    assert problems(documents.read_yaml, bomb("{key}: &{key} [{many}]")) == f"f:7:10 {sentence}"
    assert problems(documents.read_yaml, bomb("{key}: &{key} {{<<: [{many}], {key}: 1}}")).endswith(sentence)
    deep = "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
    assert problems(documents.read_yaml, deep) == "f:101:14 invalid: the nesting goes deeper than 100 levels"


def test_values_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackplan.documents.yaml_text.NODE_LIMIT", 3)
    monkeypatch.setattr("trackplan.documents.json_text.NODE_LIMIT", 3)
    monkeypatch.setattr("trackplan.documents.json_quick.NODE_LIMIT", 3)
    assert problems(documents.read_yaml, "[1,\n2, 3, 4]") == "f:2:7 invalid: the file holds more than 500,000 values"
    assert problems(documents.read_json, "[1,\n2, 3, 4]") == "f:2:7 invalid: the file holds more than 500,000 values"


def test_places_underline_what_a_reader_of_the_file_would_point_at() -> None:
    text = 'a:\n  bc: "d e"\n  f: [1, {g: 2}]\nh:\n  - ij: |\n      long\n      text\n    k:\n'
    root = documents.read_yaml(text, "f")
    seen = {name: spot(node, text) for name, node in walk(root, "")}
    assert seen == {
        "": "a",
        "/a": "a",
        "/a/bc": '"d e"',
        "/a/f": "f",
        "/a/f/0": "1",
        "/a/f/1": "{",
        "/a/f/1/g": "2",
        "/h": "h",
        "/h/0": "ij",
        "/h/0/ij": "|",
        "/h/0/k": "k",
    }


def test_last_wins_where_that_is_asked_for() -> None:
    node = documents.read_yaml("a: 1\nb: {c: 2, c: 3}\na: 4", "f", last_wins=True)
    assert documents.plain(node) == {"a": 4, "b": {"c": 3}}
    assert node.keys["a"].line == 3


def test_places_count_lines_as_editors_do() -> None:
    text = "a: 'one\u2028b'\nc: 'ä'\n"
    assert problems(documents.read_yaml, text + "c: 2") == "f:3:1 duplicate: the key 'c' is there already, in line 2"
    assert problems(documents.read_yaml, text + "c: @") == "f:3:4 invalid: a value cannot start with '@'"
    bomless = documents.read_yaml("\ufeffa: 1", "f").keys["a"]
    assert (bomless.line, bomless.column, bomless.end_column) == (1, 1, 2)


def walk(node: Node, name: str) -> list[tuple[str, Node]]:
    found = [(name, node)]
    children = [*node.items(), *((str(n), item) for n, item in enumerate(node.elements()))]
    for key, child in children:
        found.extend(walk(child, f"{name}/{key}"))
    return found


def spot(node: Node, text: str) -> str:
    """The text that the node's place covers."""
    assert node.place.line == node.place.end_line
    return text.split("\n")[node.place.line - 1][node.place.column - 1 : node.place.end_column - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "f:1:1 invalid: the file is empty"),
        ("[" * 1_000_000, DEEP),
        ('{"a":' * 10_000, "f:1:501 invalid: the nesting goes deeper than 100 levels"),
        ('{"a": 1,\n "a": 2}', "f:2:2 duplicate: the key 'a' is there already, in line 1"),
        ('{"a": 1,}', "f:1:8 invalid: there is a ',' before the '}'"),
        ("{'a': 1}", "f:1:2 invalid: a key in double quotes is expected here"),
        ("[NaN]", "f:1:2 invalid: a value is expected here"),
        ('{"a": word}', "f:1:7 invalid: a value is expected here"),
        ('{"a":}', "f:1:6 invalid: a value is expected here"),
        ("{}\n{}", "f:2:1 invalid: the JSON value ends before this"),
        ('{"a": [1, 2', "f:1:7 invalid: the '[' here is never closed"),
        ('{"a": "x', "f:1:7 invalid: the quote that opens here is never closed"),
        ('{"a": "x\n"}', "f:1:9 invalid: a control character in a text"),
        ('["\\q"]', "f:1:3 invalid: this escape is not valid"),
        ('["\\ud800"]', "f:1:2 invalid: the text holds the control character U+D800"),
        ('{"\\u001b": 1}', "f:1:2 invalid: the text holds the control character U+001B"),
        ('{"a" 1}', "f:1:6 invalid: a ':' is expected after the key"),
        ("[1 2]", "f:1:4 invalid: a ',' or ']' is expected here"),
        ("9" * 5000, "f:1:1 invalid: a number with more than 300 digits"),
        ("-1e999", "f:1:1 invalid: the number is too large"),
        ("[01]", "f:1:2 invalid: a value is expected here"),
    ],
)
def test_json_that_is_wrong(text: str, expected: str) -> None:
    assert problems(documents.read_json, text) == expected


def test_json_places() -> None:
    text = '\ufeff{\r\n  "a": {"b": [10, "c\\n"]}\r\n}'
    root = documents.read_json(text, "f")
    seen = {name: spot(node, text.removeprefix("\ufeff").replace("\r", "")) for name, node in walk(root, "")}
    assert seen == {"": "{", "/a": '"a"', "/a/b": '"b"', "/a/b/0": "10", "/a/b/1": '"c\\n"'}


_SAFE = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=8)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _SAFE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_SAFE, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES, st.sampled_from([None, 1]))
def test_json_reads_what_json_writes(value: object, indent: int | None) -> None:
    assert documents.plain(documents.read_json(json.dumps(value, indent=indent), "f")) == value


def whole(node: Node) -> list[object]:
    """Everything that a node and those in it say."""
    parts: list[object] = [node.place, node.text, dict(node.keys)]
    if isinstance(node.value, dict):
        return [*parts, [(key, whole(inner)) for key, inner in node.items()]]
    return [*parts, [whole(inner) for inner in node.elements()] if isinstance(node.value, list) else node.value]


def careful(text: str) -> Node:
    """What the careful reader of JSON makes of a text."""
    with patch("trackplan.documents.json_text.read_quickly", return_value=None):
        return documents.read_json(text, "f")


_SPACES = st.sampled_from(["", " ", "\n", "\r\n\t "])


@given(_VALUES, st.sampled_from([None, 1]), _SPACES, _SPACES, _SPACES, st.booleans())
def test_both_readers_of_json_agree(
    value: object, indent: int | None, comma: str, colon: str, end: str, ascii_only: bool
) -> None:
    separators = (comma + "," + colon, colon + ":" + comma)
    text = end + json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only) + end
    assert whole(documents.read_json(text, "f")) == whole(careful(text))


@given(st.text('{}[]",:-01.eE\\u \n\x7f\xe9aNI', max_size=40))
def test_both_readers_of_json_agree_on_any_text(text: str) -> None:
    found = []
    for read in (careful, lambda t: documents.read_json(t, "f")):
        try:
            found.append(whole(read(text)))
        except ReadError as error:
            found.append([str(error)])
    assert found[0] == found[1]


_WORDS = st.sampled_from(
    ["trackplan", "name", "events", "type", "A", "properties", "string", "2026-02-30", "owner", ""]
)
_LEAVES = st.integers(0, 2) | st.booleans() | st.none() | _WORDS | st.dates().map(str) | st.floats(0, 2) | st.just(1.0)
_NEARLY = st.recursive(_LEAVES, lambda i: st.lists(i, max_size=2) | st.dictionaries(_WORDS, i, max_size=4))


@given(
    st.fixed_dictionaries(
        {"trackplan": st.just(1) | _LEAVES},
        optional={
            "name": _LEAVES,
            "events": st.dictionaries(
                _WORDS,
                st.fixed_dictionaries({}, optional={"introduced": _LEAVES, "properties": _NEARLY, "tags": _NEARLY}),
                max_size=2,
            ),
        },
    )
)
def test_the_quick_validator_says_what_the_thorough_one_says(value: object) -> None:
    node = documents.read_json(json.dumps(value), "f")
    with patch("trackplan.documents.schema._quick", return_value=SimpleNamespace(is_valid=lambda _: False)):
        thorough = documents.check(node, "plan")
    assert documents.check(node, "plan") == thorough


@given(st.text(max_size=60) | st.text('{}[]",:*&!|>-? \n\t#01a.e\\', max_size=60))
def test_no_text_does_worse_than_a_problem(text: str) -> None:
    for read in (documents.read_yaml, documents.read_json):
        found: list[Problem] = []
        try:
            value = documents.plain(read(text, "f"))
        except ReadError as error:
            found, value = list(error.problems), None
        assert all(0 < p.place.line <= text.count("\n") + 2 and p.place.column > 0 for p in found)
        assert not isinstance(value, float) or math.isfinite(value)


def test_accessors() -> None:
    node = documents.read_yaml("a: ' x '\nb: [1.10, y]\nc:\nd: {e: f}\n", "f")
    assert (node.string("a"), node.string("b"), node.string("c"), node.string("z")) == ("x", "", "", "")
    assert (node.strings("a"), node.strings("b"), node.strings("c")) == ((" x ",), ("1.10", "y"), ())
    assert node.get("c") is None
    assert [key for key, _ in node.items()] == ["a", "b", "c", "d"]
    assert list(node.elements()) == []


def test_did_you_mean() -> None:
    assert base.did_you_mean("Ordr", ["Order", "Other"]) == "did you mean 'Order'? Known here: Order, Other"
    assert base.did_you_mean("ordr", ["Order"]) == "did you mean 'Order'?"
    assert base.did_you_mean("x", ["b", "a"]) == "known here: a, b"
    assert base.did_you_mean("x", []) == ""


def test_a_check_that_runs_out_of_stack_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_: object) -> None:
        raise RecursionError

    validator = SimpleNamespace(iter_errors=exhausted)
    monkeypatch.setattr("trackplan.documents.schema._thorough", lambda _: validator)
    (problem,) = documents.check(documents.read_yaml("a: 1", "f"), "plan")
    assert (str(problem.place), problem.message) == ("f:1:1", "the nesting is too deep to be checked")
