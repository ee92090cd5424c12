"""What queries read: tables and their columns, as SQLite tells when it prepares a query."""

from __future__ import annotations

from collections.abc import Callable

FILLING = "filling "
"""What stands before the name of a table, for what was read to fill it when somebody asked for it."""

Cell = tuple[str, str]
"""A table and a column of it; `*` stands for all of them."""

Authorizer = Callable[..., int]

# Views that show the columns of their tables as they are: who reads one of them reads that one of the tables.
_SHOWN = {"column": ("stored_column", "built_column"), "reach": ("stored_reach", "built_reach")}


def noting(read: set[Cell], authorize: Authorizer) -> Authorizer:
    """Let `authorize` note the cells that a query reads."""
    from sqlite3 import SQLITE_READ

    def note(action: int, first: str | None, second: str | None, base: str | None, inside: str | None) -> int:
        if action == SQLITE_READ and inside not in _SHOWN:
            read.update((table, second or "") for table in _SHOWN.get(first or "", (first or "",)))
        return int(authorize(action, first, second, base, inside))

    return note
