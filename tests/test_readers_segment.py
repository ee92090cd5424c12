"""Segment plans: each file in tests/readers/segment beside the facts, or the problems, that are expected of it.

`<what>.txt` holds what `<what>.json` gives (`UPDATE=1` writes it); a file called `bad.…` gives problems.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from trackplan.errors import ReadError
from trackplan.readers import base, segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.declared import Field, Plan

FOLDER = Path(__file__).parent / "readers" / "segment"
FILES = sorted(FOLDER.glob("*.json"), key=lambda p: p.name)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_file(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if file.name.startswith("bad."):
        with pytest.raises(ReadError) as caught:
            list(segment.read(text, file.name))
        lines = [f"{p.place}: {p.message} ({p.hint})" for p in caught.value.problems]
    else:
        lines = [line for plan in segment.read(text, file.name) for line in described(plan)]
    found = "\n".join(lines) + "\n"
    expected = file.with_suffix(".txt")
    if os.environ.get("UPDATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["config_api", "public_api", "typewriter", "bare_rules", "branches", "list_of_plans"])
def test_a_plan_is_known_by_its_content(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert segment.detect(text[: base.HEAD], "any.txt") >= 2


@pytest.mark.parametrize(
    "head",
    ["", "trackplan: 1\nevents: {}\n", '{"events": {"a": 1}}', '{"$schema": "x", "properties": {}}', "window.x = {}"],
)
def test_other_files_are_not_taken_for_a_plan(head: str) -> None:
    assert segment.detect(head, "plan.json") == 0


def test_a_chain_of_references_ends_in_a_located_error() -> None:
    chain = ",".join(f'"d{i}": {{"$ref": "#/definitions/d{i + 1}"}}' for i in range(5000))
    schema = f'{{"definitions": {{{chain}}}, "properties": {{"properties": {{"$ref": "#/definitions/d0"}}}}}}'
    with pytest.raises(ReadError, match=r"plan\.json:1:\d+: this schema nests deeper"):
        list(segment.read(f'{{"rules": [{{"key": "A", "jsonSchema": {schema}}}]}}', "plan.json"))


def described(plan: Plan) -> Iterator[str]:
    yield f"{plan.place}: plan {plan.name!r}"
    for event in plan.events:
        place = f"{event.place.line}:{event.place.column}"
        words = [event.status, event.introduced or "", ",".join(event.tags), event.owner, event.description]
        yield f"{place} {event.type} {event.name!r} {' '.join(w for w in words if w)}"
        yield from fields(event.fields, "  ")


def fields(found: tuple[Field, ...], indent: str) -> Iterator[str]:
    for field in found:
        words = ["|".join(field.types) or "any", "required" if field.required else "", ",".join(field.tags)]
        words += ["" if field.values is None else "=" + "|".join(field.values), field.description]
        place = f"{field.place.line}:{field.place.column}-{field.place.end_column}"
        yield f"{indent}{place} {field.name!r} {' '.join(w for w in words if w)}"
        yield from fields(field.fields, indent + "  ")
