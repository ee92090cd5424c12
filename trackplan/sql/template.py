"""Names as templates give them to SQL: in quotes only if they must be."""

from __future__ import annotations

import re

from trackplan import names

COLUMNS = "template_columns"
"""Called with a star, stands for a column that nobody knows, or for many: any of the sources, and of those around."""

UNNAMED = "template_name"
"""Stands for the name of one column that nobody knows before the template runs in earnest."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = re.compile(
    "(?i:all|analyze|and|any|array|as|asc|between|by|case|cast|check|column|constraint|create|cross|current|date|default|"
    "delete|desc|describe|distinct|drop|else|end|escape|except|exists|false|fetch|filter|following|for|foreign|from|full|"
    "function|grant|group|having|if|ilike|in|inner|insert|intersect|interval|into|is|join|key|lateral|left|like|limit|"
    "merge|natural|not|null|offset|on|or|order|outer|over|partition|pivot|primary|qualify|range|references|replace|right|"
    "row|rows|select|set|show|some|table|then|time|timestamp|to|true|truncate|union|unique|unnest|unpivot|update|user|"
    "using|values|view|when|where|window|with)"
)
_BACKTICKS = frozenset(
    {"bigquery", "mysql", "spark", "spark2", "databricks", "hive", "clickhouse", "doris", "starrocks"}
)


def identifier(name: str, dialect: str) -> str:
    """An unquoted name of the template as it is written in SQL: quoted only if it must be, folded before that."""
    if _PLAIN.fullmatch(name) and not _RESERVED.fullmatch(name):
        return name
    return quoted(names.fold(name, False, dialect), dialect)


def quoted(name: str, dialect: str) -> str:
    """A name in the quotes of the dialect."""
    if dialect in _BACKTICKS:
        return "`" + name.replace("`", "") + "`"
    if dialect in ("tsql", "fabric"):
        return "[" + name.replace("]", "") + "]"
    return '"' + name.replace('"', '""') + '"'
