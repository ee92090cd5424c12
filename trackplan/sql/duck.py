"""SQL and types of any dialect → those that DuckDB understands, to run a pipeline on made-up data."""

from __future__ import annotations

import re

from sqlglot import exp, parse
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


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def words(text: str) -> frozenset[str]:
    """Every name and keyword of a statement, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall(text))


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
    """A statement in DuckDB's SQL, names with one schema at most. Raises `ValueError` where it cannot be said."""
    try:
        found = [tree for tree in parse(text, read=dialect or None) if tree is not None]
        if len(found) != 1:
            raise ValueError("it has several statements")
        deep = [table for table in found[0].find_all(exp.Table) if table.args.get("catalog")]
        for table in deep:
            table.set("db", exp.to_identifier(f"{table.catalog}__{table.db}", quoted=True))
            table.set("catalog", None)
        if dialect == "duckdb" and not deep:
            return text
        return str(found[0].sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE))
    except SqlglotError as error:
        if dialect == "duckdb":  # which may know what the parser does not
            return text
        raise ValueError("it cannot be said in DuckDB's SQL") from error
    except ValueError:
        raise
    except Exception as error:  # the text is a stranger's, and the generator fails in more ways than it documents
        raise ValueError("it cannot be said in DuckDB's SQL") from error
