"""What a file of SQL reads and makes, by its words alone: more than it does, never less."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import duckdb

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|\"(?:[^\"]|\"\")+\"")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_NAME = r"((?:[\w$]+|\"[^\"]+\")(?:\s*\.\s*(?:[\w$]+|\"[^\"]+\"))*)"
_MADE = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:(temp|temporary)\s+)?(table|view|macro|function)\s+(?:if\s+not\s+exists\s+)?"
    + _NAME,
    re.I,
)
_CHANGED = re.compile(r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|rename\s+to)\s+" + _NAME, re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """A model: `statements` to run in order, the words in them, and the names it makes (`made`: with their kind)."""

    name: str
    statements: tuple[str, ...]
    words: frozenset[str]
    writes: frozenset[str]
    made: tuple[tuple[str, str], ...] = ()
    bare: bool = False


def unit(name: str, sql: str) -> Unit:
    """Give the unit of a model's file; a bare query builds the table `name` (which may name its schema)."""
    statements = [statement for statement in duckdb.extract_statements(sql) if statement.query.strip(" \n;")]
    words = words_of(sql)
    if is_query(sql):
        text = statements[0].query.strip().rstrip(";")
        quoted = ".".join(f'"{part}"' for part in name.split("."))
        return Unit(name, (f"CREATE OR REPLACE TABLE {quoted} AS {text}",), words, frozenset([_last(name)]), bare=True)
    bare = _COMMENT.sub(" ", sql)
    made = tuple((match[2].lower(), match[3]) for match in _MADE.finditer(bare))
    names = [made_name for _, made_name in made] + _CHANGED.findall(bare)
    return Unit(name, tuple(s.query for s in statements), words, frozenset(map(_last, names)), made)


def is_query(sql: str) -> bool:
    """Tell whether `sql` is one statement that gives rows (PIVOT included)."""
    statements = [s for s in duckdb.extract_statements(sql) if s.query.strip(" \n;")]
    first = _WORD.search(_COMMENT.sub(" ", sql))
    kinds = (duckdb.StatementType.SELECT, duckdb.StatementType.MULTI)
    starts = {"select", "with", "from", "pivot", "unpivot", "values", "table", "pivot_wider", "pivot_longer"}
    return len(statements) == 1 and statements[0].type in kinds and bool(first and first[0].lower() in starts)


def words_of(sql: str) -> frozenset[str]:
    """Give every identifier and keyword in `sql` in lower case, without quotes."""
    return frozenset(word.strip('"').lower() for word in _WORD.findall(sql))


def is_ordered(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    """Tell whether the query's own top level has ORDER BY, so that the order of its rows counts."""
    row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree: Any = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:  # PIVOT cannot be serialized
        return bool(re.search(r"\border\s+by\b[^()]*$", _COMMENT.sub(" ", query), re.I))
    return any(m["type"] == "ORDER_MODIFIER" for m in tree["statements"][0]["node"]["modifiers"])


def _last(name: str) -> str:
    return str(_WORD.findall(name)[-1]).strip('"').lower()
