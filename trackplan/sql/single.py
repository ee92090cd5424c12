"""Queries that give one row, whatever there is: `SELECT max(x), count(*) FROM t WHERE …` without GROUP BY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.sql.frame import Frame
    from trackplan.sql.records import Select

_AGGREGATES = (exp.Avg, exp.Count, exp.Max, exp.Min, exp.Sum)
_FEWER_OR_MORE = ("group", "having", "qualify", "limit", "offset", "connect", "match", "into")
# `max(a, b)` may be no aggregate; there may be no row where nothing is summed up.
_OTHERWISE = frozenset({"clickhouse", "sqlite"})


def gives_one_row(
    node: exp.Select, frame: Frame, select: Select, dialect: str, fold: Callable[[exp.Expr], str]
) -> bool:
    """Whether a query gives exactly one row on any data. What it sums up must be its own, not that of one around it."""
    items = [item.this if isinstance(item, exp.Alias) else item for item in node.expressions]
    if not items or dialect in _OTHERWISE or any(node.args.get(clause) for clause in _FEWER_OR_MORE):
        return False
    if not all(isinstance(item, _AGGREGATES) and not item.expressions for item in items):
        return False
    return select.parent < 0 or any(_is_own(item.this, frame, fold) for item in items)


def _is_own(argument: object, frame: Frame, fold: Callable[[exp.Expr], str]) -> bool:
    if isinstance(argument, exp.Star):
        return True
    table = argument.args.get("table") if isinstance(argument, exp.Column) and not argument.args.get("db") else None
    found = None if table is None else frame.called(fold(table))
    return found is not None and not found[0]
