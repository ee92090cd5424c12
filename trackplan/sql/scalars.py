"""`WITH expression AS name`, as ClickHouse has it: the name stands for the expression wherever the query writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.errors import NotFollowedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 20_000  # nodes


def is_scalar(cte: exp.Expr) -> bool:
    """Whether an entry of WITH names a value and no table."""
    return bool(cte.args.get("scalar"))


def put_in(node: exp.Expr, entries: Sequence[exp.Expr]) -> None:
    """Write the values among the `entries` of a query's WITH in place of their names. Raises `NotFollowedError`."""
    written = 0
    for cte in filter(is_scalar, entries):
        name, value = cte.alias, cte.this
        found = [
            c
            for c in node.find_all(exp.Column)
            if c.name == name and not c.table and isinstance(c.this, exp.Identifier)
        ]
        written += len(found) * sum(1 for _ in value.walk())
        if written > _LARGEST:  # values made of values double each time
            raise NotFollowedError
        for column in found:
            column.replace(exp.Paren(this=value.copy()))
