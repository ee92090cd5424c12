"""The words by which people mean rules: an id, the beginning of ids, or a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trackplan.rules.base import Rule

_T = TypeVar("_T")


def means(word: str, rule: Rule) -> bool:
    """Whether `word` names the rule, alone or among others."""
    return names(word, rule) or (bool(word) and rule.id.startswith(word.upper()))


def names(word: str, rule: Rule) -> bool:
    """Whether `word` names the rule and no other."""
    return word.upper() == rule.id or word.lower() == rule.name


def any_means(words: Iterable[str], rule: Rule) -> bool:
    """Whether one of the words names the rule, alone or among others."""
    return any(means(word, rule) for word in words)


def closest(rule: Rule, settings: Mapping[str, _T]) -> _T | None:
    """What the settings say of a rule: under its id or name, else under the longest beginning of its id."""
    fitting = [word for word in settings if means(word, rule)]
    return settings[max(fitting, key=lambda word: (names(word, rule), len(word)))] if fitting else None
