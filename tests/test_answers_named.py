"""Answers of the warehouse where names, texts and counts are made of them: nothing that they may use is told unused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.inside import used_by_id, write

CASES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("answers.yml").read_text(encoding="utf-8"))
WORDS = {
    "<asks>": "{% set ks = run_query('select distinct rule from ' ~ source('raw', 'rules')).columns[0].values() %}",
    "<orders>": "{{ source('raw', 'orders') }}",
    "<u>": "{{ source('raw', 'u') }}",
}
SOURCES = (
    "sources:\n  - name: raw\n    tables:\n"
    "      - {name: orders, columns: [{name: id}, {name: kind}, {name: amount}, {name: at}, {name: dead}]}\n"
    "      - {name: rules, columns: [{name: rule}, {name: title}]}\n"
    "      - {name: u, columns: [{name: a}, {name: b}, {name: k}]}\n"
)
DDL = (
    "create table raw.orders (id int, kind text, amount int, at int, dead int);\n"
    "create table raw.rules (rule text, title text);\ncreate table raw.u (a int, b int, k int);\n"
)


def verdicts(
    folder: Path, model: str, query: str, dialect: str = "duckdb", *, declared: bool = True
) -> dict[str, bool | None]:
    """The verdict on every column of a project of one model and one query."""
    head = f"version: 1\ndialect: {dialect}\ndbt: [.]\nconsumers: [q/*.sql]\n"
    for word, text in WORDS.items():
        model = model.replace(word, text)
    files = {
        "trackplan.yaml": head + ("warehouse: [w.sql]\n" if declared else ""),
        "w.sql": DDL,
        "dbt_project.yml": "name: p\nversion: '1'\n",
        "models/s.yml": SOURCES,
        "models/m.sql": model,
        "q/d.sql": query,
    }
    return {id_.lower(): used for id_, used in used_by_id(folder, files).items()}


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_what_is_made_of_an_answer_may_be_what_is_read(tmp_path: Path, name: str, declared: bool) -> None:
    case = CASES[name]
    told = verdicts(tmp_path, case["model"], case["query"], case.get("dialect", "duckdb"), declared=declared)
    assert told[f"raw.{case['used']}"] is not False


def test_settings_of_property_files_are_given_to_templates(tmp_path: Path) -> None:
    """Without them, this table might be any."""
    model = "{% set t = config.get('from_table') %}select a from {{ this.schema ~ '.' ~ t }}"
    assert set(verdicts(tmp_path, model, "select * from m").values()) == {None}
    write(tmp_path, {"models/m.yml": "models: [{name: m, config: {from_table: u}}]\n"})
    told = verdicts(tmp_path, model, "select * from m")
    assert {id_: used for id_, used in told.items() if used is not False} == {"raw.u.a": True}
    itself = "{{ config(from_table='orders') }}" + model.replace("select a", "select at")
    told = verdicts(tmp_path, itself, "select * from m")
    assert {id_: used for id_, used in told.items() if used is not False} == {"raw.orders.at": True}


def test_a_materialization_of_the_project_may_read_what_it_is_told(tmp_path: Path) -> None:
    """What it does with the tables that settings name is its own affair; other tables are none of it."""
    model = "{{ config(materialized='diff') }}select a from {{ source('raw', 'u') }}"
    assert verdicts(tmp_path, model, "select * from m")["raw.orders.amount"] is False
    write(
        tmp_path,
        {"macros/diff.sql": "{% materialization diff, default %}{{ config.get('of') }}{% endmaterialization %}"},
    )
    assert verdicts(tmp_path, model, "select * from m")["raw.orders.amount"] is False
    told = verdicts(tmp_path, model.replace("='diff'", "='diff', of='raw.orders'"), "select * from m")
    assert (told["raw.orders.amount"], told["raw.u.a"], told["raw.rules.title"]) == (None, True, False)
    write(tmp_path, {"models/m.yml": "models: [{name: m, config: {of: raw.rules}}]\n"})
    assert verdicts(tmp_path, model, "select * from m")["raw.rules.title"] is None
