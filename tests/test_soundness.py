"""Execution is the judge: no column that changes a consumer's result may be called unused, case by case."""

from __future__ import annotations

from functools import cache

import pytest

from tests.judge.cases import Case, load
from tests.judge.figures import Figures
from tests.judge.run import AGAIN, execute, judge_case
from tests.judge.verdicts import Verdict

# The share of dead columns and keys that must be called unused; it may only rise.
FOUND, FOUND_KEYS = 0.97, 0.95
CASES = {case.name: case for case in load()}


@cache
def verdict_on(name: str) -> Verdict:
    case: Case = CASES[name]
    return judge_case(case, execute(case), AGAIN)


@pytest.mark.parametrize("name", CASES)
def test_no_column_that_changes_a_result_is_called_unused(name: str) -> None:
    verdict = verdict_on(name)
    assert not verdict.unsound
    assert not verdict.broken


def test_dead_columns_are_found() -> None:
    figures = Figures()
    for name in CASES:
        figures.add(verdict_on(name))
    assert figures.found >= FOUND, str(figures)
    assert figures.found_keys >= FOUND_KEYS, str(figures)


def test_every_feature_has_cases() -> None:
    features = {name.partition("/")[0] for name in CASES}
    assert len(CASES) > 400
    assert features >= {"names", "ctes", "subqueries", "joins", "sets", "stars", "aggregates", "windows"}
    assert features >= {"structs", "json", "unnest", "pivots", "scripts", "misc"}
