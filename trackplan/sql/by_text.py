"""What a text decides that is read: the name of a column or of a table, or a query."""

from __future__ import annotations

import re

from sqlglot import exp

_BY_TEXT = re.compile(
    r"identifier|(?:query|table|cursor|schema|database)_to_xml\w*|query_to_xmlschema|ts_stat|system\$(?:query_)?reference",
    re.IGNORECASE,
)
# What asks about a table or a sequence, and reads no column of it, or asks another database.
_ABOUT = re.compile(
    r"external_query|pg_\w+|has_\w+|to_reg\w+|nextval|currval|setval|\w+_description|format", re.IGNORECASE
)
_FILTERS = frozenset({"additional_table_filters", "additional_result_filter"})
_QUERY = re.compile(r"\s*(?:select\b.*\bfrom\b|with\s+\w+[^()]*\bas\s*\()", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"""call\b[^('"]*\(.*?(?:['"][^'"]*[^\W\d]|\btable\s*\()""", re.IGNORECASE | re.DOTALL)
# Procedures of the database itself that look after tables and give none of their rows.
_TENDS = re.compile(r"call\s+(?:[\w`]+\.)*(?:bq|sys|system)\s*\.", re.IGNORECASE)


def reads_by_text(node: exp.Expr) -> bool:
    """Whether the call of a function may read what a text in it names."""
    if _BY_TEXT.fullmatch(node.name):
        return True
    return not _ABOUT.fullmatch(node.name) and any(map(_is_read, node.expressions))


def is_put_in(node: exp.Expr) -> bool:
    """Whether `${name}` stands where one names a column: before Spark reads a statement, any text takes its place."""
    around = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    return "expression" in node.args and isinstance(around, (exp.Select, exp.Group, exp.Ordered, exp.Window))


def filters_by_text(setting: exp.Expr) -> bool:
    """Whether a setting of ClickHouse has conditions in it: `SETTINGS additional_table_filters = {'t': 'a > 1'}`."""
    return setting.this.name.lower() in _FILTERS


def calls_by_text(statement: str) -> bool:
    """Whether a statement, from its first word on, calls a procedure that may read what a text in it names."""
    return bool(_CALL.match(statement)) and not _TENDS.match(statement)


def _is_read(node: exp.Expr) -> bool:
    """Whether `node` is a query as a text, or `'t'::regclass`."""
    if isinstance(node, exp.Literal):
        return node.is_string and _QUERY.match(node.this) is not None
    to = node.args.get("to") if isinstance(node, (exp.Cast, exp.TryCast)) else None
    return isinstance(to, exp.Expr) and to.name.lower() == "regclass"
