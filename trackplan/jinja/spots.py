"""Where a placeholder stands: whether names of columns, of members or of tables are made of it, or SQL."""

from __future__ import annotations

import re

from trackplan.jinja.scan import Token

# What is called so is made of parts by their names, or by texts that are SQL or names: nobody knows of which ones.
_BY_NAMES = frozenset(["{", "exclude", "map", "named_struct", "object_construct", "rename", "struct_pack"])
BY_TEXTS = frozenset(
    ["crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstabn", "dblink", "dblink_exec", "identifier", "openquery",
     "openrowset", "query", "query_table", "query_to_xml", "table"]
)  # fmt: skip
RUNS = frozenset(["execute", "immediate"])
CASTS = frozenset(["cast", "safe_cast", "try_cast"])
_SAYS_QUERY = re.compile(r"\bselect\b", re.IGNORECASE)
_PIVOTED = frozenset(["pivot", "unpivot"])
_NAMED = re.compile(r"\s*as\s+['\"`]?\w", re.IGNORECASE)


def is_read(token: Token, text: str, dialect: str) -> bool:
    """Whether what a string says counts: it is a query, the name of a table, or that of a column to be made."""
    named = not BY_TEXTS.isdisjoint(token.inside) or makes_names(token, text, dialect)
    return named or token.before in RUNS or _SAYS_QUERY.search(token.text) is not None


def makes_names(token: Token, text: str, dialect: str) -> bool:
    """Whether names of members or columns may be made of what stands there, and none is said."""
    if _NAMED.match(text, token.end):
        return not _BY_NAMES.isdisjoint(token.inside)
    if not (_BY_NAMES.isdisjoint(token.inside) and _PIVOTED.isdisjoint(token.inside)):
        return True
    return (
        dialect == "duckdb" and bool(token.inside) and _is_pivot(text[max(token.start - 400, 0) : token.start].lower())
    )


def _is_pivot(before: str) -> bool:
    """Whether DuckDB's `PIVOT t ON kind IN (` stands in front of a value."""
    head, found, _ = before.rpartition(";")[2].rpartition("(")
    clause = head[max(head.rfind("pivot"), 0) :]
    return bool(found) and clause.startswith("pivot") and " on " in clause and "select" not in clause
