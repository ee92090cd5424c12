"""Less data: what privacy findings propose, the SQL of every dialect, and the proof that consumers get the same."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import sqlglot

from tests.conftest import TODAY
from tests.judge.coarse import coarse
from tests.judge.verdicts import write_project
from trackplan import pipeline, project
from trackplan.proof.lessened import try_less
from trackplan.prune import less_verify
from trackplan.prune.less import Lessening, lessenings
from trackplan.prune.model import Gain, Named
from trackplan.prune.verify import Verifier
from trackplan.prune.world import World
from trackplan.sql.backfill import backfill
from trackplan.sql.migrations import Stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cli

SEEDS = int(os.environ.get("PRUNE_LESS_SEEDS", "4"))
DIALECTS = "bigquery snowflake databricks spark redshift postgres duckdb trino clickhouse tsql mysql".split()  # noqa: SIM905
FORMS = {
    "truncated to month": "time", "truncated to week": "time", "rounded to 1": "number", "prefix of 3": "text",
    "domain": "text", "host": "text", "path": "text", "hashed": "text", "counted": "text",
}  # fmt: skip
PLANTS = {
    "timestamp": ("truncated to year", "truncated to month", "truncated to week", "truncated to day", "counted"),
    "double": ("rounded to 0", "rounded to 1", "counted"),
    "varchar": ("prefix of 1", "prefix of 3", "domain", "host", "path", "hashed", "counted"),
    "int": ("counted", "rounded to 0", "truncated to day"),
}
TYPES = {
    "time": {"bigquery": "TIMESTAMP", "tsql": "DATETIME2", "mysql": "DATETIME", "": "TIMESTAMP"},
    "number": {"bigquery": "FLOAT64", "clickhouse": "Float64", "": "DOUBLE PRECISION"},
    "text": {"bigquery": "STRING", "clickhouse": "String", "": "VARCHAR(200)"},
}
DDL = """\
create table shop.people (
  id integer, email varchar, created_at timestamp, birth_date date, ip_address varchar, user_agent varchar,
  page_url varchar, latitude double, longitude double, phone varchar
);
"""
QUERIES = {
    "months": "select date_trunc('month', created_at) as m, count(*) as n from shop.people group by 1",
    "days": "select created_at::date as d from shop.people where year(birth_date) > 2025",
    "places": "select round(latitude, 1) as l, count(longitude) as n from shop.people group by 1",
    "nets": "select left(ip_address, 4) as net, count(distinct user_agent) as agents from shop.people group by 1",
    "pages": "select split_part(page_url, '?', 1) as p, split_part(email, '@', 2) as d from shop.people",
    "calls": "select count(*) as n from shop.people where phone = 'mail'",
}
KEPT = {
    "created_at": "its day", "birth_date": "its year", "latitude": "1 decimal of it",
    "longitude": "whether there is a value", "ip_address": "its first 4 characters",
    "user_agent": "a keyed hash of it", "page_url": "what is before its query",
}  # fmt: skip


def write(folder: Path, queries: dict[str, str] = QUERIES, dialect: str = "duckdb", more: str = "") -> None:
    (folder / "queries").mkdir()
    head = f"version: 1\ndialect: {dialect}\nwarehouse: [warehouse.sql]\nconsumers: [queries/*.sql]\n{more}"
    (folder / "trackplan.yaml").write_text(head, encoding="utf-8")
    (folder / "warehouse.sql").write_text(DDL, encoding="utf-8")
    for name, query in queries.items():
        (folder / "queries" / f"{name}.sql").write_text(query + "\n", encoding="utf-8")


def proposed(cli: Cli, folder: Path, *options: str) -> Any:
    done = cli("prune", "--format", "json", "--today", TODAY, *options, cwd=folder)
    assert done.code == 0, done.said
    found = json.loads(done.out)["proposals"]
    return {p["subjects"][0]["id"].rpartition(".")[2]: p for p in found if p["action"] in ("coarsen", "hash")}


def test_what_consumers_need_is_proposed_with_its_sql_and_proved(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path)
    found = proposed(cli, tmp_path, "--verify")
    assert {name: p["privacy"][0]["keeps"] for name, p in found.items()} == KEPT
    assert {name: (p["action"], p["proof"]["grade"]) for name, p in found.items()} == {
        name: ("hash" if name == "user_agent" else "coarsen", "proved") for name in KEPT
    }
    born = found["birth_date"]
    assert born["title"] == "Of shop.people.birth_date, keep only its year"
    assert born["why"][0].startswith("TP313: shop.people.birth_date holds exact birth dates, though ")
    assert born["consumers"] == [{"consumer": "query.days", "same": True, "why": "it needs no more than its year"}]
    assert born["proof"]["reasons"][0].startswith("1 of 1 consumers that take it get the same from its year on 6 data")
    steps = {stage["name"]: stage for stage in born["stages"]}
    assert list(steps) == ["stop landing", "backfill", "drop", "delete history"]
    assert "CAST(DATE_TRUNC('YEAR', birth_date) AS DATE)" in steps["stop landing"]["sql"]
    assert "keep a copy until 2026-12-08" in steps["backfill"]["what"]
    assert steps["drop"]["on"] == "2026-12-08"


def test_who_would_get_something_else_is_told_and_blocks_it(tmp_path: Path, cli: Cli) -> None:
    joined = "select count(*) as n from shop.people a join shop.people b on a.user_agent = b.user_agent"
    write(tmp_path, {"agents": QUERIES["nets"], "same": joined}, more="prune: {quarantine: 60 days}\n")
    agent = proposed(cli, tmp_path, "--verify")["user_agent"]
    assert [(e["consumer"], e["same"]) for e in agent["consumers"]] == [("query.agents", True), ("query.same", False)]
    assert agent["blockers"] == [
        "query.same gets something else: it matches it with other columns: what it is matched with has to be hashed "
        "with the same key"
    ]
    assert agent["proof"]["grade"] == "unproved"
    assert agent["stages"][0]["name"] == "readers first"


def test_only_what_a_rule_finds_is_proposed(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, more="rules: {ignore: [TP312, TP314]}\n")
    found = proposed(cli, tmp_path)
    assert set(found) == {"created_at", "birth_date", "user_agent", "page_url"}
    assert {p["proof"]["grade"] for p in found.values()} == {"bound"}
    turned = f"prune: {{rejected: [{{proposal: {found['birth_date']['id']}, reason: the auditors ask}}]}}\n"
    (tmp_path / "trackplan.yaml").open("a", encoding="utf-8").write(turned)
    assert "birth_date" not in proposed(cli, tmp_path)
    assert cli("prune", "--apply", found["page_url"]["id"], "--today", TODAY, cwd=tmp_path).code == 2


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_has_the_sql_for_it(dialect: str) -> None:
    without = []
    for form, sort in FORMS.items():
        type_ = TYPES[sort].get(dialect, TYPES[sort][""])
        made = backfill(Stored(("shop", "people"), "value", (), type_), form, "", dialect)
        if not made.forward:
            without.append((form, made.note))
            continue
        for script in (made.forward, made.back, made.finish, made.select):
            assert all(sqlglot.parse(script, read=dialect)), (form, script)
        assert ("<key>" in made.forward) == (form == "hashed")
    assert [form for form, _ in without] == (["host"] if dialect == "tsql" else [])
    refused = backfill(Stored(("shop", "people"), "value", (), "INT"), "hashed", "", dialect)
    assert (refused.forward, refused.note) == ("", "a hash is a text of 64 characters, and its type is INT")


@pytest.mark.parametrize(
    ("type_", "path", "form", "values"),
    [
        ("TIMESTAMP", (), "truncated to month", ["2026-03-14 01:02:03", "2026-03-01 00:00:00"]),
        ("DATE", (), "truncated to year", ["2026-03-14", "2026-01-01"]),
        ("VARCHAR", (), "truncated to day", ["2026-03-14T01:02:03", "2026-03-14 00:00:00"]),
        ("DOUBLE", (), "rounded to 1", ["52.5170365", "52.5"]),
        ("VARCHAR", (), "prefix of 3", ["10.1.2.3", "10."]),
        ("VARCHAR", (), "domain", ["ada@example.com", "*@example.com"]),
        ("VARCHAR", (), "domain", ["nobody", ""]),
        ("VARCHAR", (), "host", ["https://a.example/x?y", "https://a.example"]),
        ("VARCHAR", (), "path", ["https://a.example/x?y=1?z", "https://a.example/x"]),
        ("VARCHAR", (), "path", ["nothing", "nothing"]),
        ("VARCHAR", (), "counted", ["anything", "x"]),
        ("BIGINT", (), "counted", ["42", "1"]),
        ("JSON", ("a", "e-mail"), "prefix of 1", ['{"a": {"e-mail": "bob", "c": 1}}', '{"a":{"c":1,"e-mail":"b"}}']),
        ("JSON", ("a",), "prefix of 1", ['{"b": 2}', '{"b": 2}']),
    ],
)
def test_what_is_stored_becomes_less_and_comes_back(
    type_: str, path: tuple[str, ...], form: str, values: list[str]
) -> None:
    made = backfill(Stored(("t",), "value", path, type_), form, "string" if path else "", "duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * from (values ('{values[0]}'::{type_}), (NULL)) v(value)")
        before = connection.execute("from t").fetchall()
        connection.execute(made.forward)
        assert connection.execute("select value::varchar from t").fetchall() == [(values[1],), (None,)]
        assert connection.execute(made.select).fetchall()
        if made.back:
            connection.execute(made.back)
            assert connection.execute("from t").fetchall() == before
            connection.execute(made.forward)
        connection.execute(made.finish)
        assert connection.execute("select column_name from (describe t)").fetchall() == [("value",)]


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    folder = tmp_path_factory.mktemp("people")
    write(folder)
    loaded = project.load(folder / "trackplan.yaml")
    with pipeline.build(loaded, date.fromisoformat(TODAY)) as base, Verifier.open(World(loaded, base)) as opened:
        yield opened


def planted(world: World, key: int, form: str, takers: tuple[str, ...]) -> Lessening:
    """A proposal that somebody could have made by mistake: all are said to get the same."""
    id_ = world.columns[key].id
    said = {taker: ["counted"] for taker in takers}
    gain = Gain(id_, "", "personal", form)
    return Lessening("column", key, Named("column", id_, ""), "", "", form, form, "", gain, said, (key,))


@pytest.mark.parametrize(
    ("column", "form", "takers", "grade"),
    [
        ("created_at", "truncated to day", ("months", "days"), "proved"),
        ("created_at", "truncated to month", ("months", "days"), "unproved"),
        ("created_at", "truncated to week", ("months", "days"), "unproved"),
        ("created_at", "counted", ("months", "days"), "unproved"),
        ("birth_date", "truncated to year", ("days",), "proved"),
        ("birth_date", "truncated to decade", ("days",), "unproved"),
        ("latitude", "rounded to 1", ("places",), "proved"),
        ("latitude", "rounded to 0", ("places",), "unproved"),
        ("ip_address", "prefix of 4", ("nets",), "proved"),
        ("ip_address", "prefix of 3", ("nets",), "unproved"),
        ("ip_address", "domain", ("nets",), "unproved"),
        ("user_agent", "prefix of 1", ("nets",), "unproved"),
        ("user_agent", "counted", ("nets",), "unproved"),
        ("page_url", "host", ("pages",), "unproved"),
        ("page_url", "hashed", ("pages",), "unproved"),
        ("email", "domain", ("pages",), "proved"),
        ("email", "prefix of 8", ("pages",), "unproved"),
        ("phone", "hashed", ("calls",), "unproved"),
        ("birth_date", "hashed", ("days",), "bound"),
        ("longitude", "rounded to 3", ("places",), "bound"),
        ("phone", "prefix of 1", ("nobody",), "unproved"),
        ("id", "counted", ("nobody",), "bound"),
    ],
)
def test_too_little_is_never_proved(
    verifier: Verifier, column: str, form: str, takers: tuple[str, ...], grade: str
) -> None:
    names = tuple(f"query.{name}" for name in takers)
    key = next(c.key for c in verifier.world.columns.values() if c.path == (column,))
    proof, against = less_verify.prove(verifier, planted(verifier.world, key, form, names))
    assert proof.grade == grade, proof
    assert bool(against) == (grade == "unproved")


def test_what_is_proved_holds_on_other_data_too(tmp_path: Path) -> None:
    graded: Counter[tuple[str, str]] = Counter()
    for seed in range(SEEDS):
        (tmp_path / str(seed)).mkdir()
        write_project(coarse(seed), tmp_path / str(seed))
        loaded = project.load(tmp_path / str(seed) / "trackplan.yaml")
        with pipeline.build(loaded, date.fromisoformat(TODAY)) as base, Verifier.open(World(loaded, base)) as opened:
            graded += tried(opened, Random(seed))  # noqa: S311
    assert graded["chosen", "proved"] > 1, graded
    assert graded["chosen", "unproved"] == 0, graded
    assert graded["planted", "unproved"] > 1, graded


def tried(verifier: Verifier, chance: Random) -> Counter[tuple[str, str]]:
    """The grades of what is chosen, and of forms that nobody looked at; what is proved is tried on more data."""
    graded: Counter[tuple[str, str]] = Counter()
    for chosen in lessenings(verifier.world):
        if not all(effect.same for effect in chosen.effects):
            continue
        type_ = verifier.world.columns[chosen.columns[0]].type.lower()
        others = [replace(chosen, form=form) for form in PLANTS.get(type_, ()) if form != chosen.form]
        for kind, lessening in [
            ("chosen", chosen),
            *(("planted", each) for each in chance.sample(others, min(2, len(others)))),
        ]:
            proof, _ = less_verify.prove(verifier, lessening)
            graded[kind, proof.grade] += 1
            if proof.grade == "proved":
                parts = list(less_verify.parts(verifier, lessening))
                assert not any(try_less(stage, parts, "more").wrong for stage in verifier.stages)
    return graded
