"""Edits of YAML and JSON: only what is meant changes, and it can be undone byte for byte."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edits.writer import YamlWriter, random_json, written_json
from trackplan import documents
from trackplan.edits.document import Document
from trackplan.edits.text import Edit, EditError, apply, inverse, ordered

if TYPE_CHECKING:
    from trackplan.edits.spans import Entry

seeds = st.integers(0, 2**40)


def removed(text: str, *way: str | int, path: str = "plan.yaml", everywhere: bool = False) -> str:
    document = Document(text, path)
    entry = document.entry(*way)
    assert entry is not None
    edits = document.remove([entry], everywhere=everywhere)
    after = apply(text, edits)
    assert apply(after, inverse(text, edits)) == text
    return after


@pytest.mark.parametrize(
    ("text", "way", "expected"),
    [
        ("a: 1\nb: 2 # two\nc: 3\n", ("b",), "a: 1\nc: 3\n"),
        ("a: 1\nb: 2", ("b",), "a: 1\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", ("b",), "a: 1\n\nc: 3\n"),
        ("a:\n  x: 1\n\n  y: 2\n\n\nb: 3\n", ("a", "y"), "a:\n  x: 1\n\nb: 3\n"),
        ("a: 1\n\nb: 2\n \n", ("b",), "a: 1\n"),
        ("b: 2\n\na: 1\n", ("b",), "\na: 1\n"),
        ("# top\na:\n  # of x\n  x: 1\n\n  y: 2\n", ("a", "x"), "# top\na:\n  # of x\n\n  y: 2\n"),
        ("a:  # why\n  x: 1\nb: 2\n", ("a", "x"), "a: {}  # why\nb: 2\n"),
        ("a:\n- x\n- y\n", ("a", 0), "a:\n- y\n"),
        ("a:\n- x\n", ("a", 0), "a: []\n"),
        ("- a: 1 # one\n  # of b\n  b: 2\n- c\n", (0, "a"), "- # of b\n  b: 2\n- c\n"),
        ("- a: 1\n  b: 2\n", (0, "b"), "- a: 1\n"),
        ("- a: 1\n- b: 2\n", (0, "a"), "- {}\n- b: 2\n"),
        ("- - a\n  - b\n- c\n", (0, 0), "- - b\n- c\n"),
        ("-\n  a: 1\n-\n  - x\n", (0,), "-\n  - x\n"),
        ("a: |\n  text\n\n  more\n# end\nb: 1\n", ("a",), "# end\nb: 1\n"),
        ("{a: 1, b: 2, c: 3}\n", ("a",), "{b: 2, c: 3}\n"),
        ("{a: 1, b: 2, c: 3}\n", ("c",), "{a: 1, b: 2}\n"),
        ("{a: 1, }\n", ("a",), "{}\n"),
        ("x: {a: 1,\n    b: 2}\n", ("x", "a"), "x: {\n    b: 2}\n"),
        ("x: {\n  a: 1, # one\n  b: 2 # two\n}\n", ("x", "b"), "x: {\n  a: 1 # one\n}\n"),
        ("x: {\n  a: 1, # one\n  b: 2, # two\n}\n", ("x", "b"), "x: {\n  a: 1, # one\n}\n"),
        ("x: [a, [b, c], d]\r\ny: 1\r\n", ("x", 1), "x: [a, d]\r\ny: 1\r\n"),
        ("\ufeffa: 1\nb: 2\n", ("a",), "\ufeffb: 2\n"),
        ("x: &m {a: 1}\ny: {<<: *m, b: 2}\n", ("y", "b"), "x: &m {a: 1}\ny: {<<: *m}\n"),
    ],
)
def test_an_entry_goes_with_its_line_dash_and_comma(text: str, way: tuple[str | int, ...], expected: str) -> None:
    assert removed(text, *way) == expected


@pytest.mark.parametrize(
    ("text", "way", "expected"),
    [
        ('{\n\t"a": 1,\n\t"b": 2\n}\n', ("b",), '{\n\t"a": 1\n}\n'),
        ('{\n\t"a": 1,\n\t"b": 2\n}\n', ("a",), '{\n\t"b": 2\n}\n'),
        ('{"a": 1, "b": 2}', ("a",), '{"b": 2}'),
        ('{"a":1,"b":2}', ("b",), '{"a":1}'),
        ('{"a": {\n  "b": 2\n}}', ("a", "b"), '{"a": {}}'),
        ('{"a": [1, {"b": 2}, 3]}\r\n', ("a", 1), '{"a": [1, 3]}\r\n'),
        ('{"a": 1\n, "b": 2\n, "c": 3\n}', ("b",), '{"a": 1\n, "c": 3\n}'),
    ],
)
def test_json_keeps_its_manner(text: str, way: tuple[str | int, ...], expected: str) -> None:
    assert removed(text, *way, path="plan.json") == expected


@pytest.mark.parametrize(
    ("text", "way", "message"),
    [
        ("x: &m {a: 1}\ny: *m\n", ("x",), "f.yaml:2:4: the alias '*m' needs what would be changed"),
        ("x: &m {a: 1, b: 2}\ny: *m\n", ("x", "a"), "f.yaml:2:4: the alias '*m' repeats this here, where it would "
         "change too"),
        ("? a\n: 1\nb: 2\n", ("a",), "f.yaml:1:3: a key that begins with '?' is not taken apart"),
        ("x: [a: 1, b]\n", ("x", 0, "a"), "f.yaml:1:5: a pair that stands in a list without braces cannot be taken "
         "apart"),
        ("a: 1\n", ("a",), "f.yaml:1:1: nothing would be left in the file"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_refused_with_its_place(text: str, way: tuple[str | int, ...], message: str) -> None:
    document = Document(text, "f.yaml")
    entry = document.entry(*way)
    assert entry is not None
    with pytest.raises(EditError) as caught:
        document.remove([entry])
    assert caught.value.message == message


def test_what_an_alias_repeats_goes_where_that_is_meant() -> None:
    text = "x: &m {a: 1, b: 2}\ny: {<<: *m}\n"
    assert removed(text, "x", "a", everywhere=True) == "x: &m {b: 2}\ny: {<<: *m}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here"),
        ("a: [1\n", "f.yaml:2:1: the file is not YAML from here on"),
        ("a: 1\rb: 2\r", "f.yaml:1:5: a line ends here in a way that editors do not see"),
        ("# nothing\n", "f.yaml:1:1: the file holds no value"),
        ("[" * 200, "f.yaml:1:101: the nesting goes too deep"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(EditError) as caught:
        Document(text, "f.yaml")
    assert caught.value.message == message


@pytest.mark.parametrize("text", ['{"a": 1', "[" * 5000 + "]" * 5000, "[" * 500 + "]" * 500, "", '{"a": 1} x'])
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(EditError):
        Document(text, "f.json")


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("a: {b: 1} # x\n", lambda d: d.rename(d.entry("a", "b"), "new name"), "a: {new name: 1} # x\n"),
        ("'a': 1\n", lambda d: d.rename(d.entry("a"), "it's"), "'it''s': 1\n"),
        ("a: 1\n", lambda d: d.rename(d.entry("a"), "yes"), '"yes": 1\n'),
        ("a: 1 # x\n", lambda d: d.set_value(d.entry("a"), "2026-01-02"), "a: 2026-01-02 # x\n"),
        ("a:\nb: 1\n", lambda d: d.set_value(d.entry("a"), ["x", {"z": None}]), "a: [x, {z: null}]\nb: 1\n"),
        ("a: 'x'\n", lambda d: d.set_value(d.entry("a"), "y: z"), "a: 'y: z'\n"),
        ("a: {b}\n", lambda d: d.set_value(d.entry("a", "b"), True), "a: {b: true}\n"),
        ("a: |\n  text\nb: 1\n", lambda d: d.set_value(d.entry("a"), "short"), "a: short\nb: 1\n"),
        ("a:\r\n  b: 1\r\nc: 2\r\n", lambda d: d.add(d.entry("a").value, "d", 3), "a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n"),
        ("a: {b: 1}\n", lambda d: d.add(d.entry("a").value, "c", "x"), "a: {b: 1, c: x}\n"),
        ("a: {}\n", lambda d: d.add(d.entry("a").value, "c", "x"), "a: {c: x}\n"),
        ("a:\n  - x", lambda d: d.add(d.entry("a").value, None, {"k": "z"}), "a:\n  - x\n  - {k: z}"),
        ("a: [\n  x,\n  y,\n]\n", lambda d: d.add(d.entry("a").value, None, "z"), "a: [\n  x,\n  y,\n  z\n]\n"),
    ],
)
def test_keys_and_values_are_written_as_their_neighbours(text: str, change: Any, expected: str) -> None:
    document = Document(text, "f.yaml")
    edits = change(document)
    after = apply(text, edits)
    assert after == expected
    assert apply(after, inverse(text, edits)) == text


def test_json_takes_values_too() -> None:
    text = '{\n\t"a": {"b": 1}\n}\n'
    document = Document(text, "f.json")
    entry = document.entry("a")
    assert entry is not None
    assert apply(text, document.add(entry.value, "c", "ü")) == '{\n\t"a": {"b": 1, "c": "ü"}\n}\n'
    assert apply(text, document.add(document.root, "c", [1])) == '{\n\t"a": {"b": 1},\n\t"c": [1]\n}\n'


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.rename(d.entry("a"), "b"),
        lambda d: d.set_value(d.entry("c"), 1),
        lambda d: d.add(d.entry("a").value, "x", 1),
        lambda d: d.add(d.root, "a", 1),
        lambda d: d.set_value(d.entry("d"), 1),
    ],
)
def test_an_impossible_edit_is_refused(change: Any) -> None:
    document = Document("a: 1\nb: 2\nc:\n  x: 1\nd: &m 1\ne: *m\n", "f.yaml")
    with pytest.raises(EditError):
        change(document)


def entries(document: Document) -> list[Entry]:
    return [entry for span in document.root.walk() for entry in span.entries]


def without(data: Any, ways: set[tuple[str | int, ...]], here: tuple[str | int, ...] = ()) -> Any:
    if isinstance(data, dict):
        return {k: without(v, ways, (*here, k)) for k, v in data.items() if (*here, k) not in ways}
    if isinstance(data, list):
        return [without(v, ways, (*here, n)) for n, v in enumerate(data) if (*here, n) not in ways]
    return data


def plain(text: str) -> Any:
    """What another reader of YAML finds in it, all scalars as text."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506


