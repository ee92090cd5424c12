"""trackplan's own formats: every file of `tests/readers/<format>/*.yaml` gives what its `.txt` says.

The text lists what the file declares, or one line per problem: place, kind, message and hint. After a wanted change
`python -m tests.test_readers_native` writes the texts anew; read the difference before you keep it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from trackplan.errors import ReadError
from trackplan.facts.declared import Event, Field, Need, Plan, UseCase
from trackplan.findings import Place
from trackplan.readers import native_plan, tombstones, use_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "readers"
READERS = {"native_plan": native_plan, "use_cases": use_cases, "tombstones": tombstones}
FILES = sorted(f"{path.parent.name}/{path.stem}" for name in READERS for path in (FOLDER / name).glob("*.yaml"))
NESTED = (Plan, Event, Field, UseCase, Need)


def result(name: str) -> str:
    """What the file gives, as text."""
    path = FOLDER / f"{name}.yaml"
    text = path.read_bytes().decode("utf-8")
    try:
        lines = [line for found in READERS[path.parent.name].read(text, path.name) for line in outline(found, "")]
    except ReadError as error:
        lines = [f"{p.place} {p.kind}: {p.message}" + f"\n    {p.hint}" * bool(p.hint) for p in error.problems]
    return "\n".join(lines) + "\n"


def outline(item: object, indent: str) -> Iterator[str]:
    """An item on one line with all its values that are not the default, its members indented below."""
    members: list[object] = []
    said: list[str] = []
    for field in structs.fields(item):  # type: ignore[arg-type]
        value = getattr(item, field.name)
        if isinstance(value, tuple) and value and isinstance(value[0], NESTED):
            members.extend(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
            said.append(
                f"{field.name}={[' at '.join(spot(v) if isinstance(v, Place) else v for v in each) for each in value]}"
            )
        elif isinstance(value, Place):
            said.insert(0, spot(value))
        elif value != field.default:
            said.append(f"{field.name}={list(value) if isinstance(value, tuple) else value!r}")
    yield f"{indent}{type(item).__name__} " + " ".join(said)
    for member in members:
        yield from outline(member, indent + "  ")


def spot(place: Place) -> str:
    return f"{place.line}:{place.column}-{place.end_column}"


@pytest.mark.parametrize("name", FILES)
def test_file(name: str) -> None:
    assert result(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("head", "path", "plan", "uses"),
    [
        ("# comment\ntrackplan: 1\n", "a.yaml", 3, 0),
        ("name: web\nevents:\n", "a.yml", 1, 0),
        ("name: web\nevents:\n", "a.txt", 0, 0),
        ("  trackplan: 1\n", "a.yaml", 0, 0),
        ("use_cases:\n  - id: a", "a.yaml", 0, 3),
        ("\ufeffuse_cases: []", "a.yaml", 0, 3),
        ("\ufefftrackplan: 1", "a.yaml", 3, 0),
        ("select use_cases from trackplan", "a.sql", 0, 0),
        ('{\n  "trackplan": 1', "a.json", 3, 0),
        ("", "a.yaml", 0, 0),
    ],
)
def test_detect(head: str, path: str, plan: int, uses: int) -> None:
    assert (native_plan.detect(head, path), use_cases.detect(head, path)) == (plan, uses)


if __name__ == "__main__":
    for each in FILES:
        (FOLDER / f"{each}.txt").write_text(result(each), encoding="utf-8")
