"""Whether there is a value: what `x IS NULL` and `count(x)` ask, and nothing of what is in it."""

from __future__ import annotations

from sqlglot import exp

from trackplan.sql.json_ways import ways_of

WHOLLY_NULL = frozenset({"bigquery", "databricks", "duckdb", "snowflake", "spark"})
"""Dialects in which a struct, or a row as a value, may be NULL or not whatever its members are."""

_KEEPING = (exp.Paren, exp.Cast, exp.JSONFormat, exp.JSONKeys, exp.MapKeys)
_NAMES = frozenset({"cardinality", "json", "json_structure", "map_entries", "map_values", "to_json"})


def as_null(node: exp.Expr) -> exp.Expr:
    """What in `node` is NULL wherever it is itself: functions that are NULL for NULL alone are passed over."""
    while True:
        if (
            isinstance(node, _KEEPING)
            and not isinstance(node, exp.TryCast)
            and not any(node.args.get(name) for name in ("expression", "format", "default"))
        ):
            below = node.this
        elif isinstance(node, exp.Anonymous) and node.name.lower() in _NAMES and len(node.expressions) == 1:
            below = node.expressions[0]
        else:
            several = ways_of(node)
            below = several.value if several is not None and (several.named or len(several.ways) > 1) else None
        if not isinstance(below, exp.Expr):
            return node
        node = below
