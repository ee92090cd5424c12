"""The storefront example, judged by execution: every verdict of its inventory against what its consumers return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests import storefront_data
from tests.judge.truth import Truth, add_truth
from tests.judge.verdicts import Said, judge, said_of_project
from trackplan.proof.bench import Bench, open_bench
from trackplan.proof.values import Pool

if TYPE_CHECKING:
    from tests.judge.verdicts import Verdict


@pytest.fixture(scope="module")
def bench() -> Bench:
    connection = duckdb.connect(config={"threads": 1})
    storefront_data.create(connection)
    storefront_data.load(connection)
    return open_bench(connection, dict(storefront_data.models()), storefront_data.consumers())


@pytest.fixture(scope="module")
def truth(bench: Bench) -> Truth:
    truth = Truth()
    texts = [*dict(storefront_data.models()).values(), *storefront_data.consumers().values()]
    add_truth(truth, bench, Pool.of("\n".join(texts)), 1)
    return truth


@pytest.fixture(scope="module")
def said() -> dict[str, Said]:
    return said_of_project(storefront_data.ROOT / "trackplan.yaml")


@pytest.fixture(scope="module")
def verdict(truth: Truth, said: dict[str, Said]) -> Verdict:
    return judge("storefront", truth, said, prefix="")


def test_every_consumer_returns_rows_and_depends_on_something(truth: Truth) -> None:
    assert not truth.empty
    assert truth.consumers == set().union(*truth.changed.values())


def test_no_column_that_changes_a_result_is_called_unused(verdict: Verdict) -> None:
    assert not verdict.unsound


def test_every_column_called_used_changes_something(verdict: Verdict) -> None:
    assert not verdict.noise


def test_dead_columns_are_called_unused_or_unknown(verdict: Verdict) -> None:
    assert verdict.dead > 50
    assert verdict.dead_said + len(verdict.unknown) >= verdict.dead


def test_what_is_unknown_is_what_one_text_that_nobody_understands_may_use(verdict: Verdict) -> None:
    assert {line.partition(":")[0] for line in verdict.unknown} == {
        f"shop.inventory.{column}" for column in ("reorder_point", "counted_at", "bin_location")
    }
