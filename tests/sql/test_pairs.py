"""Keys in a list of pairs: who needs them by execution, and who does by what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.judge.verdicts import TODAY
from tests.sql.test_ways import write
from trackplan import pipeline, project

if TYPE_CHECKING:
    from pathlib import Path

ALL = "page source other"
KEYS = ("page", "source", "other")
DDL = "create table e(id int, name varchar, params struct(key varchar, value struct(s varchar, n int))[], more varchar)"
ELEMENT = "unnest(params) as u(p)"
SCALAR = f"(select max(p.value.s) from {ELEMENT} where p.key = 'page')"
# What somebody asks, and the keys that it is said to need.
QUERIES = {
    f"select id, {SCALAR} as page from e": "page",
    f"select id from e where exists (select 1 from {ELEMENT} where p.key = 'page' and p.value.n > 2)": "page",
    f"select id, array(select p.value.n from {ELEMENT} where 'page' = p.key) as n from e": "page",
    f"select id, (select sum(p.value.n) from {ELEMENT} where p.key in ('page', 'source')) as n from e": "page source",
    f"select id, p.value.s from e, {ELEMENT} where (p.key = 'page') and id > 3": "page",
    f"select p.value.s, count(*) as n from e cross join {ELEMENT} where p.key = 'page' group by all": "page",
    f"select id, p.value.n from e left join {ELEMENT} on p.key = 'page'": "page",
    f"select id, p.value.n from e join {ELEMENT} on p.key = 'page' and p.value.n > 1": "page",
    f"select id, rank() over (partition by id order by p.value.n) as r from e, {ELEMENT} where p.key = 'page'": "page",
    f"select a.id from e as a, {ELEMENT} join e as b on b.name = p.value.s where p.key = 'page'": "page",
    f"select b.id from e as a, {ELEMENT} right join e as b on b.name = p.value.s where p.key = 'page'": "page",
    f"with f as (select id, params from e) select id, p.value.n from f, {ELEMENT} where p.key = 'page'": "page",
    f"select count(*) as n from (select distinct p.value.s from e, {ELEMENT} where p.key = 'page')": "page",
    f"select id, {SCALAR.replace('page', 'source')} as s, {SCALAR} as p from e": "page source",
    # What needs them all, or may.
    f"select id, p.value.n from e, {ELEMENT}": ALL,
    f"select id, p.value.n from e, {ELEMENT} where p.key = 'page' or p.value.n > 3": ALL,
    f"select id, p.value.n from e, {ELEMENT} where not (p.key = 'page')": ALL,
    f"select id, p.value.n from e, {ELEMENT} where p.key <> 'page'": ALL,
    f"select id, p.value.n from e, {ELEMENT} where p.key = name": ALL,
    f"select id, max(case when p.key = 'page' then p.value.n end) as n from e, {ELEMENT} group by id": ALL,
    f"select b.id, p.value.n from e as a, {ELEMENT} right join e as b on p.key = 'page' and b.id = a.id": ALL,
    "select id, p.value.n, i from e, unnest(params) with ordinality as u(p, i) where p.key = 'page'": ALL,
    f"select (select max(n) from (select p.value.n, p.value.s as key from {ELEMENT} where key = 'p')) as n from e": ALL,
    "select p.id from (select id, name as key, params from e) as p, unnest(p.params) as u(p) where p.key = 'p'": ALL,
    f"select e.id, p.value.n from e, {ELEMENT} anti join e as o on p.key = 'page' and o.id = e.id": ALL,
    f"select e.id, p.value.n from e, {ELEMENT} semi join e as o on p.key = 'page' and o.id = e.id": "page",
    "select id, u.ordinality as i from e, unnest(params) with ordinality as u(p) where p.key = 'page'": ALL,
    "select o.id, p.value.n from unnest((select params from e where id = 15)) as u(p) positional join "
    "(select id from e order by id) as o where p.key = 'source'": ALL,
    "select id, len(params) as n from e": ALL,
    "select id, params from e": ALL,
    "select id, params[1].value.s as s from e": ALL,
    f"select id from e where name = 'page' and exists (select 1 from {ELEMENT} where p.value.n > 2)": ALL,
    "select id from e where more = 'page'": "",
}

REACH = """
SELECT k.name, c.name FROM reach h JOIN "column" c ON c.key = h."column" JOIN consumer k ON k.key = h.consumer
"""
CHANGES = (
    "list_filter(params, lambda x: x.key <> '{key}')",
    "list_transform(params, lambda x: CASE WHEN x.key = '{key}' THEN {{'key': x.key, 'value': {{'s': 'z', 'n': 9}}}} "
    "ELSE x END)",
    "list_append(params, {{'key': '{key}', 'value': {{'s': 'p', 'n': 5}}}})",
)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A table in which a row has each key, or has it not."""
    made = duckdb.connect()
    made.execute(DDL)
    for number in range(24):
        pairs = [
            {"key": key, "value": {"s": key[: 1 + number % 3], "n": (number * 7 + at) % 6}}
            for at, key in enumerate(KEYS)
            if (number >> at) % 2
        ]
        made.execute(
            "insert into e values (?, ?, ?, ?)", [number, "ps"[number % 2], pairs[:: 1 if number % 5 else -1], "page"]
        )
    return made


def test_keys_of_pairs(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write(tmp_path, "duckdb", DDL, [f"e.params.{key}" for key in KEYS], list(QUERIES))
    reached: dict[str, set[str]] = {}
    with pipeline.build(project.load(tmp_path / "trackplan.yaml"), TODAY) as base:
        for consumer, column in base.fetch(REACH):
            reached.setdefault(str(consumer), set()).add(str(column))
    said = {sql: " ".join(key for key in KEYS if key in reached.get(f"q{at}", ())) for at, sql in enumerate(QUERIES)}
    before = {sql: rows(connection, sql) for sql in QUERIES}
    for key in KEYS:
        for change in CHANGES:
            connection.execute("create or replace table kept as from e")
            connection.execute(f"update e set params = {change.format(key=key)}")
            for sql in QUERIES:
                if rows(connection, sql) != before[sql]:
                    assert key in said[sql].split(), f"{sql} needs {key}"
            connection.execute("create or replace table e as from kept")
    assert said == QUERIES


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """What a query gives, in whatever order."""
    return sorted(map(str, connection.execute(sql).fetchall()))
