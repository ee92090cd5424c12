"""Snapshots of dbt: the SQL that they amount to, with the columns that dbt adds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

KEYS = ("unique_key", "updated_at", "check_cols", "hard_deletes", "snapshot_meta_column_names")
"""The settings that tell what a snapshot holds besides its query's rows, and when it holds another of these."""

_DECIDE = KEYS[:3]
_ADDED = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
_SNAPSHOT = re.compile(r"\{%[-+]?\s*snapshot\s+(\w+)")
_ENDSNAPSHOT = re.compile(r"endsnapshot\s*-?%\}")
_LETTER = re.compile(r"[^\r\n]")


def alone(text: str) -> Iterator[tuple[str, str]]:
    """The snapshots of a file: the name of each, and the file with all the others blanked. Takes linear time."""
    position = 0
    while (start := _SNAPSHOT.search(text, position)) and (end := _ENDSNAPSHOT.search(text, start.end())):
        yield start.group(1), _LETTER.sub(" ", text[: start.start()]) + text[start.start() : end.end()]
        position = end.end()


def frame(settings: Mapping[str, object]) -> tuple[str, str]:
    """What stands before and after a snapshot's query, so that it gives the columns that dbt adds, too.

    Their values come from the columns, or expressions, that the settings name; so it is decided which rows there are.
    Where none is named by which dbt sees that a row has changed, any other value makes another row.
    """
    by: list[str] = []
    for key in _DECIDE:
        said = settings.get(key)
        by.extend(v.strip() for v in (said if isinstance(said, list | tuple) else [said]) if isinstance(v, str))
    values = list(dict.fromkeys(v for v in by if v and v != "all" and "{{" not in v))
    value = f"coalesce({', '.join(values)})" if len(values) > 1 else "".join(values) or "NULL"
    renamed = settings.get("snapshot_meta_column_names")
    names = renamed if isinstance(renamed, Mapping) else {}
    added = [*_ADDED, *(["dbt_is_deleted"] if settings.get("hard_deletes") == "new_record" else [])]
    columns = ", ".join(f"{value} AS {names.get(name, name)}" for name in added)
    is_named = any(settings.get(key) for key in _DECIDE[1:]) and len(values) == len(set(by))
    before, after = f"SELECT {columns}, * FROM (", "\n) AS snapshot_rows"  # noqa: S608 - never run
    if not is_named:
        before, after = f"{before}SELECT DISTINCT * FROM (", f"\n) AS snapshot_query{after[1:]}"  # noqa: S608 - never run
    return before, f"{after} WHERE {value} IS NOT NULL" if values else after


def statement(query: str, settings: Mapping[str, object]) -> str:
    """The SQL of a snapshot of `query`."""
    before, after = frame(settings)
    return before + query + after
