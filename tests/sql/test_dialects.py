"""Spellings that DuckDB does not have, in small projects: which columns they use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.judge.verdicts import said_of_project

FOLDER = Path(__file__).parent / "dialects"
CASES: dict[str, dict[str, Any]] = {
    f"{path.stem}/{name}": case
    for path in sorted(FOLDER.glob("*.yml"))
    for name, case in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_spelling_uses(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    head = f"version: 1\ndialect: {case['dialect']}\nwarehouse: [warehouse.sql]\nmodels: [models/*.sql]\n"
    (tmp_path / "trackplan.yaml").write_text(f"{head}consumers: [queries/*.sql]\n", encoding="utf-8")
    (tmp_path / "warehouse.sql").write_text(f"{case['ddl']};\n", encoding="utf-8")
    for kind, files in (("models", case.get("models", {"none": ""})), ("queries", {"q": case["query"]})):
        (tmp_path / kind).mkdir()
        for stem, text in files.items():
            (tmp_path / kind / f"{stem}.sql").write_text(text, encoding="utf-8")
    said = said_of_project(tmp_path / "trackplan.yaml")
    found: dict[str, list[str]] = {}
    for column, row in said.items():
        words = {True: "used", False: "unused", None: "unknown"}
        found.setdefault(words[row.used], []).append(column)
    asked = {key: sorted(case[key]) for key in ("used", "unused", "unknown") if key in case}
    assert {key: sorted(names) for key, names in found.items() if names} == asked
