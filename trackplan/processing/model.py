"""A page of accountability as plain data: a table with a heading, and what is to be said above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEW = 3
GAP = "GAP: "
"""With what a cell begins that cannot be filled: nobody said it, and it is never made up."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A title, sentences, and a table whose last column lists the gaps of its row."""

    title: str
    said: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def gaps(self) -> int:
        """How many gaps there are."""
        return sum(len(row[-1].split("\n")) for row in self.rows if row[-1])


def row(cells: list[str]) -> tuple[str, ...]:
    """A row: its cells, and the gaps among them in one more, a line for each."""
    gaps = [line.removeprefix(GAP) for cell in cells for line in cell.split("\n") if line.startswith(GAP)]
    return (*cells, "\n".join(gaps))


def said_or(value: str, gap: str) -> str:
    """What is said, else the gap."""
    return value or GAP + gap


def few(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - _FEW
    return ", ".join(names[:_FEW]) + (f" and {more} more" if more > 0 else "")
