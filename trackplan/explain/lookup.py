"""Looks into the fact base for explanations: rows with names, places as text, lists of ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.facts.base import FactBase

    Cell = str | int | float | None

_PLACES = """
SELECT p.key, f.path, p.line, p."column" FROM place p JOIN file f ON f.key = p.file
"""
_LISTED = 5


@dataclass(slots=True)
class Lookup:
    """The fact base with its places at hand."""

    base: FactBase
    _places: dict[object, str] = field(default_factory=dict)

    def rows(self, sql: str, key: int) -> list[tuple[Cell, ...]]:
        """The rows of one of our queries about the subject `:key`; our tables hold no bytes."""
        return cast("list[tuple[Cell, ...]]", list(self.base.fetch(sql, {"key": key})))

    def ids(self, sql: str, key: int) -> list[str]:
        """The first column of the rows, as text."""
        return [str(row[0]) for row in self.rows(sql, key)]

    def at(self, place: object, before: str = "  ") -> str:
        """Where `place` is, as `  file:line:column`; '' if that is not known."""
        if place is not None and place not in self._places:  # tables that are filled late bring places of their own
            for key, path, line, column in self.base.fetch(_PLACES):
                numbers = [n for n in (line, column) if isinstance(n, int)]
                self._places[key] = str(Place(str(path), *numbers))
        spot = self._places.get(place)
        return f"{before}[{spot}]" if spot else ""


_CALLED = {
    "person": ("query", "queries"),
    "dashboard": ("dashboard", "dashboards"),
    "export": ("export", "exports"),
    "ml": ("machine that learns", "machines that learn"),
    "test": ("test", "tests"),
    "build": ("build", "builds"),
    "model": ("leaf model", "leaf models"),
}


def by_class(consumers: Iterable[tuple[Cell, ...]]) -> str:
    """`used by 3: 2 dashboards, 1 export; read by 4 tests`, of class, whether it counts, and number; '' for none."""
    parts: dict[bool, list[tuple[int, str]]] = {True: [], False: []}
    for group, counts, many in consumers:
        if isinstance(many, int):
            parts[bool(counts)].append((many, f"{many:,} {_CALLED[str(group)][many != 1]}"))
    used, read = (sorted(part, key=lambda p: (-p[0], p[1])) for part in (parts[True], parts[False]))
    total = f"{sum(many for many, _ in used):,}: " if len(used) > 1 else ""
    clauses = [f"used by {total}{', '.join(words for _, words in used)}"] if used else []
    clauses += [f"read by {', '.join(words for _, words in read)}"] if read else []
    return "; ".join(clauses)


_LEFT = {
    "counted": "counted only",
    "equality": "equality only",
    "range": "compared only",
    "joined": "matched only",
    "path": "without its query",
    "extreme": "smallest or largest",
    **dict.fromkeys(("mixed", "packed", "ordered"), ""),
}


def left(transform: object) -> str:
    """What a use leaves of a value, in words: `counted only`, `truncated to month`; '' for all of it."""
    return _LEFT.get(str(transform), str(transform))


def listing(ids: Iterable[str], most: int = _LISTED) -> str:
    """`a, b, c and 4 more`."""
    words = list(ids)
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def number(count: int, noun: str) -> str:
    """`1 model`, `3 models`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def use_word(used: object) -> str:
    """The three answers to "is it used?" in words."""
    return "nobody can say whether it is used" if used is None else "used" if used else "not used"


def joined(words: object) -> str:
    """The result of `group_concat` in alphabetical order, as SQLite promises none."""
    return ", ".join(sorted(str(words).split(",")))
