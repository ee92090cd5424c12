"""A table that a script changes after it has made it: what is left of it in the end, where the order is sure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trackplan.cli import app

MAKES = "create table s.copy as select id, a, b from raw.t;"
SETS = "update s.copy set a = b where true;"
ALL = "update s.copy set a = b;"
SCRIPTS = {
    "in order": ("duckdb", f"{MAKES}\n{ALL}", False),
    "some rows alone": ("duckdb", f"{MAKES}\n{SETS}", True),
    "a part of the rows": ("mysql", f"{MAKES}\nupdate s.copy set a = b limit 10;", True),
    "a statement that may not run": (
        "bigquery",
        f"{MAKES}\nif (select count(*) from s.copy) > 3 then {ALL} end if;",
        None,
    ),
    "a loop": ("bigquery", f"{MAKES}\nwhile false do {ALL} end while;", None),
    "a transaction": ("postgres", f"begin;\n{MAKES}\n{ALL}\nrollback;", True),
    "only where it is not there": ("duckdb", f"{MAKES}\n{ALL}\n{MAKES.replace('table', 'table if not exists')}", True),
    "made anew": (
        "duckdb",
        f"{MAKES}\n{MAKES.replace('create', 'create or replace').replace('a, b', 'b as a, b')}",
        False,
    ),
    "a member alone": ("bigquery", f"{MAKES}\nupdate s.copy set a.x = b where true;", True),
    "something that is not understood": ("duckdb", f"{MAKES}\n{ALL}\nselect from where;", None),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_left_of_a_column(name: str, tmp_path: Path) -> None:
    dialect, script, used = SCRIPTS[name]
    rows = json.loads(told(tmp_path, dialect, script, "inventory", "--format", "json"))["rows"]
    found = {row["id"]: row["used"] for row in rows}
    assert found["raw.t.b"] is not False
    if used is False:
        assert found["raw.t.a"] is False
    else:  # used, or nobody can say
        assert found["raw.t.a"] is not False


def test_a_use_in_an_earlier_statement_is_the_table_s(tmp_path: Path) -> None:
    script = "create table s.copy as\nselect id, a, b from raw.t;\nupdate s.copy set a = b where id > 3;"
    explained = told(tmp_path, "duckdb", script, "explain", "raw.t.a")
    assert "models/script.sql:2:12" in explained
    assert "s.copy" in explained
    drawn = told(tmp_path, "duckdb", script, "lineage", "raw.t.a", "--down")
    assert "s.copy.a" in drawn
    assert "query.q" in drawn


def test_versions_are_no_statements(tmp_path: Path) -> None:
    printed = told(tmp_path, "duckdb", f"{MAKES}\n{ALL}\ninsert into s.copy select * from raw.t;", "check")
    assert "100 % of 3 statements understood" in printed


def told(folder: Path, dialect: str, script: str, *arguments: str) -> str:
    """What a command prints on a project whose one model is `script`."""
    files = {
        "trackplan.yaml": f"version: 1\ndialect: {dialect}\nwarehouse: [raw.sql]\nmodels: [models/*.sql]\n"
        "consumers: [queries/*.sql]\n",
        "raw.sql": "create table raw.t (id int, a int, b int);",
        "models/script.sql": script,
        "queries/q.sql": "select a from s.copy",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    project = ["--no-cache", "--project", str(folder / "trackplan.yaml")]
    return CliRunner().invoke(app, [*arguments, *project], catch_exceptions=False).stdout
