"""Rows of the fact base as plain values: texts, numbers, and lists by subject."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase, Value

Key = tuple[str, int]
"""A subject: its kind, and its key in the table of that kind."""


def text(value: Value) -> str:
    """A text of the base, '' for nothing."""
    return "" if value is None else str(value)


def number(value: object) -> int:
    """A key or number of the base, which declares them as integers; 0 for nothing."""
    return value if isinstance(value, int) else 0


def lists(base: FactBase, sql: str) -> dict[Key, tuple[str, ...]]:
    """Rows of kind, key and text → the texts of each subject, sorted; equal lists are one object."""
    found: dict[Key, set[str]] = {}
    for kind, key, value in base.fetch(sql):
        found.setdefault((text(kind), number(key)), set()).add(text(value))
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    return {key: known.setdefault(each := tuple(sorted(values)), each) for key, values in found.items()}


def listed(base: FactBase, sql: str) -> defaultdict[int, list[str]]:
    """Rows of key and text → the texts of each key, as they come."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for key, value in base.fetch(sql):
        found[number(key)].append(str(value))
    return found


def grouped(base: FactBase, sql: str) -> dict[int, list[tuple[Value, ...]]]:
    """Rows by the key in their first column, without it."""
    found: dict[int, list[tuple[Value, ...]]] = {}
    for key, *rest in base.fetch(sql):
        found.setdefault(number(key), []).append(tuple(rest))
    return found


def texts(base: FactBase, sql: str) -> Iterator[tuple[str, ...]]:
    """Rows as texts."""
    for row in base.fetch(sql):
        yield tuple(map(text, row))
