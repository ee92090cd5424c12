"""Values that may be one of several structs: whether these call their members the same."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trackplan.sql.nodes import children
from trackplan.sql.paths import member
from trackplan.sql.values import joined

EITHER = (exp.Coalesce, exp.Array, exp.ArrayConcat, exp.If, exp.Case)
"""What gives one of its parts, or a list of them."""


def are_alike(node: exp.Expr) -> bool:
    """Whether the structs that a value may be call members that stand at the same places the same."""
    found = set(_structs(node, ()))
    return len({place for place, _ in found}) == len(found)


def _structs(node: exp.Expr, place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
    """The members' names, in their order, of the structs that a value may be, and of those in them, by their place."""
    row = node.this if isinstance(node, exp.Subquery) else node
    if isinstance(row, exp.Struct) or (isinstance(row, exp.Select) and row.args.get("kind") == "STRUCT"):
        yield place, tuple((member(item)[0] or "").lower() for item in row.expressions)
        for number, item in enumerate(row.expressions):
            yield from _structs(member(item)[2], (*place, number))
    elif isinstance(node, (exp.Paren, *EITHER)):
        decides = isinstance(node, (exp.If, exp.Case))
        for name, child in children(node):
            if not (decides and name == "this"):
                yield from _structs(child, place)


def ways_in(kind: exp.Expr, above: str) -> Iterator[str]:
    """The ways to the members of a type of structs, or of lists of them, in their order."""
    for each in kind.expressions if isinstance(kind, exp.DataType) else ():
        if isinstance(each, exp.ColumnDef):
            way = joined(above, each.name)
            yield from [*ways_in(each.args.get("kind") or each, way)] or [way]
        else:
            yield from ways_in(each, above)
