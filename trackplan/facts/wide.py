"""A small base as if it held all plans of the large one that is attached to it, for rules that read nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.facts.base import FactBase

# By the column that tells which rows are not taken from the large base, since the small one has them, and what of it.
_TAKEN = {
    "event": ("key", "SELECT key FROM main.event"),
    "field": ("event", "SELECT key FROM main.event"),
    "field_tag": ("field", "SELECT key FROM whole.field WHERE event IN (SELECT key FROM main.event)"),
    "event_tag": ("event", "SELECT key FROM main.event"),
    "event_destination": ("event", "SELECT key FROM main.event"),
    "place": ("key", "SELECT key FROM main.place"),
    "file": ("key", "SELECT key FROM main.file"),
}
TABLES = frozenset({*_TAKEN, "run", "plan", "json_each", "json_tree"})
"""All tables that are whole then."""

ALL: dict[str, str] = {}
PATHS = {"field": "path IN listed_path"}
"""Of the large base only fields whose paths are in the table `listed_path`."""

NAMES = {"field": "key IN listed_field", "event": "key IN (SELECT event FROM whole.field WHERE key IN listed_field)"}
"""Of the large base only the fields in the table `listed_field`, and their events."""


@contextmanager
def widened(base: FactBase, only: dict[str, str]) -> Iterator[None]:
    """Let queries see all plans for a while, or of some tables `only` that of the large base; errors leave it so."""
    for table, (column, ours) in _TAKEN.items():
        theirs = f"SELECT * FROM whole.{table} WHERE {only.get(table, 'true')} AND {column} NOT IN ({ours})"  # noqa: S608
        base.run(f"CREATE TEMP VIEW {table} AS {theirs} UNION ALL SELECT * FROM main.{table}")  # noqa: S608
    yield
    for table in _TAKEN:
        base.run(f"DROP VIEW temp.{table}")
