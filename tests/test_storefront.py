"""The storefront example: it runs, its findings are the expected ones, and execution agrees with every verdict."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests import storefront_data
from tests.conftest import ROOT, TODAY
from tests.judge.truth import Truth, add_truth
from tests.judge.verdicts import judge, said_of_project
from tests.storefront_findings import CHECK, listing
from trackplan.proof.bench import open_bench
from trackplan.proof.values import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cli

README = (storefront_data.ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        storefront_data.create(connection)
        storefront_data.load(connection)
        yield connection


@pytest.fixture(scope="module")
def report(cli: Cli) -> str:
    """The findings as JSON."""
    return cli(*CHECK, cwd=storefront_data.ROOT).out


def test_the_findings_are_the_expected_ones(report: str) -> None:
    expected = (ROOT / "tests" / "storefront_expected.txt").read_text(encoding="utf-8")
    assert listing(report) == expected, "python -m tests.storefront_findings > tests/storefront_expected.txt"


def test_every_status_occurs(storefront: Path, cli: Cli) -> None:
    rows = json.loads(cli("inventory", "--format", "json", "--today", TODAY, cwd=storefront).out)["rows"]
    found = {(row["kind"], row["status"]) for row in rows}
    statuses = ("keep", "idle", "undeclared", "waste", "unknown")
    assert found == {("need", "gap"), *((kind, status) for kind in ("field", "column") for status in statuses)}
    assert any(row["shadow"] for row in rows)


def test_the_readme_tells_what_is_found(report: str, cli: Cli) -> None:
    findings = {(finding["rule"], finding["subject"]) for finding in json.loads(report)["findings"]}
    told = set(re.findall(r"`(TP\d+) ([^`]+)`", README))
    assert told
    assert told <= findings
    out = cli("check", ".", "--today", TODAY, cwd=storefront_data.ROOT).out
    blocks = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert blocks
    assert [block for block in blocks if block not in out] == []


def test_execution_agrees_with_every_verdict(shop: duckdb.DuckDBPyConnection) -> None:
    """No column that changes a consumer is called unused, and what is called used changes something."""
    models, consumers = dict(storefront_data.models()), storefront_data.consumers()
    bench, truth = open_bench(shop, models, consumers), Truth()
    add_truth(truth, bench, Pool.of("\n".join([*models.values(), *consumers.values()])), seed=1)
    verdict = judge("storefront", truth, said_of_project(storefront_data.ROOT / "trackplan.yaml"), prefix="")
    assert not truth.empty, "every consumer returns rows"
    assert not verdict.unsound
    assert not verdict.noise
    assert {line.partition(":")[0] for line in verdict.unknown} == {
        f"shop.inventory.{column}" for column in ("reorder_point", "counted_at", "bin_location")
    }
