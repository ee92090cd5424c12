"""Which reader reads a file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from trackplan.errors import ReadError
from trackplan.readers import base, native_plan, use_cases

if TYPE_CHECKING:
    from trackplan.readers.base import Reader


def fake(name: str, sure: int) -> Reader:
    return cast("Reader", SimpleNamespace(NAME=name, KIND="plan", detect=lambda *_: sure, read=None))


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reader]:
    """An empty set of readers, to be filled by a test."""
    known: dict[str, Reader] = {}
    monkeypatch.setattr(base, "of_kind", lambda _: known)
    return known


def problem(format_name: str = "", text: str = "text", path: str = "a.yaml") -> str:
    with pytest.raises(ReadError) as caught:
        base.choose(text, path, "plan", format_name)
    return f"{caught.value} | {caught.value.problems[0].hint}"


def test_readers_are_found_by_their_kind() -> None:
    assert base.of_kind("plan")["native"] is native_plan
    assert base.of_kind("use_cases") == {"use-cases": use_cases}
    assert base.of_kind("nothing") == {}


def test_every_reader_says_what_it_reads() -> None:
    for kind in ("plan", "use_cases", "warehouse", "models", "consumers", "dbt"):
        for name, reader in base.of_kind(kind).items():
            assert name == reader.NAME
            assert kind == reader.KIND
            assert reader.detect("", "") == 0


def test_the_surest_wins(readers: dict[str, Reader]) -> None:
    readers.update({name: fake(name, sure) for name, sure in (("a", 1), ("b", 3), ("c", 2), ("d", 0))})
    assert base.choose("", "f", "plan") is readers["b"]
    assert base.choose("", "f", "plan", "d") is readers["d"]


def test_a_tie_names_both(readers: dict[str, Reader]) -> None:
    readers.update({name: fake(name, sure) for name, sure in (("b", 2), ("a", 2), ("c", 1))})
    assert problem() == "a.yaml: this may be in the format a or b | say which with 'format:' in the project file"


def test_a_format_that_nobody_knows(readers: dict[str, Reader]) -> None:
    readers.update(native=fake("native", 0), segment=fake("segment", 0))
    assert problem() == "a.yaml:1:1: this is in no format that trackplan knows | known here: native, segment"
    assert problem("segmnt").endswith(
        "there is no format 'segmnt' | did you mean 'segment'? Known here: native, segment"
    )


def test_the_syntax_is_told_before_the_format(readers: dict[str, Reader]) -> None:
    readers.update(native=fake("native", 0), segment=fake("segment", 0))
    assert problem(text="a:\n\tb: 1") == "a.yaml:2:1: a tab is used for indentation | use spaces"
    assert problem(text="", path="a.json") == "a.json:1:1: the file is empty | "


def test_the_only_reader_of_a_kind_takes_every_file(readers: dict[str, Reader]) -> None:
    readers.update(native=fake("native", 0))
    assert base.choose("", "a.yaml", "plan") is readers["native"]
