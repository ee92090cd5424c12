"""A small base as if it held all plans of the large one that is attached to it, for rules that read nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

# By the column that tells which rows are not taken from the large base, since the small one has them, and what of it.
_TAKEN = {
    "event": ("key", "SELECT key FROM main.event"),
    "field": ("event", "SELECT key FROM main.event"),
    "event_tag": ("event", "SELECT key FROM main.event"),
    "event_destination": ("event", "SELECT key FROM main.event"),
    "place": ("key", "SELECT key FROM main.place"),
    "file": ("key", "SELECT key FROM main.file"),
}
TABLES = frozenset({*_TAKEN, "run", "plan", "json_each", "json_tree"})
"""All tables that are whole then."""


def widen(base: FactBase) -> None:
    """Let queries see all plans, until it is made `narrow` again."""
    for table, (column, ours) in _TAKEN.items():
        theirs = f"SELECT * FROM whole.{table} WHERE {column} NOT IN ({ours})"  # noqa: S608
        base.run(f"CREATE TEMP VIEW {table} AS {theirs} UNION ALL SELECT * FROM main.{table}")  # noqa: S608


def narrow(base: FactBase) -> None:
    """Let queries see what is in the small base alone."""
    for table in _TAKEN:
        base.run(f"DROP VIEW IF EXISTS temp.{table}")
