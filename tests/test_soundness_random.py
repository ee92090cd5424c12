"""Random pipelines under the same judge; `python -m tests.judge --random 200` runs more of them."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.judge.figures import Figures
from tests.judge.pipelines import pipeline
from tests.judge.run import AGAIN, execute, judge_case

# The share of dead columns and keys that must be called unused; it may only rise.
FOUND, FOUND_KEYS = 0.6, 0.7
ONCE = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@ONCE
@given(seed=st.integers(min_value=0, max_value=1_000_000))
def test_no_random_column_that_changes_a_result_is_called_unused(seed: int) -> None:
    case = pipeline(seed)
    verdict = judge_case(case, execute(case))
    assert not verdict.unsound, case


def test_dead_columns_of_random_pipelines_are_found() -> None:
    figures = Figures()
    for seed in range(1, 6):
        case = pipeline(seed)
        figures.add(judge_case(case, execute(case), AGAIN))
    assert not figures.unsound
    assert figures.found >= FOUND, str(figures)
    assert figures.found_keys >= FOUND_KEYS, str(figures)


def test_a_seed_gives_the_same_pipeline() -> None:
    assert pipeline(7) == pipeline(7)
