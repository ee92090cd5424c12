"""Functions that run a lambda over the elements of a list: which list, and what they make of its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from trackplan.sql.leaves import Bound
from trackplan.sql.records import Reference

ON_EACH = frozenset(
    "all_match any_match apply array_all array_any array_apply array_includes array_transform forall "  # noqa: SIM905
    "list_all list_any list_apply list_transform none_match transform".split()
)
"""Functions of a list and a lambda, besides those that have a class of their own."""


class Call:
    """A function of a `list` and a lambda with its `body`; it `keeps` elements of the list, or makes others of them.

    `names` are those of the lambda's parameters, the element's first; `others` what else it is given.
    """

    __slots__ = ("body", "keeps", "list", "names", "others")

    def __init__(self, items: exp.Expr, body: exp.Expr, names: Sequence[str], *, keeps: bool = False) -> None:
        self.list, self.body, self.names, self.keeps = items, body, [n.lower() for n in names], keeps
        self.others: list[exp.Expr] = []

    @classmethod
    def of(cls, node: exp.Expr, dialect: str) -> Call | None:
        """What `node` runs over which list; None where that is not known."""
        if isinstance(node, exp.Comprehension):
            return cls._comprehension(node)
        arguments = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.args.get("expression")]
        if dialect == "clickhouse" and len(node.args) > 2 and any(node.args.get("expressions") or ()):
            return None
        if len(arguments) != 2 or not isinstance(arguments[1], exp.Lambda) or isinstance(arguments[0], exp.Lambda):
            return None
        names = [e.name for e in arguments[1].expressions]
        return cls(arguments[0], arguments[1].this, names, keeps=isinstance(node, exp.ArrayFilter))

    @classmethod
    def _comprehension(cls, node: exp.Comprehension) -> Call | None:
        name, items = node.args.get("expression"), node.args.get("iterator")
        if not isinstance(name, exp.Identifier) or not isinstance(items, exp.Expr):
            return None
        position, condition = node.args.get("position"), node.args.get("condition")
        more = [position.name] if isinstance(position, exp.Expr) else []
        call = cls(items, node.this, [name.name, *more])
        call.others = [condition] if isinstance(condition, exp.Expr) else []
        return call

    def bind(self, bound: Bound, elements: list[Reference]) -> Mapping[str, Sequence[Reference]]:
        """The parameters of the lambda, with those around it."""
        return {**bound, **dict.fromkeys(self.names[1:], ()), **dict.fromkeys(self.names[:1], elements)}
