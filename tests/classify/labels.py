"""The labelled names, and how well the dictionary does on them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan.classify import classify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.classify import Dictionary

FILE = Path(__file__).with_name("labelled.csv")
PARTS = ("held-out", "tuning")
ENOUGH = 10  # names of a category, below which its figures say nothing


@dataclass(frozen=True, slots=True)
class Label:
    """A name with what it lies in, and the category that a person gives it; '' for none."""

    name: str
    within: str
    type: str
    description: str
    category: str
    part: str
    why: str

    def found(self, dictionary: Dictionary | None = None) -> str:
        """The category that the dictionary gives."""
        path = tuple(self.within.split(".")) if self.within else ()
        result = classify(self.name, path, self.type, self.description, dictionary=dictionary)
        return result.category if result else ""

    def __str__(self) -> str:
        said = f"{self.within}/{self.name}" if self.within else self.name
        said += f" {self.type}" if self.type else ""
        return f'{said} "{self.description}"' if self.description else said


@dataclass(frozen=True, slots=True)
class Score:
    """How often a category was given, how often rightly, and how often it should have been."""

    category: str
    right: int
    given: int
    labelled: int

    @property
    def precision(self) -> float:
        """The share of what was given that is right; 1 where nothing was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """The share of what is labelled that was given; 1 where nothing is labelled."""
        return self.right / self.labelled if self.labelled else 1.0


def labels(part: str = "") -> list[Label]:
    """All labels, or those of one part."""
    with FILE.open(encoding="utf-8", newline="") as file:
        found = [Label(**row) for row in csv.DictReader(file)]
    return [label for label in found if part in ("", label.part)]


def scores(pairs: Iterable[tuple[str, str]]) -> list[Score]:
    """One score for each category, from pairs of label and answer; the last one is of all names together."""
    known = list(pairs)
    categories = sorted({category for pair in known for category in pair} - {""})
    found = [
        Score(
            category,
            sum(1 for label, answer in known if label == answer == category),
            sum(1 for _, answer in known if answer == category),
            sum(1 for label, _ in known if label == category),
        )
        for category in categories
    ]
    return [*found, Score("all", *(sum(getattr(s, part) for s in found) for part in ("right", "given", "labelled")))]
