"""Calls that are told by a text what they read: the name of a column or of a table, or a query."""

from __future__ import annotations

import re

from sqlglot import exp

_BY_TEXT = re.compile(
    r"identifier|(?:query|table|cursor|schema|database)_to_xml\w*|query_to_xmlschema|ts_stat|system\$(?:query_)?reference",
    re.IGNORECASE,
)
# What asks about a table or a sequence, and reads no column of it.
_ABOUT = re.compile(r"pg_\w+|has_\w+|to_reg\w+|nextval|currval|setval|\w+_description|format", re.IGNORECASE)
_CALL = re.compile(r"""call\b[^('"]*\(.*?(?:['"][^'"]*[^\W\d]|\btable\s*\()""", re.IGNORECASE | re.DOTALL)
# Procedures of the database itself that look after tables and give none of their rows.
_TENDS = re.compile(r"call\s+(?:[\w`]+\.)*(?:bq|sys|system)\s*\.", re.IGNORECASE)


def reads_by_text(node: exp.Expr) -> bool:
    """Whether the call of a function may read what a text in it names."""
    if _BY_TEXT.fullmatch(node.name):
        return True
    return not _ABOUT.fullmatch(node.name) and any(map(_is_of_a_table, node.expressions))


def calls_by_text(statement: str) -> bool:
    """Whether a statement, from its first word on, calls a procedure that may read what a text in it names."""
    return bool(_CALL.match(statement)) and not _TENDS.match(statement)


def _is_of_a_table(node: exp.Expr) -> bool:
    """Whether `node` is `'t'::regclass`."""
    to = node.args.get("to") if isinstance(node, (exp.Cast, exp.TryCast)) else None
    return isinstance(to, exp.Expr) and to.name.lower() == "regclass"
