"""Expressions → references: which columns flow into a value, where in it, and what else decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from trackplan.sql.by_text import is_put_in, reads_by_text
from trackplan.sql.carried import valued
from trackplan.sql.each import ON_EACH, Call
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.json_ways import NAMES, is_of_a_library, ways_of
from trackplan.sql.kinds import COLUMN, CONSTANTS, LIST, NOTHING, Kinds, Rule
from trackplan.sql.leaves import Bound
from trackplan.sql.nodes import COMPUTED_UNITS, UNITS, children, is_namespace, parts_of
from trackplan.sql.paths import PARTS, access, member
from trackplan.sql.presence import WHOLLY_NULL, as_null
from trackplan.sql.records import NOWHERE, Called, How, Ref, Reference, ScopeRef, StarRef
from trackplan.sql.shapes import FREE, Shapes
from trackplan.sql.star_names import names_of
from trackplan.sql.values import LENGTH, lengths, parts, taken, told

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler
    from trackplan.sql.frame import Frame

Nodes = Sequence[exp.Expr]


class Walker(Shapes):
    """Collects the references of expressions inside one scope (`frame`), without recursion over long chains.

    After `refs`, `aggregates`, `unpacks` and `spreads` tell whether the expression holds an aggregate, an UNNEST or
    COLUMNS(…), its subqueries left aside.
    """

    __slots__ = ("_kinds", "spreads")

    def __init__(self, compiler: Compiler, frame: Frame) -> None:
        super().__init__(compiler, frame)
        self.spreads = False
        self._kinds = _CLICKHOUSE if compiler.dialect == "clickhouse" else _KINDS
        if compiler.dialect in WHOLLY_NULL:
            self._kinds = _PRESENT

    def refs(self, node: exp.Expr | None, how: How) -> list[Reference]:
        """The references in `node`; for an output, keeping track of the structure it builds."""
        found: list[Reference] = []
        self.aggregates = self.unpacks = self.spreads = False
        if node is None:
            return found
        if how == "output":
            self._built(node, "", FREE, found)
        else:
            self._taken(node, how, "", FREE, found)
        return found

    def _taken(self, start: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> None:
        """The references in a value whose structure is lost on its way."""
        stack: list[Any] = [start]
        pop, push = stack.pop, stack.extend
        kinds = self._kinds
        while stack:
            node = pop()
            kind = kinds[node.__class__]
            if kind is NOTHING:
                continue
            if kind is None:
                push(reversed(node.args.values()))
            elif kind is COLUMN:
                self.leaf(node, (), how, into, False, bound, found)
            elif kind is LIST:
                push([item for item in reversed(node) if kinds[item.__class__] is not NOTHING])
            else:
                push(reversed(kind(self, node, how, into, bound, found)))

    # What else there is in expressions: each gives the nodes that are still to be visited.

    def _query(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        found.append(self.subquery(node, how, into, False))
        return ()

    def _exists(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        if not isinstance(node.this, exp.Query):
            return self._on_each(node, how, into, bound, found)
        found.append(self.subquery(node.this, how, into, False, values=False))
        return ()

    def _unfollowed(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        raise NotFollowedError

    def _star(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        self.star(node, how, found)
        return node.args.get("replace") or ()

    def _spread(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        self.spreads = True
        found.append(StarRef(None, how, NOWHERE, names_of(node.this).pattern))
        return ()

    def _parameter(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        if node.name.isdigit() and self.compiler.parameters is None:
            # $1 is the first column of whatever is read.
            found.append(StarRef(None, how, NOWHERE))
        if is_put_in(node):
            raise NotFollowedError
        return ()

    def _identifier(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        if node.name.lower() in bound:
            self.parameter(node.name, (), how, into, False, bound, found)
        else:
            found.append(self.column([node], (), how, into, False))
        return ()

    def _on_each(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        """A function that runs a lambda over the elements of a list."""
        call = Call.of(node, self.compiler.dialect)
        if call is None:
            return parts_of(node)
        elements = self._made(call.list, bound)
        found.extend(taken(elements if call.keeps else lengths(elements, how), how, into))
        inside = call.bind(bound, elements)
        for inner in (call.body, *call.others):
            self._taken(inner, how, into, inside, found)
        return ()

    def _lambda(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        if ways_of(node) is not None:
            return self._reached(node, how, into, bound, found)
        names = {e.name.lower() for e in node.expressions}
        self._taken(node.this, how, into, {**bound, **dict.fromkeys(names, ())}, found)
        if len(node.expressions) > 1:
            return ()
        mentioned = {i.name.lower() for i in node.this.find_all(exp.Identifier)}
        # It may be no lambda: as an argument, `payload -> key` looks like one to the parser.
        return [p for p in node.expressions if p.name.lower() not in mentioned]

    def _window(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        inside: How = "window" if how == "output" else how
        for name, child in children(node):
            if name == "this":
                self._taken(child, how, into, bound, found)
            elif name == "alias" and isinstance(child, exp.Identifier):
                for part in self._window_parts(child.name.lower()):
                    self._taken(part, inside, into, bound, found)
            else:
                self._taken(child, inside, into, bound, found)
        return ()

    def _window_parts(self, name: str) -> list[exp.Expr]:
        """What a named window is made of, and the windows that it is made from."""
        seen: set[str] = set()
        parts: list[exp.Expr] = []
        while name and name not in seen and (named := self.frame.windows.get(name)) is not None:
            seen.add(name)
            name = ""
            for part, inner in children(named):
                if part == "alias":
                    name = inner.name.lower()
                elif part != "this":
                    parts.append(inner)
        return parts

    def _reached(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            # What stands before a function is a namespace, but for `column.function()` of DuckDB and T-SQL.
            plain = self.compiler.dialect not in ("duckdb", "tsql") and is_namespace(node.this)
            return [node.expression] if plain else [node.expression, node.this]
        reached = access(node, self.members)
        several = ways_of(reached.base) if reached.base is node else None
        if several is not None:
            self._several(several, how, into, bound, found)
            return ()
        if reached.base is node:
            return [*reached.computed, *parts_of(node)]
        if not self._reaches(reached, how, into, False, bound, found):
            if not reached.path:
                return [*reached.computed, reached.base]
            found.extend(taken(parts(self._made(reached.base, bound), ".".join(reached.path)), how, into))
        return reached.computed

    def _members(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        items = [member(item) for item in node.expressions]
        return [n for _, key, value in items for n in (key, value) if n is not None]

    def _valued(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        """A value with a name: `value AS name`, `name := value`."""
        return [valued(node)]

    def _called(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        name = node.name.lower()
        if reads_by_text(node):
            raise NotFollowedError
        if name in NAMES and ways_of(node) is not None:
            return self._reached(node, how, into, bound, found)
        if name == "columns":
            self.spreads = True
            found.append(StarRef(None, how, NOWHERE))
        else:
            call = Called(self.compiler.call(node.name, self.frame.environment, rows=False), how, into)
            found.append(call)
            if name not in ON_EACH:
                self._given(node, call, bound, found)
                return ()
        return self._on_each(node, how, into, bound, found) if name in ON_EACH else node.expressions

    def _given(self, node: exp.Expr, call: Called, bound: Bound, found: list[Reference]) -> None:
        """Keep what the arguments of a call are made of with it, in case that the function turns out to be known."""
        given = [told(self._made(argument, bound)) for argument in node.expressions]
        if not all(isinstance(ref, (Ref, ScopeRef)) for refs in given for ref in refs):
            found.extend(ref for refs in given for ref in taken(refs, call.how, call.into))
            return
        call.given = given
        call.texts = [(n, e.this) for n, e in enumerate(node.expressions) if isinstance(e, exp.Literal) and e.is_string]
        if is_of_a_library(node) and node.parent is not None:
            call.space = tuple(i.name.lower() for i in node.parent.this.find_all(exp.Identifier, bfs=False))

    def _aggregate(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        self.aggregates = True
        return parts_of(node)

    def _tested(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        """`x IS NULL`."""
        if not isinstance(node.expression, exp.Null):
            return parts_of(node)
        self._present(node.this, how, into, bound, found)
        return ()

    def _counted(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        """`count(x)`."""
        self.aggregates = True
        if isinstance(node.this, (exp.Star, exp.Distinct)) or node.expressions:
            return parts_of(node)
        self._present(node.this, how, into, bound, found)
        return ()

    def _present(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> None:
        """Note what decides whether there is a value, whatever is in it."""
        node = as_null(node)
        if isinstance(node, exp.Column):
            self.leaf(node, (LENGTH,), how, into, False, bound, found)
        elif node.find(exp.TryCast):
            self._taken(node, how, into, bound, found)
        else:
            found.extend(taken(parts(self._made(node, bound), LENGTH), how, into))

    def _unpacked(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        self.unpacks = True
        return parts_of(node)

    def _dated(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        unit = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
        may = exp.Literal if self.compiler.dialect not in COMPUTED_UNITS else (exp.Literal, exp.Var)
        if isinstance(unit, may) and unit.name.lower() not in UNITS and unit.name.isidentifier():
            # The parser took a column for a date part.
            name = self.fold(exp.to_identifier(unit.name))
            found.append(Ref(None, name, "", how, into, False, NOWHERE, transform="computed"))
        return parts_of(node)

    def _hidden(self, node: exp.Expr, how: How, into: str, bound: Bound, found: list[Reference]) -> Nodes:
        """What only ClickHouse has: parts of expressions with names, `IN table`, look-ups in dictionaries."""
        if isinstance(node, exp.Alias):
            if not isinstance(node.parent, (exp.Struct, exp.JSONObject, exp.Anonymous)):
                raise NotFollowedError
            return [node.this]
        if isinstance(node.args.get("field"), exp.Column) or node.name.lower().startswith("dictget"):
            raise NotFollowedError
        more = self._called if isinstance(node, exp.Anonymous) else None
        return more(node, how, into, bound, found) if more else parts_of(node)


_RULES: tuple[Rule, ...] = (
    (exp.Column, COLUMN),
    (exp.Query, Walker._query),
    (exp.Exists, Walker._exists),
    ((exp.Table, exp.Pivot, exp.MatchRecognize, exp.DynamicIdentifier, exp.TableFromRows), Walker._unfollowed),
    (exp.Star, Walker._star),
    (exp.Columns, Walker._spread),
    (exp.Window, Walker._window),
    (exp.Lambda, Walker._lambda),
    ((exp.Transform, exp.ArrayFilter, exp.Comprehension), Walker._on_each),
    (exp.Parameter, Walker._parameter),
    CONSTANTS,
    (exp.Identifier, Walker._identifier),
    (PARTS, Walker._reached),
    ((exp.Struct, exp.JSONObject), Walker._members),
    ((exp.Alias, exp.PropertyEQ, exp.Kwarg), Walker._valued),
    (exp.AggFunc, Walker._aggregate),
    (exp.Anonymous, Walker._called),
    ((exp.UDTF, exp.Explode), Walker._unpacked),
    ((exp.Extract, *{c for c in exp.ALL_FUNCTIONS if "unit" in c.arg_types}), Walker._dated),
)
_KINDS = Kinds(_RULES)
_PRESENT = Kinds(((exp.Is, Walker._tested), (exp.Count, Walker._counted), *_RULES))
_CLICKHOUSE = Kinds((((exp.Alias, exp.In, exp.Anonymous), Walker._hidden), *_RULES))
