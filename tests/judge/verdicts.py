"""What trackplan says about a case, and where it disagrees with execution."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tests.judge.cases import json_columns
from tests.judge.truth import Subject
from trackplan import names

if TYPE_CHECKING:
    from tests.judge.cases import Case
    from tests.judge.truth import Truth

TODAY = date(2026, 11, 21)
PROJECT = """\
version: 1
dialect: duckdb
warehouse: [warehouse.sql]
models: [models/*.sql]
consumers: [queries/*.sql]
"""
PLAN = """\
trackplan: 1
events:
  JSON:
    description: The keys of JSON columns, which no table declares
    properties:
"""


_DOUBTED = 'SELECT DISTINCT c.id FROM doubt d JOIN "column" c ON c.key = d."column"'
_POSSIBLE = """
SELECT c.id, k.id FROM reach h JOIN "column" c ON c.key = h."column" JOIN consumer k ON k.key = h.consumer
WHERE h.strength = 'possible'
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A row of the inventory: `used` is True, False or None.

    `possible` consumers may use it; `doubted` tells that a statement which is not understood may add more of them.
    """

    used: bool | None
    consumers: frozenset[str]
    possible: frozenset[str] = frozenset()
    doubted: bool = False


@dataclass(slots=True)
class Verdict:
    """Disagreements, as one line each, and the counts behind the published figures."""

    name: str
    unsound: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    suspects: list[Subject] = field(default_factory=list)
    columns: int = 0
    dead: int = 0
    dead_said: int = 0
    keys: int = 0
    dead_keys: int = 0
    dead_keys_said: int = 0


def write_project(case: Case, folder: Path) -> None:
    """Lay a case out as a project folder."""
    (folder / "models").mkdir()
    (folder / "queries").mkdir()
    lines = [line for line in PROJECT.splitlines() if case.models or not line.startswith("models:")]
    keys = [
        identify(Subject(table, column, path)) for table, column, shape in json_columns(case) for path in shape.paths()
    ]
    if keys:
        lines.append("plans: [{path: plan.yaml, name: keys}]")
        fields = [f"      k{n}: {{description: A key, column: '{key}'}}" for n, key in enumerate(keys)]
        (folder / "plan.yaml").write_text(PLAN + "\n".join(fields) + "\n", encoding="utf-8")
    (folder / "trackplan.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "warehouse.sql").write_text(case.ddl + ";\n", encoding="utf-8")
    for kind, files in (("models", case.models), ("queries", case.queries)):
        for name, sql in files.items():
            (folder / kind / f"{name}.sql").write_text(sql, encoding="utf-8")


def said_of(case: Case) -> dict[str, Said]:
    """Run trackplan on a case and give its rows about columns, by id."""
    with tempfile.TemporaryDirectory() as name:
        write_project(case, Path(name))
        return said_of_project(Path(name) / "trackplan.yaml")


def said_of_project(path: Path) -> dict[str, Said]:
    """Run trackplan on a project and give its rows about columns, by id."""
    from trackplan import inventory, pipeline, project

    with pipeline.build(project.load(path), TODAY) as base:
        doubted = {str(column) for (column,) in base.fetch(_DOUBTED)}
        possible: dict[str, set[str]] = {}
        for column, consumer in base.fetch(_POSSIBLE):
            possible.setdefault(str(column).lower(), set()).add(str(consumer))
        rows = list(inventory.rows(base))
    return {
        row["id"].lower(): Said(
            row["used"],
            frozenset(row["consumers"]),
            frozenset(possible.get(row["id"].lower(), ())),
            row["id"] in doubted,
        )
        for row in rows
        if row["kind"] == "column"
    }


def judge(name: str, truth: Truth, said: dict[str, Said], prefix: str = "query.") -> Verdict:
    """Compare what execution showed with the inventory."""
    verdict = Verdict(name)
    for subject, changed in sorted(truth.changed.items()):
        row, own = _find(subject, said)
        if not own and subject.path:
            # A key that nothing names has no row; it is as used as what holds it.
            if row is None or (changed and _hides(row, changed, prefix)):
                verdict.unsound.append(f"{identify(subject)}: no row of its own, changes {_list(changed)}")
            continue
        if row is None:
            verdict.unsound.append(f"{identify(subject)}: not in the inventory")
            continue
        _count(verdict, subject, row, changed)
        _weigh(verdict, subject, row, changed, prefix, truth)
    return verdict


def called_unused(subject: Subject, said: dict[str, Said]) -> bool:
    """Tell whether the inventory calls a subject, or what holds it, unused."""
    row, _ = _find(subject, said)
    return row is not None and row.used is False


def free_of(subject: Subject, consumer: str, said: dict[str, Said], prefix: str = "query.") -> bool:
    """Tell whether the inventory says that a consumer does not depend on a subject."""
    row, own = _find(subject, said)
    if row is None:
        return True
    if own and row.used is False:
        return True
    return _hides(row, {consumer}, prefix)


def expected(case: Case, said: dict[str, Said]) -> list[str]:
    """Compare the inventory with the verdicts that a case lays down itself."""
    lines = []
    for used, ids in ((True, case.used), (False, case.unused), (None, case.unknown)):
        for name in ids:
            row = said.get(name.lower())
            if row is None or row.used is not used:
                lines.append(f"{name}: expected used={used}, got {row.used if row else 'no row'}")
    return lines


def identify(subject: Subject) -> str:
    """Give the id that the inventory gives a subject, in lower case."""
    return names.join_id([*subject.table.split("."), subject.column, *subject.path]).lower()


def _find(subject: Subject, said: dict[str, Said]) -> tuple[Said | None, bool]:
    """Give the subject's row, else that of the nearest holder; and whether it is its own."""
    path = subject.path
    while True:
        row = said.get(identify(replace(subject, path=path)))
        if row or not path:
            return row, path == subject.path
        path = path[:-1]


def _hides(row: Said, changed: set[str], prefix: str) -> bool:
    names = {prefix + name for name in changed}
    return row.used is False or (row.used is True and not row.doubted and not names <= row.consumers | row.possible)


def _count(verdict: Verdict, subject: Subject, row: Said, changed: set[str]) -> None:
    if subject.path:
        verdict.keys += 1
        verdict.dead_keys += not changed
        verdict.dead_keys_said += not changed and row.used is False
    else:
        verdict.columns += 1
        verdict.dead += not changed
        verdict.dead_said += not changed and row.used is False


def _weigh(verdict: Verdict, subject: Subject, row: Said, changed: set[str], prefix: str, truth: Truth) -> None:
    name = identify(subject)
    missing = {consumer for consumer in changed if prefix + consumer not in row.consumers | row.possible}
    if changed and row.used is False:
        verdict.unsound.append(f"{name}: said unused, changes {_list(changed)}")
    elif row.used is True and missing and row.doubted:
        verdict.unknown.append(f"{name}: used, in doubt whether by {_list(missing)}")
    elif row.used is True and missing:
        verdict.unsound.append(f"{name}: used, but {_list(missing)} is not listed")
    elif not changed and row.used is True:
        named = truth.named.get(subject)
        verdict.suspects.append(subject)
        verdict.noise.append(f"{name}: said used, changes nothing" + (f" (named by {_list(named)})" if named else ""))
    elif row.used is None:
        verdict.unknown.append(f"{name}: unknown, changes {_list(changed)}")


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