def way_of(entry: Entry | None) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    while entry is not None:
        steps.append(entry.name if entry.key else entry.holder.entries.index(entry))
        entry = entry.holder.parent
    return tuple(reversed(steps))


def check_lines(text: str, after: str, edits: list[Edit]) -> None:
    """No line changes but those that an edit touches."""
    touched = {
        n for e in ordered(text, edits) for n in range(text.count("\n", 0, e.start), text.count("\n", 0, e.end) + 1)
    }
    rest = iter(after.split("\n"))
    for number, line in enumerate(text.split("\n")):
        if number not in touched and line:
            assert line in rest, line


@given(seeds)
@settings(max_examples=400, deadline=None)
def test_random_yaml_loses_only_what_is_meant(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    text = YamlWriter(chance).document()
    data = plain(text)
    document = Document(text, "f.yaml")
    found = entries(document)
    chosen = chance.sample(found, min(len(found), chance.choice((1, 1, 1, 2, 3))))
    ways = {way_of(entry) for entry in chosen}
    expected = without(data, ways)
    try:
        edits = document.remove(chosen)
    except EditError as error:
        if not expected or "+" in text:  # what keeps the blank lines behind it may own those of its neighbour
            return
        raise AssertionError(text, ways) from error
    after = apply(text, edits)
    assert plain(after) == expected
    assert apply(after, inverse(text, edits)) == text
    check_lines(text, after, edits)


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_random_yaml_with_anchors_is_edited_rightly_or_not_at_all(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    text = YamlWriter(chance, anchors=True).document()
    document = Document(text, "f.yaml")
    chosen = chance.choice(entries(document))
    try:
        edits = document.remove([chosen])
    except EditError as error:
        if "alias" in error.reason or "nothing would be left" in error.reason or "+" in text:
            return
        raise
    after = apply(text, edits)
    assert apply(after, inverse(text, edits)) == text
    check_lines(text, after, edits)
    old, new = plain(text), plain(after)
    if chosen.name == "<<":  # several keys go with it
        assert new != old or not chosen.value.text
    else:
        assert new == without(old, {way_of(chosen)})


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_random_json_loses_only_what_is_meant(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    data = random_json(chance)
    text = written_json(chance, data)
    document = Document(text, "f.json")
    found = entries(document)
    chosen = chance.sample(found, min(len(found), chance.randrange(1, 4)))
    edits = document.remove(chosen)
    after = apply(text, edits)
    assert json.loads(after) == without(copy.deepcopy(data), {way_of(entry) for entry in chosen})
    assert apply(after, inverse(text, edits)) == text
    check_lines(text, after, edits)


def test_places_of_readers_lead_to_entries() -> None:
    text = "\ufefftop:\n  - &x name: 1\n    'quoted': {in: 2}\n"
    document = Document(text, "f.yaml")
    node = documents.read_yaml(text, "f.yaml")
    inner = next(iter(node.get("top").elements()))  # type: ignore[union-attr]
    for key, place in inner.keys.items():
        entry = document.entry_at(place.line, place.column)
        assert entry is not None
        assert entry.name == key
    assert document.entry_at(99, 1) is None
    assert document.entry_at(1, 99) is None
