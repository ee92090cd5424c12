"""Random pipelines under the same judge; `python -m tests.judge --hunt 1000` tries more of them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.judge.cases import Case
from tests.judge.figures import Figures
from tests.judge.hunt import hunt
from tests.judge.pipelines import compose, pipeline
from tests.judge.run import AGAIN, execute, judge_case
from trackplan.proof.bench import BuildError

# The share of dead columns and keys that must be called unused; it may only rise.
FOUND, FOUND_KEYS = 0.7, 0.65
# JUDGE_EXAMPLES=500 makes a longer search.
EXAMPLES = int(os.environ.get("JUDGE_EXAMPLES", "10"))
ONCE = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@st.composite
def pipelines(draw: st.DrawFn) -> Case:
    """Small pipelines; every choice in them is drawn, so that a failure shrinks to few models of short queries."""
    chance = draw(st.randoms(use_true_random=False))
    return compose(chance, "random/drawn", seed=1, most=5)


@ONCE
@given(case=pipelines())
def test_no_random_column_that_changes_a_result_is_called_unused(case: Case) -> None:
    try:
        verdict = hunt(case)
    except BuildError:
        assume(False)
    assert not verdict.unsound, case


def test_dead_columns_of_random_pipelines_are_found() -> None:
    figures = Figures()
    for seed in range(1, 5):
        case = pipeline(seed)
        figures.add(judge_case(case, execute(case), AGAIN))
    assert not figures.unsound
    assert figures.found >= FOUND, str(figures)
    assert figures.found_keys >= FOUND_KEYS, str(figures)


def test_a_seed_gives_the_same_pipeline() -> None:
    assert pipeline(7) == pipeline(7)
