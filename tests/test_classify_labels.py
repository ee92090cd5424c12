"""The dictionary against the labelled names: precision and recall stay above their floors."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.classify.labels import ENOUGH, PARTS, Score, labels, scores
from trackplan.classify import Dictionary

PRECISION, RECALL = 0.95, 0.9


def low(score: Score) -> bool:
    return score.precision < PRECISION or score.recall < RECALL


@pytest.mark.parametrize("part", ["", *PARTS])
def test_every_category_with_enough_names_stays_above_the_floors(part: str) -> None:
    table = scores((label.category, label.found()) for label in labels(part))
    assert [score for score in table if score.labelled >= ENOUGH and low(score)] == []
    assert not low(table[-1])


def test_there_are_many_labels_half_of_them_held_out_and_many_of_no_category() -> None:
    parts = Counter(label.part for label in labels())
    assert set(parts) == set(PARTS)
    assert parts["held-out"] >= 200
    assert len(labels()) >= 700
    assert sum(1 for label in labels() if not label.category) >= 250


def test_every_name_is_labelled_once() -> None:
    seen = Counter((label.name, label.within, label.type, label.description) for label in labels())
    assert [name for name, times in seen.items() if times > 1] == []


def test_every_label_is_a_category_of_the_dictionary() -> None:
    assert {label.category for label in labels()} - {""} <= set(Dictionary.load().categories)


def test_scores_of_known_answers() -> None:
    table = scores([("a", "a"), ("a", ""), ("", "a"), ("b", "b"), ("", "")])
    assert [(s.category, round(s.precision, 2), round(s.recall, 2)) for s in table] == [
        ("a", 0.5, 0.5),
        ("b", 1.0, 1.0),
        ("all", 0.67, 0.67),
    ]
