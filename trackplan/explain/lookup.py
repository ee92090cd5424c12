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
        if not self._places:
            for key, path, line, column in self.base.fetch(_PLACES):
                numbers = [n for n in (line, column) if isinstance(n, int)]
                self._places[key] = str(Place(str(path), *numbers))
        spot = self._places.get(place)
        return f"{before}[{spot}]" if spot else ""


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
