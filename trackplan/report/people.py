"""The inventory → data on people by category: how much there is, where it goes, and how much of it is used."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan.report.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trackplan.report.model import Subject


def categories(inventory: Iterable[Subject], classes: Mapping[str, str]) -> tuple[Category, ...]:
    """Each category of data on people, special ones first, then the largest; `classes` are those of consumers by id."""
    groups: dict[tuple[str, str], list[Subject]] = {}
    for subject in inventory:
        if subject.personal:
            groups.setdefault((subject.category, subject.sensitivity), []).append(subject)
    found = [_category(*key, members, classes) for key, members in groups.items()]
    return tuple(sorted(found, key=lambda each: (each.sensitivity != "special", -each.fields, each.category)))


def _category(category: str, sensitivity: str, members: list[Subject], classes: Mapping[str, str]) -> Category:
    sent: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for subject in members:
        sent.update(subject.destinations)
        seen.update({classes[consumer] for consumer in subject.consumers if consumer in classes})
    return Category(
        category,
        sensitivity,
        len(members),
        sum(subject.used is True for subject in members),
        sum(subject.status == "waste" for subject in members),
        dict(sorted(sent.items())),
        dict(sorted(seen.items())),
    )
