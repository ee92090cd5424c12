"""Tables of what to do with the nodes of a tree, looked up by class instead of asked one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

Rule = tuple[type[Any] | tuple[type[Any], ...], Any]

COLUMN = "column"
"""A column reference."""
LIST = "list"
"""A list of nodes."""
NOTHING = "nothing"
"""What holds no references: texts, numbers, types."""
CONSTANTS: Rule = ((exp.Literal, exp.Null, exp.Boolean, exp.DataType, exp.Placeholder, exp.Var), NOTHING)
"""The nodes that hold none."""


class Kinds(dict[type[Any], Any]):
    """What to do with a node, by its class: the first of `rules` that fits; None for whatever just has parts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        super().__init__()
        self._rules = tuple(rules)

    def __missing__(self, node: type[Any]) -> Any:
        kind: Any = LIST if issubclass(node, list) else NOTHING
        if issubclass(node, exp.Expr):
            kind = next((kind for classes, kind in self._rules if issubclass(node, classes)), None)
        self[node] = kind
        return kind
