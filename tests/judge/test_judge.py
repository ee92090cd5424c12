"""The judge itself: it changes what it says it changes, sees what depends on it, and catches a false verdict."""

from __future__ import annotations

import pytest

from tests.judge.cases import Case, prepare
from tests.judge.run import execute, judge_closely
from tests.judge.truth import Subject, Truth
from tests.judge.verdicts import Said, expected, judge
from trackplan.proof.bench import BuildError
from trackplan.proof.perturb import MORE_WAYS, perturb
from trackplan.proof.shapes import Shape, of_json, seen
from trackplan.proof.values import Pool

CASE = Case(
    "one",
    "create table t(id int, a int, b int, s struct(x int, y int), j json)",
    {"q": "select a, s.x from m where b > 2", "r": "select j ->> 'k' as k from t order by id limit 20"},
    {"m": "select id, a, b, s from t"},
)
A, B, X = Subject("t", "a"), Subject("t", "b"), Subject("t", "s", ("x",))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return execute(CASE)


@pytest.mark.parametrize("way", MORE_WAYS)
def test_a_perturbation_leaves_siblings_alone(way: str) -> None:
    shape = Shape("struct", (("x", Shape("integer")), ("y", Shape("integer"))))
    before = [{"x": n % 3, "y": n} for n in range(20)]
    after = perturb(before, shape, ("x",), way, Pool(), "seed")
    assert [row["y"] for row in after] == list(range(20))
    assert [row["x"] for row in after] != [row["x"] for row in before]
    assert before[4] == {"x": 1, "y": 4}


def test_a_path_reaches_into_lists_and_missing_keys() -> None:
    shape = of_json({"items": [{"sku": "text", "n": "integer"}]})
    before = [{"items": [{"sku": "a", "n": 1}, {"n": 2}]}, {}, None]
    after = perturb(before, shape, ("items", "sku"), "shift", Pool(), "seed")
    assert after[0]["items"][0] == {"sku": "a~", "n": 1}
    assert after[1:] == [{}, None]
    assert shape.paths() == [("items",), ("items", "sku"), ("items", "n")]


def test_the_shape_of_json_is_what_its_values_show() -> None:
    shape = seen([{"a": 1}, {"b": [{"c": "x"}]}, None])
    assert shape.paths() == [("a",), ("b",), ("b", "c")]
    assert shape.at(("a",)).kind == "integer"


def test_execution_shows_who_depends_on_what(truth: Truth) -> None:
    assert truth.changed[A] == {"q"}
    assert truth.changed[B] == {"q"}
    assert truth.changed[X] == {"q"}
    assert truth.changed[Subject("t", "s", ("y",))] == set()
    assert truth.changed[Subject("t", "j", ("k",))] == {"r"}
    assert truth.changed[Subject("t", "j", ("n",))] == set()
    assert truth.changed[Subject("t", "id")] == {"r"}
    assert not truth.empty


def test_a_closer_look_shows_what_chance_hides() -> None:
    case = Case(
        "close",
        "create table t(id int, a int, b varchar)",
        {"q": "select a from t where coalesce(md5(b), '') <> 'web'"},
    )
    found = execute(case)
    assert found.changed[Subject("t", "b")] == set()
    verdict = judge_closely(case, found)
    assert found.changed[Subject("t", "b")] == {"q"}
    assert not verdict.noise
    assert not verdict.unsound


def _said(truth: Truth, **changed: Said) -> dict[str, Said]:
    right = {
        ".".join((s.table, s.column, *s.path)): Said(bool(names), frozenset(f"query.{name}" for name in names))
        for s, names in truth.changed.items()
    }
    return right | {f"t.{name}": said for name, said in changed.items()}


def test_a_right_inventory_passes(truth: Truth) -> None:
    verdict = judge("one", truth, _said(truth))
    assert not verdict.unsound
    assert not verdict.noise
    assert verdict.dead == verdict.dead_said == 0
    assert verdict.dead_keys == verdict.dead_keys_said == 2


def test_a_false_unused_is_caught(truth: Truth) -> None:
    verdict = judge("one", truth, _said(truth, a=Said(False, frozenset())))
    assert verdict.unsound == ["t.a: said unused, changes q"]


def test_a_consumer_that_is_not_listed_is_caught(truth: Truth) -> None:
    verdict = judge("one", truth, _said(truth, a=Said(True, frozenset({"query.r"}))))
    assert verdict.unsound == ["t.a: used, but q is not listed"]


def test_a_missing_row_is_caught(truth: Truth) -> None:
    said = _said(truth)
    del said["t.a"]
    assert judge("one", truth, said).unsound == ["t.a: not in the inventory"]


def test_unknown_is_never_unsound(truth: Truth) -> None:
    verdict = judge("one", truth, _said(truth, a=Said(None, frozenset())))
    assert not verdict.unsound
    assert verdict.unknown == ["t.a: unknown, changes q"]


def test_expectations_of_a_case_are_compared() -> None:
    case = Case("two", "", {}, used=("t.a",), unused=("t.b",), unknown=("t.c",))
    said = {"t.a": Said(False, frozenset()), "t.b": Said(False, frozenset())}
    assert expected(case, said) == [
        "t.a: expected used=True, got False",
        "t.c: expected used=None, got no row",
    ]


def test_a_query_that_differs_from_run_to_run_is_refused() -> None:
    case = Case("three", "create table t(id int)", {"q": "select random() as r from t"})
    with pytest.raises(BuildError, match="differs from run to run"):
        prepare(case, 1)


def test_a_query_that_fails_is_refused() -> None:
    with pytest.raises(BuildError, match="nothing"):
        prepare(Case("four", "create table t(id int)", {"q": "select nothing from t"}), 1)
