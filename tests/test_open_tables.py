"""Tables whose columns nobody declares: they hold what is asked of them, and perhaps more."""

from __future__ import annotations

from pathlib import Path

from tests.inside import used_by_id
from trackplan.link.frames import Frame

FILES = {
    "trackplan.yaml": "version: 1\ndialect: duckdb\nmodels: [models/*.sql]\nconsumers: [queries/*.sql]\n",
    "models/m.sql": "select z, y from raw.t\n",
    "queries/q.sql": "select a from (select * exclude (y) from raw.t) pivot (sum(x) for k in ('a', 'b'))\n",
}


def test_pivot_groups_by_every_column_that_an_open_table_may_have(tmp_path: Path) -> None:
    assert used_by_id(tmp_path, FILES) == {"raw.t.k": True, "raw.t.x": True, "raw.t.y": False, "raw.t.z": True}


def test_what_a_star_replaces_is_made_of_other_columns(tmp_path: Path) -> None:
    files = {
        **FILES,
        "models/m.sql": "select * replace (b + 1 as a, d as c) from raw.t\n",
        "models/other.sql": "select a, b, c, d, e from raw.t\n",
        "queries/q.sql": "select a from m\n",
    }
    assert used_by_id(tmp_path, files) == {f"raw.t.{name}": name == "b" for name in "abcde"}
    assert all(used_by_id(tmp_path, {**files, "queries/q.sql": "select * from m\n"}).values())


def test_a_name_of_an_open_table_may_be_its_row(tmp_path: Path) -> None:
    files = {
        **FILES,
        "models/m.sql": "select to_json(x) as j from raw.t as x\n",
        "models/other.sql": "select a, b from raw.t\n",
        "queries/q.sql": "select j from m\n",
    }
    found = used_by_id(tmp_path, files)
    assert found["raw.t.a"] is not False
    assert found["raw.t.b"] is not False


def test_what_one_statement_asks_of_an_open_table_is_not_there_for_the_next() -> None:
    table = Frame()
    table.open, table.starred = True, []
    first, second = table.view(), table.view()
    first.ask("a", sure=True)
    assert second.ask("b", sure=True) == (0,)
    assert (first.starred, second.starred, table.starred) == ([True], [True], [])
