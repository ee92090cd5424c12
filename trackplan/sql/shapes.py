"""Values that keep a structure: structs, lists, what gives one of its parts, and what takes a part of another value."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.alike import EITHER, are_alike, ways_in
from trackplan.sql.carried import valued
from trackplan.sql.each import ON_EACH, Call
from trackplan.sql.json_ways import Ways, built_of, ways_of
from trackplan.sql.kinds import COLUMN, CONSTANTS, NOTHING, Kinds
from trackplan.sql.leaves import Bound, Leaves
from trackplan.sql.nodes import children
from trackplan.sql.paths import PARTS, SAME_STRUCTURE, Access, access, member
from trackplan.sql.records import How, Member, Reference
from trackplan.sql.values import STRUCTS_BY_ORDER, joined, lengths, ordered, parts, placed, taken

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler
    from trackplan.sql.frame import Frame

FREE: Bound = {}
"""No lambda is around."""

LISTED = frozenset({"duckdb", "bigquery"})
"""Dialects in which UNNEST of a list gives each element as one value; elsewhere it may spread its members, or a map."""

SPREADS_MAPS = frozenset({"databricks", "spark"})
"""Dialects in which `explode` gives one column for a list, and two for a map."""

_CHANGED = frozenset({"json_merge_patch", "struct_concat", "struct_insert", "struct_update"})
_LISTS = frozenset({"json_agg", "json_group_array", "jsonb_agg"})


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
        elif shape is not NOTHING:
            shape(self, node, into, bound, found)

    def _made(self, node: exp.Expr, bound: Bound) -> list[Reference]:
        """The references that make up a value, by their places in it."""
        found: list[Reference] = []
        self._built(node, "", bound, found)
        return found

    def _object(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        for item in node.expressions:
            name, key, value = member(item)
            if self.members.numbered and value is item:
                name = None
            if key is not None:
                self._taken(key, "output", into, bound, found)
            if name is None:
                # Not knowing the member's name, its value may be any part of the whole.
                self._taken(value, "output", into, bound, found)
            else:
                known, way = len(found), joined(into, name)
                self._built(value, way, bound, found)
                if len(found) == known and self._by_order:
                    found.append(Member(way))

    @property
    def _by_order(self) -> bool:
        return self.compiler.dialect in STRUCTS_BY_ORDER

    def _changed(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """`struct_insert(s, name := value)`: the members of a struct, and others."""
        name, pairs = node.name.lower(), built_of(node)
        if name in ON_EACH:
            self._each(node, into, bound, found)
        elif pairs is not None:
            for key, value in pairs:
                self._put(key, value, into, bound, found)
        elif name in _LISTS and node.expressions:
            self.aggregates = True
            self._built(node.expressions[0], into, bound, found)
        elif name not in _CHANGED:
            self._part(node, into, bound, found)
        else:
            for item in node.expressions:
                named = isinstance(item, (exp.PropertyEQ, exp.Kwarg)) and isinstance(item.this, exp.Identifier)
                place = joined(into, item.this.name) if named else into
                self._built(item.expression if named else item, place, bound, found)

    def _put(self, key: exp.Expr, value: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """One key of an object and its value."""
        if isinstance(key, exp.Literal) and key.is_string:
            self._built(value, joined(into, key.this), bound, found)
        else:
            for node in (key, value):
                self._taken(node, "output", into, bound, found)

    def _mapped(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """`MAP {'a': x}`, `map('a', x)`: the keys of a map are its members."""
        keys, values = node.args.get("keys"), node.args.get("values")
        if isinstance(node, exp.ToMap):
            self._built(node.this, into, bound, found)
        elif isinstance(keys, exp.Array) and isinstance(values, exp.Array):
            for key, value in zip(keys.expressions, values.expressions, strict=True):
                self._put(key, value, into, bound, found)
        else:
            self._taken(node, "output", into, bound, found)

    def _inserted(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """`object_insert(p, 'key', value)`: an object, and one key more."""
        self._built(node.this, into, bound, found)
        key, value = node.args.get("key"), node.args.get("value")
        if isinstance(key, exp.Expr) and isinstance(value, exp.Expr):
            self._put(key, value, into, bound, found)

    def _renamed(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        if self.compiler.dialect == "clickhouse" and isinstance(node, exp.Alias):
            self._taken(node, "output", into, bound, found)
        else:
            self._built(valued(node), into, bound, found)

    def _either(self, node: exp.Expr, into: str, bound: Bound, found: list[Reference]) -> None:
        """What gives one of its parts, or a list of them."""
        deciding: list[Reference] = []
        either: list[Reference] = []
        decides = isinstance(node, (exp.If, exp.Case))
        for name, child in children(node):
            if decides and name == "this":
                self._taken(child, "output", into, bound, deciding)
            else:
                self._built(child, into, bound, either)
        found += deciding
        if self._by_order and not isinstance(node.parent, EITHER):  # otherwise it is seen from there
            either = ordered(either, into, alike=are_alike(node))
        found += either

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
        reached = access(node, self.members)
        base = reached.base
        if base is node:
            several = ways_of(node)
            if several is None:
                self._taken(node, "output", into, bound, found)
                if self._by_order and isinstance(node, (exp.Cast, exp.TryCast)):
                    found += map(Member, ways_in(node.args["to"], into))
            else:
                self._several(several, "output", into, bound, found)
            return
        for key in reached.computed:
            self._taken(key, "output", into, bound, found)
        if self._reaches(reached, "output", into, not reached.cut, bound, found):
            return
        of = parts(self._made(base, bound), ".".join(reached.path))
        found.extend(taken(of, "output", into) if reached.cut else placed(of, into))

    def _several(self, several: Ways, how: How, into: str, bound: Bound, found: list[Reference]) -> None:
        """Note several parts of one value; only an output keeps their names."""
        made = self._made(several.value, bound)
        for node in several.others:
            self._taken(node, how, into, bound, found)
        for way in several.ways:
            path = ".".join(way.path)
            of = parts(made, path)
            named = several.named and how == "output" and not way.cut
            found.extend(placed(of, joined(into, path)) if named else taken(of, how, into))

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
        of_lists = self.compiler.dialect in LISTED or self._has_one_name(node)
        if not of_lists or node.expressions:
            self._taken(node, "output", into, bound, found)
        else:
            self.unpacks = True
            self._built(node.this, into, bound, found)

    def _has_one_name(self, node: exp.Expr) -> bool:
        """`explode(list) AS item`: what a map gives needs two names."""
        single = type(node) in (exp.Explode, exp.ExplodeOuter) and isinstance(node.parent, exp.Alias)
        return single and self.compiler.dialect in SPREADS_MAPS

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


_SHAPES = Kinds(
    (
        (exp.Column, COLUMN),
        ((exp.Query, exp.Identifier), Shapes._whole),
        ((exp.Struct, exp.JSONObject), Shapes._object),
        ((exp.Alias, exp.PropertyEQ, exp.Kwarg), Shapes._renamed),
        (EITHER, Shapes._either),
        ((exp.Explode,), Shapes._unnested),
        ((exp.Transform, exp.ArrayFilter, exp.Comprehension), Shapes._each),
        (
            (
                *(exp.ArrayAgg, exp.ArgMax, exp.ArgMin, exp.First, exp.Last, exp.FirstValue, exp.LastValue),
                *(exp.NthValue, exp.Lag, exp.Lead, exp.Order, exp.Limit, exp.Filter, exp.HavingMax, exp.JSONArrayAgg),
                exp.ArraySlice,
            ),
            Shapes._first,
        ),
        (exp.Window, Shapes._over),
        ((exp.ToMap, exp.VarMap), Shapes._mapped),
        (exp.ObjectInsert, Shapes._inserted),
        (exp.Anonymous, Shapes._changed),
        ((*PARTS, *SAME_STRUCTURE, exp.RespectNulls, exp.Lambda), Shapes._part),
        CONSTANTS,
    )
)
