"""Policies in the scripts of a warehouse: the columns of their conditions decide which rows anybody sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inside import trackplan, write

TABLES = "create table raw.t (id int, a int, b int, c int);\ncreate table raw.u (d int, e int, f int);\n"


@pytest.mark.parametrize(
    ("dialect", "script", "used"),
    [
        ("bigquery", "create row access policy p on raw.t grant to ('user:x') filter using (b = 1)", "a b"),
        ("bigquery", "create or replace row access policy if not exists p on raw.t filter using (b = c)", "a b c"),
        ("postgres", "create policy p on raw.t for select to public using (b = current_user)", "a b"),
        ("postgres", "create policy p on raw.t using (true); alter policy p on raw.t using (b > 1)", "a b"),
        ("postgres", "create policy p on raw.t using (b in (select d from raw.u where e > 1))", "a b d e"),
        ("postgres", "create policy p on raw.t for insert with check (b > 1)", "a"),
        ("postgres", "alter table raw.t enable row level security", "a"),
    ],
)
def test_columns_of_a_policy_are_used(tmp_path: Path, dialect: str, script: str, used: str) -> None:
    files = {
        "trackplan.yaml": f"version: 1\ndialect: {dialect}\nwarehouse: [w.sql]\nconsumers: [q.sql]\n",
        "w.sql": f"{TABLES}{script};\n",
        "q.sql": "select a from raw.t\n",
    }
    write(tmp_path, files)
    ended = trackplan("inventory", "--format", "json", cwd=tmp_path)
    rows = {row["id"].rpartition(".")[2]: row["used"] for row in json.loads(ended.out)["rows"]}
    assert rows == {name: name in used.split() for name in ["id", "a", "b", "c", "d", "e", "f"]}
