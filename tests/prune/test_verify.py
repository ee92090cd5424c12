"""Proof by execution: right changes are proved, each wrong one is caught, and who cannot tell proves nothing."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT, TODAY
from tests.prune.test_proposals import MODEL, PROJECT, QUERY, proposed
from trackplan import pipeline, project
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit
from trackplan.proof import sample
from trackplan.prune.candidates import Candidates
from trackplan.prune.propose import propose
from trackplan.prune.verify import Verifier
from trackplan.prune.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cli

WRONG = {
    "models/staging/stg_shop__orders.sql": ("where status <> 'cancelled'", "where status <> 'paid'"),
    "models/staging/stg_web__product_interactions.sql": (
        "'add', anonymous_id, user_id",
        "'add', user_id, anonymous_id",
    ),
    "models/intermediate/int_order_margins.sql": ("sum(quantity * unit_cost)", "sum(unit_cost)"),
    "models/marts/dim_products.sql": ("p.brand, p.category,", "p.category, p.brand as category2,"),
    "models/intermediate/int_touches.sql": ("union all", "union"),
    "models/marts/fct_checkouts.sql": ("left join (", "join ("),
    "models/intermediate/int_checkout_carts.sql": ("where nth = 1", "where nth > 0"),
    "models/staging/stg_web__users.sql": ("order by received_at desc", "order by received_at"),
    "warehouse/040_migrations.sql": (
        "alter table shop.order_lines add column promised_on date;",
        "alter table shop.order_lines drop column quantity;",
    ),
    "dashboards/finance/revenue.sql": ("sum(", "max("),
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    shop = project.load(ROOT / "examples" / "storefront" / "trackplan.yaml")
    with pipeline.build(shop, date.fromisoformat(TODAY)) as base:
        yield World(shop, base)


@pytest.fixture(scope="module")
def verifier(world: World) -> Iterator[Verifier]:
    with Verifier.open(world) as opened:
        yield opened


def test_all_waste_of_the_example_is_proved_to_be_of_no_use(world: World, verifier: Verifier) -> None:
    waves = propose(Candidates(world), date.fromisoformat(TODAY)).waves
    for wave in waves:
        proof, against = verifier.prove(wave.changes)
        assert (proof.grade, against) == ("proved", ()), (wave.name, proof)
    assert verifier.silent == {
        'query."scheduled/stock_alert"': "prints {{ columns }}, which is known only when it runs"
    }


def test_all_proposals_together_are_proved(world: World, verifier: Verifier) -> None:
    candidates = Candidates(world)
    ids = [proposal.id for proposal in propose(candidates, date.fromisoformat(TODAY)).proposals]
    proof, against = verifier.prove(candidates.changes(ids, "all").changes)
    assert (proof.grade, against) == ("proved", ())


@pytest.mark.parametrize("path", sorted(WRONG))
def test_a_wrong_edit_is_caught(world: World, verifier: Verifier, path: str) -> None:
    old, new = WRONG[path]
    text = world.text(path)
    assert old in text
    at = text.index(old)
    proof, against = verifier.prove([Change(path, text, (Edit(at, at + len(old), new),))])
    assert proof.grade == "unproved"
    assert against
    assert all("is not what it was on data set" in told for told in against)


def test_nothing_is_left_of_a_trial(world: World, verifier: Verifier) -> None:
    path = "models/staging/stg_shop__orders.sql"
    text = world.text(path)
    broken = Change(path, text, (Edit(0, len(text), "select nothing from nowhere"),))
    assert verifier.prove([broken])[1]
    assert verifier.prove([Change(path, text, (Edit(0, 0, "-- a remark\n"),))])[0].grade == "proved"


def verified(cli: Cli, folder: Path, **files: str) -> Any:
    proposed(cli, folder, **files)
    done = cli("prune", "--verify", "--format", "json", "--today", TODAY, cwd=folder)
    assert done.code == 0, done.said
    return {p["title"]: p["proof"] for p in json.loads(done.out)["proposals"]}


VARIANT = 'Stop collecting web/"Signed Up".variant'


def test_the_grade_names_data_sets_and_rows(tmp_path: Path, cli: Cli) -> None:
    proof = verified(cli, tmp_path)[VARIANT]
    assert proof["grade"] == "proved"
    assert proof["reasons"][0].startswith("1 of 1 consumers that it may reach get the same on 6 data sets of about ")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select source, received_at from stg where 1 = 0\n", "it gets no rows on any data set"),
        ("select 1 as one from (select count(*) as n from stg) where n > 0\n", "it does not notice"),
        ("select source, received_at, strange_function(source) as s from stg\n", "Catalog Error"),
        ("select source, received_at, random() as r from stg\n", "its result differs from run to run"),
        (
            "select source, max(received_at), sum(a.range * b.range) as n from stg, range(999999) a, range(999999) b "
            "group by 1",
            "it takes longer than 10 seconds",
        ),
        ("select source, received_at, x from stg join read_csv('/etc/passwd') on true\n", "Permission Error"),
    ],
)
def test_a_consumer_that_cannot_tell_proves_nothing(tmp_path: Path, cli: Cli, query: str, reason: str) -> None:
    found = verified(cli, tmp_path, queries__n_sql=query)
    proof = found[VARIANT]
    assert proof["grade"] == "bound"
    assert any(told.startswith("not proved for query.n: ") and reason in told for told in proof["reasons"]), proof


def test_other_dialects_are_translated(tmp_path: Path, cli: Cli) -> None:
    found = verified(
        cli,
        tmp_path,
        trackplan_yaml=PROJECT.replace("duckdb", "bigquery"),
        models__stg_sql=MODEL.replace("select source", "select safe_cast(source as string) as source"),
        queries__n_sql=QUERY.replace("max(received_at)", "timestamp_trunc(max(received_at), day)"),
    )
    assert found[VARIANT]["grade"] == "proved"


SAMPLE = "source,email,variant,received_at\nads,secret@example.com,b,2026-03-01 10:00:00\n"


def test_the_users_own_rows_are_one_more_data_set(tmp_path: Path, cli: Cli) -> None:
    proposed(cli, tmp_path)
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "signed_up.csv").write_text(SAMPLE, encoding="utf-8")
    done = cli("prune", "--sample", "sample", "--format", "json", "--today", TODAY, cwd=tmp_path)
    assert done.code == 0, done.said
    proof = {p["title"]: p["proof"] for p in json.loads(done.out)["proposals"]}[VARIANT]
    assert proof["grade"] == "proved"
    assert "on 7 data sets of about" in proof["reasons"][0]
    assert "one of them with the sample of 1 table" in proof["reasons"][0]
    assert "secret" not in done.said
    (tmp_path / "sample" / "signed_up.csv").write_text("secret\n1\n", encoding="utf-8")
    done = cli("prune", "--sample", "sample", "--today", TODAY, cwd=tmp_path)
    assert (done.code, "--sample: sample/signed_up.csv: raw.signed_up has no column secret" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("nobody.csv", SAMPLE, "the project has no table of that name"),
        ("signed_up.txt", SAMPLE, "a sample is a file of .csv, .parquet, .json"),
        ("signed_up.csv", SAMPLE.replace("email", "mail"), "raw.signed_up has no column mail"),
        ("signed_up.csv", SAMPLE.replace(",received_at", "").replace(",2026-03-01 10:00:00", ""), "lacks the column"),
        ("signed_up.csv", SAMPLE.replace("2026-03-01", "secret"), "column received_at holds what is no TIMESTAMP"),
        ("signed_up.parquet", SAMPLE, "cannot be read as PARQUET"),
        ("signed_up.json", "{secret", "cannot be read as JSON"),
        ("", "", "holds no sample"),
    ],
)
def test_a_sample_that_is_no_use_is_told_without_its_values(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    if name:
        (tmp_path / name).write_text(content, encoding="utf-8")
    kinds = {"source": "VARCHAR", "email": "VARCHAR", "variant": "VARCHAR", "received_at": "TIMESTAMP"}
    with pytest.raises(sample.SampleError, match=re.escape(message)) as caught:
        sample.load(tmp_path, {"raw.signed_up": kinds, "main.other": {"a": "BIGINT"}})
    assert "secret" not in str(caught.value)


def test_an_error_on_the_sample_tells_no_value() -> None:
    told = "stg: Conversion Error: Could not convert string 'secret' to INT32 when casting from source column a"
    assert sample.masked(told) == "Conversion Error on the sample"
    assert sample.masked("secret") == "it fails on the sample"
