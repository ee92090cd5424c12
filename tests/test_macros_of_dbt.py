"""What a project does in place of dbt, or with its answers: nothing that may be read so is told unused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.inside import used_by_id

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("macros_of_dbt.yml").read_text(encoding="utf-8")
)
SOURCES = (
    "sources:\n  - name: raw\n    tables:\n"
    "      - {name: orders, columns: [{name: id}, {name: at}, {name: note}, {name: region}]}\n"
    "      - {name: rates, columns: [{name: rate}, {name: dead}]}\n"
)


@pytest.mark.parametrize("name", CASES)
def test_what_a_project_does_in_place_of_dbt(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    files = {
        "trackplan.yaml": "version: 1\ndialect: duckdb\ndbt: [.]\nconsumers: [q/*.sql]\n",
        "dbt_project.yml": f"name: p\n{case.get('settings', '')}\n",
        "models/raw.yml": SOURCES,
        "q/d.sql": case["query"],
        **{path: text for path, text in case.items() if "/" in path},
    }
    told = {id_: used for id_, used in used_by_id(tmp_path, files).items() if id_.startswith("raw.")}
    expected: dict[str, bool | None] = dict.fromkeys(told, False)
    expected.update({f"raw.{column}": True for column in case.get("used", ())})
    expected.update({f"raw.{column}": None for column in case.get("unknown", ())})
    assert told == expected
