"""What a stranger's query may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.errors import RuleError

if TYPE_CHECKING:
    import sqlite3

    from trackplan.facts.base import Row

LESS = "join on keys, give every recursion an end, and take only the rows that you need"
"""How a query takes less."""


class Limits(Struct, frozen=True):
    """What one query may take: seconds, rows, bytes of any one value, and characters of the whole result."""

    seconds: float = 10.0
    rows: int = 1_000_000
    bytes: int = 10_000_000
    characters: int = 200_000_000

    def rows_of(self, cursor: sqlite3.Cursor) -> list[Row]:
        """All rows of a query. Raises `RuleError` where there are too many, or too much is in them."""
        rows: list[Row] = []
        characters = 0
        for row in cursor:
            rows.append(row)
            characters += sum(len(value) for value in row if isinstance(value, str | bytes))
            if len(rows) > self.rows:
                raise RuleError(f"the query gives more than {self.rows:,} rows", "add a WHERE, or group the rows")
            if characters > self.characters:
                raise RuleError(
                    f"the query gives more than {self.characters:,} characters", "add a WHERE, or group the rows"
                )
        return rows
