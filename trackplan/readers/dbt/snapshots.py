"""Snapshots of dbt: the SQL that they amount to, with the columns that dbt adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS = ("unique_key", "updated_at", "check_cols")
"""The settings that name the columns by which dbt sees that a row has changed."""

_ADDED = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
_SETTING = re.compile(rf"""\b(?:{"|".join(KEYS)})\s*=\s*(\[[^\[\]]*\]|'[^']*'|"[^"]*")""")
_NAME = re.compile(r"""['"]([A-Za-z_]\w*)['"]""", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def keys(config: str) -> list[str]:
    """The columns that the settings in a snapshot's `config(…)` name."""
    return [name for setting in _SETTING.findall(config) for name in _NAME.findall(setting)]


def statement(query: str, by: Iterable[str]) -> str:
    """`query` with the columns that dbt adds in front; their values come from the columns `by`.

    The query begins on the first line, and its line breaks stay.
    """
    names = list(dict.fromkeys(k for k in by if _PLAIN.fullmatch(k) and k != "all"))
    value = f"coalesce({', '.join(names)})" if len(names) > 1 else "".join(names) or "NULL"
    added = ", ".join(f"{value} AS {name}" for name in _ADDED)
    return f"SELECT {added}, * FROM ({query}\n) AS snapshot_rows"  # noqa: S608 - never run
