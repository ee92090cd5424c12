"""How each dialect takes a part of a value: one project per dialect, and which keys each of its statements reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.judge.verdicts import TODAY
from trackplan import pipeline, project

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

FOLDER = Path(__file__).parent / "ways"
DIALECTS = sorted(path.stem for path in FOLDER.glob("*.yml"))
_HEAD = "version: 1\nwarehouse: [warehouse.sql]\nconsumers: [queries/*.sql]\nplans: [{path: plan.yaml, name: keys}]\n"
_PLAN = "trackplan: 1\nevents:\n  Keys:\n    description: What lies in the columns\n    properties:\n"
_REACH = """
SELECT c.id, k.id FROM reach h JOIN "column" c ON c.key = h."column" JOIN consumer k ON k.key = h.consumer
WHERE h.strength <> 'possible'
"""
_UNCLEAR = "SELECT DISTINCT f.path FROM unresolved u JOIN place p ON p.key = u.place JOIN file f ON f.key = p.file"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_each_spelling_reads(dialect: str, tmp_path: Path) -> None:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{dialect}.yml").read_text(encoding="utf-8"))
    table, parts, cases = said["table"], said["parts"].split(), said["reads"]
    write(tmp_path, dialect, said["ddl"], [f"{table}.{part}" for part in parts], list(cases))
    with pipeline.build(project.load(tmp_path / "trackplan.yaml"), TODAY) as base:
        found = read(base, len(cases), table, parts)
    assert dict(zip(cases, found, strict=True)) == cases


def write(folder: Path, dialect: str, ddl: str, keys: list[str], queries: list[str]) -> None:
    """A project whose plan has a field for each key, and each key above it."""
    above = {".".join(key.split(".")[:length]) for key in keys for length in range(2, key.count(".") + 2)}
    fields = [f"      k{n}: {{description: A key, column: {key}}}\n" for n, key in enumerate(sorted(above))]
    (folder / "trackplan.yaml").write_text(f"{_HEAD}dialect: {dialect}\n", encoding="utf-8")
    (folder / "plan.yaml").write_text(_PLAN + "".join(fields), encoding="utf-8")
    (folder / "warehouse.sql").write_text(ddl + ";\n", encoding="utf-8")
    (folder / "queries").mkdir()
    for number, sql in enumerate(queries):
        (folder / "queries" / f"q{number}.sql").write_text(sql + "\n", encoding="utf-8")


def read(base: FactBase, count: int, table: str, parts: list[str]) -> list[str]:
    """The parts that each query reads; those of a column that is read as a whole are told as that column."""
    taken: list[set[str]] = [set() for _ in range(count)]
    for column, consumer in base.fetch(_REACH):
        taken[int(str(consumer).removeprefix("query.q"))].add(str(column).lower())
    unclear = {str(path) for (path,) in base.fetch(_UNCLEAR)}
    found = []
    for number, columns in enumerate(taken):
        inside = {part for part in parts if f"{table}.{part}".lower() in columns}
        for holder in dict.fromkeys(part.partition(".")[0] for part in parts):
            own = {part for part in parts if part.partition(".")[0] == holder}
            inside = {holder, *inside - own} if own <= inside else inside
        text = " ".join(sorted(inside, key=[*parts, *(p.partition(".")[0] for p in parts)].index)) or "nothing"
        found.append(f"unknown, {text}" if f"queries/q{number}.sql" in unclear else text)
    return found
