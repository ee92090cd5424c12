"""SQL and types of any dialect → those that DuckDB understands, to run a pipeline on made-up data."""

from __future__ import annotations

import re

from sqlglot import exp, transpile
from sqlglot.errors import ErrorLevel, SqlglotError

_KEPT = {
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "DOUBLE": "DOUBLE",
    "FLOAT": "DOUBLE",
    "REAL": "DOUBLE",
    "DECIMAL": "DECIMAL(18, 3)",
    "NUMERIC": "DECIMAL(18, 3)",
    "JSON": "JSON",
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "SUPER": "JSON",
    "TIMESTAMPTZ": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMP",
}
_BASE = re.compile(r"[A-Z]+")


def duckdb_type(text: str, dialect: str) -> str:
    """A column's type, wide enough for what is made up; text where it is not known."""
    try:
        kind = exp.DataType.build(text or "VARCHAR", dialect=dialect or None)
        said = kind.sql(dialect="duckdb").upper()
    except Exception:  # a stranger's type, which the parser fails at in more ways than it documents
        return "VARCHAR"
    if said.startswith(("STRUCT", "MAP")) or said.endswith("]"):
        return said
    found = _BASE.match(said)
    base = found.group() if found else ""
    if base.endswith("INT") or base == "INTEGER":
        return "BIGINT"
    return _KEPT.get(base, "VARCHAR")


def duckdb_query(text: str, dialect: str) -> str:
    """A statement as DuckDB writes it. Raises `ValueError` with the reason where it cannot be said."""
    if dialect == "duckdb":
        return text
    try:
        found = transpile(text, read=dialect or None, write="duckdb", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise ValueError("it cannot be said in DuckDB's SQL") from error
    except Exception as error:  # the text is a stranger's, and the generator fails in more ways than it documents
        raise ValueError("it cannot be said in DuckDB's SQL") from error
    if len(found) != 1:
        raise ValueError("it has several statements")
    return found[0]
