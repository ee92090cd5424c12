"""Events and tables that are nearly the same: who stays, what unites them, and who would have to move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from tests.prune.test_proposals import PLAN, PROJECT, USE_CASES, WAREHOUSE, all_proposed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

SHIPPED = """\
  Parcel Sent:
    description: A parcel went out
    properties: {weight: {type: number}, size: {type: string}, zone: {type: string}, carrier: {type: string}}
  Letter Sent:
    description: A letter went out
    properties: {weight: {type: string}, size: {type: string}, zone: {type: string}, carrier: {type: string}}
"""
TABLES = """\
create table raw.parcel_sent (weight double, size varchar, zone varchar, carrier varchar);
create table raw.letter_sent (weight varchar, size varchar, zone varchar, carrier varchar);
create table raw.shops (id integer, city varchar, country varchar, "opened on" date, a int, b int, c int, d int, e int);
create table raw.stores (id integer, city varchar, country varchar, "opened on" date, a int, b int, c int, d int, e int,
  f int);
"""
QUERY = """\
select weight, size, zone, carrier from raw.letter_sent
union all select p.size, p.size, p.zone, p.carrier from raw.parcel_sent p
union all select cast(count(*) as varchar), city, country, city from raw.stores group by all
"""


def test_what_overlaps_is_to_become_one(tmp_path: Path, cli: Cli) -> None:
    files = {
        "plan_yaml": PLAN + SHIPPED,
        "warehouse_sql": WAREHOUSE + TABLES,
        "queries__n_sql": QUERY,
        "queries__m_sql": 'select max(a + b + c + d + e + f), min(id) as i, min("opened on") as o from raw.stores\n'
        'union all select max(a + b + c + d + e), min(id), min("opened on") from raw.shops\n',
        "use_cases_yaml": USE_CASES,
        "trackplan_yaml": PROJECT,
    }
    found = {p["title"]: p for p in all_proposed(cli, tmp_path, **files) if p["action"] == "merge"}
    assert list(found) == ['Merge web/"Parcel Sent" into web/"Letter Sent"', "Merge raw.shops into raw.stores"]
    events, tables = found.values()
    assert events["why"] == [
        "they have the same 4 properties",
        "weight is number in one and string in another: one type has to be chosen",
    ]
    assert tables["why"] == [
        "they have 9 of 10 columns in common (90%)",
        "f is missing in 1 of 2, and would be empty there",
    ]
    assert any("query.m would have to read raw.stores instead" in told for told in tables["blockers"])
    assert tables["saving"]["tables"] == 1
    for proposal in found.values():
        assert (proposal["wave"], proposal["files"], proposal["proof"]["grade"]) == ("", [], "unproved")
    unite = next(stage for stage in tables["stages"] if stage["name"] == "unite")
    with duckdb.connect() as database:
        for statement in ("create schema raw", TABLES, "insert into raw.stores (id, f) values (1, 7)", unite["sql"]):
            database.execute(statement)
        database.execute("insert into raw.shops (id) values (2)")
        rows = database.execute("select id, f, merged_from from raw.shops__merged order by id").fetchall()
        assert rows == [(1, 7, "stores"), (2, None, "shops")]
        database.execute(unite["undo"])
