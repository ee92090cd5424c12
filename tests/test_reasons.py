"""Why a column is in doubt: what is to be mended comes first, and in the same words after an edit."""

from __future__ import annotations

from pathlib import Path

from tests.inside import inventory, trackplan, write

CONFIG = "version: 1\ndialect: bigquery\nwarehouse: [w.sql]\nmodels: [m/*.sql]\nconsumers: [q/*.sql]\n"
DDL = "create table raw.orders (id int64, note string);\ncreate table mart.z (id int64);\n"


def reason(folder: Path, *options: str) -> str:
    (column,) = [row for row in inventory(folder, {}, *options) if row["id"] == "raw.orders.note"]
    return str(column["reason"])


def test_the_text_that_leaves_all_others_in_doubt_is_told_first(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": CONFIG,
        "w.sql": DDL,
        "m/a_reader.sql": "select * from mart.z where ((",
        "m/z_writer.sql": "create table mart.z as select * from raw.orders where ((",
        "q/b.sql": "select note from mart.z where ((",
    }
    write(tmp_path, files)
    expected = "m/z_writer.sql:1 could not be parsed and may use it, as may other places"
    assert reason(tmp_path) == expected
    write(tmp_path, {"q/b.sql": "select * from mart.z where (("})
    assert reason(tmp_path) == reason(tmp_path, "--no-cache") == expected
    shown = trackplan("explain", "raw.orders.note", cwd=tmp_path).out
    assert shown.index("─ m/z_writer.sql") < shown.index("─ m/a_reader.sql") < shown.index("─ q/b.sql")


def test_who_reads_one_another_is_told_in_order(tmp_path: Path) -> None:
    files = {
        "trackplan.yaml": CONFIG,
        "w.sql": DDL,
        "m/a.sql": "create table mart.z as select * from raw.orders where ((",
        "m/b.sql": "create table raw.orders as select * from mart.z where ((",
    }
    write(tmp_path, files)
    assert reason(tmp_path).startswith("m/a.sql:1 ")
