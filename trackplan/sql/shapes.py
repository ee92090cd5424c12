"""Values that keep a structure: structs, lists, what gives one of its parts, and what takes a part of another value."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.kinds import COLUMN, Kinds
from trackplan.sql.leaves import Bound, Leaves
from trackplan.sql.nodes import children
from trackplan.sql.paths import PARTS, SAME_STRUCTURE, Access, access, member
from trackplan.sql.records import How, Reference
from trackplan.sql.values import joined, lengths, parts, placed, taken

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler
    from trackplan.sql.frame import Frame

FREE: Bound = {}
"""No lambda is around."""

LISTED = frozenset({"duckdb", "bigquery"})
"""Dialects in which UNNEST of a list gives each element as one value; elsewhere it may spread its members, or a map."""

ON_EACH = frozenset(
    "all_match any_match apply array_all array_any array_apply list_all list_any list_apply list_transform none_match "  # noqa: SIM905
    "transform".split()
)
"""Functions of a list and a lambda, besides those that have a class of their own."""
_CHANGED = frozenset({"struct_concat", "struct_insert", "struct_update"})


class Shapes(Leaves):
    """References to what makes up a value, each with its place (`into`) in the value's structure.

    `aggregates` and `unpacks` tell whether an aggregate or an UNNEST was met.
    """

    __slots__ = ("aggregates", "unpacks")

    def __init__(self, compiler: Compiler, frame: Frame) -> None:
        super().__init__(compiler, frame)
        self.aggregates = self.unpacks = False

    @abstractmethod
    def _taken(self, start: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> None:
        """Collect the references in a value whose structure is lost on its way."""

    @abstractmethod
    def _window_parts(self, name: str) -> list[exp.Expr]:
        """What a named window is made of."""

    def _built(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """The references in a value that becomes (part of) a column and may keep its structure."""
        shape = _SHAPES[node.__class__]
        if shape is COLUMN:
            self.leaf(node, (), "output", into, True, bound, found)
        elif shape is None:
            self._taken(node, "output", into, bound, found)
        else:
            shape(self, node, into, bound, found)

    def _made(self, node: exp.Expr, bound: Bound) -> list[Reference]:
        """The references that make up a value, by their places in it."""
        found: list[Reference] = []
        self._built(node, "", bound, found)
        return found

    def _object(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        for item in node.expressions:
            name, key, value = member(item)
            if key is not None:
                self._taken(key, "output", into, bound, found)
            if name is None:
                # Not knowing the member's name, its value may be any part of the whole.
                self._taken(value, "output", into, bound, found)
            else:
                self._built(value, joined(into, name), bound, found)

    def _changed(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """`struct_insert(s, name := value)`: the members of a struct, and others."""
        if node.name.lower() in ON_EACH:
            self._each(node, into, bound, found)
        elif node.name.lower() not in _CHANGED:
            self._part(node, into, bound, found)
        else:
            for item in node.expressions:
                named = isinstance(item, (exp.PropertyEQ, exp.Kwarg)) and isinstance(item.this, exp.Identifier)
                place = joined(into, item.this.name) if named else into
                self._built(item.expression if named else item, place, bound, found)

    def _renamed(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        if self.compiler.dialect == "clickhouse" and isinstance(node, exp.Alias):
            self._taken(node, "output", into, bound, found)
        else:
            self._built(node.this if isinstance(node, exp.Alias) else node.expression, into, bound, found)

    def _either(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """What gives one of its parts, or a list of them."""
        decides = isinstance(node, (exp.If, exp.Case))
        for name, child in children(node):
            if decides and name == "this":
                self._taken(child, "output", into, bound, found)
            else:
                self._built(child, into, bound, found)

    def _first(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """What gives values of its first argument; the others decide which, or in what order."""
        self.aggregates = self.aggregates or isinstance(node, exp.AggFunc)
        for name, child in children(node):
            if name == "this" and not isinstance(child, exp.Distinct):
                self._built(child, into, bound, found)
            else:
                self._taken(child, "output", into, bound, found)

    def _over(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        for name, child in children(node):
            if name == "this":
                self._built(child, into, bound, found)
            elif name == "alias" and isinstance(child, exp.Identifier):
                for inner in self._window_parts(child.name.lower()):
                    self._taken(inner, "window", into, bound, found)
            else:
                self._taken(child, "window", into, bound, found)

    def _part(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        reached = access(node)
        base = reached.base
        if base is node:
            self._taken(node, "output", into, bound, found)
            return
        for key in reached.computed:
            self._taken(key, "output", into, bound, found)
        if self._reaches(reached, "output", into, not reached.cut, bound, found):
            return
        of = parts(self._made(base, bound), ".".join(reached.path))
        found.extend(taken(of, "output", into) if reached.cut else placed(of, into))

    def _reaches(self, reached: Access, how: How, into: str, clear: bool, bound: Bound, found: list[Reference]) -> bool:
        """Note a part of a column or of what a query gives; False where it is taken from another value."""
        base, path = reached.base, reached.path
        self.aggregates = self.aggregates or reached.aggregate
        if isinstance(base, exp.Column):
            self.leaf(base, path, how, into, clear, bound, found)
        elif path and isinstance(base, exp.Query):
            found.append(self.subquery(base, how, into, clear, path))
        elif isinstance(base, exp.Identifier) and base.name.lower() in bound:
            self.parameter(base.name, path, how, into, clear, bound, found)
        else:
            return False
        return True

    def _whole(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        if isinstance(node, exp.Query):
            found.append(self.subquery(node, "output", into, True))
        elif node.name.lower() in bound:
            self.parameter(node.name, (), "output", into, True, bound, found)
        else:
            found.append(self.column([node], (), "output", into, True))

    def _unnested(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """UNNEST in a select list: rows of elements, or columns of members."""
        if self.compiler.dialect not in LISTED or node.expressions:
            self._taken(node, "output", into, bound, found)
        else:
            self.unpacks = True
            self._built(node.this, into, bound, found)

    # Functions of lists that run over the elements.

    def _each(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """A list of what a lambda makes of each element, or of those elements that it holds for."""
        call = Call.of(node, self.compiler.dialect)
        if call is None:
            self._taken(node, "output", into, bound, found)
            return
        elements = self._made(call.list, bound)
        inside = call.bind(bound, elements)
        if call.keeps:
            found.extend(placed(elements, into))
            self._taken(call.body, "output", into, inside, found)
        else:
            found.extend(taken(lengths(elements, "output"), "output", into))
            self._built(call.body, into, inside, found)
        for other in call.others:
            self._taken(other, "output", into, inside, found)


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


_SHAPES = Kinds(
    (
        (exp.Column, COLUMN),
        ((exp.Query, exp.Identifier), Shapes._whole),
        ((exp.Struct, exp.JSONObject), Shapes._object),
        ((exp.Alias, exp.PropertyEQ, exp.Kwarg), Shapes._renamed),
        ((exp.Coalesce, exp.Array, exp.If, exp.Case), Shapes._either),
        ((exp.Explode,), Shapes._unnested),
        ((exp.Transform, exp.ArrayFilter, exp.Comprehension), Shapes._each),
        (
            (
                *(exp.ArrayAgg, exp.ArgMax, exp.ArgMin, exp.First, exp.Last, exp.FirstValue, exp.LastValue),
                *(exp.NthValue, exp.Lag, exp.Lead, exp.Order, exp.Limit, exp.Filter, exp.HavingMax),
            ),
            Shapes._first,
        ),
        (exp.Window, Shapes._over),
        (exp.Anonymous, Shapes._changed),
        ((*PARTS, *SAME_STRUCTURE, exp.RespectNulls), Shapes._part),
    )
)
