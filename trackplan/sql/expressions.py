"""Expressions → references: which columns flow into a value, where in it, and what else decides it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.names import fold
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.nodes import UNITS, children, is_namespace, span_of
from trackplan.sql.paths import access
from trackplan.sql.records import NOWHERE, How, Ref, Reference, ScopeRef, StarRef

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler
    from trackplan.sql.frame import Frame


_UNFOLLOWED = (exp.Table, exp.Pivot, exp.MatchRecognize, exp.DynamicIdentifier)


class Walker:
    """Collects the references of expressions inside one scope (`frame`), without recursion over long chains."""

    def __init__(self, compiler: Compiler, frame: Frame) -> None:
        self.compiler = compiler
        self.frame = frame

    def refs(self, node: exp.Expr | None, how: How) -> list[Reference]:
        """The references in `node`; for an output, keeping track of the structure it builds."""
        found: list[Reference] = []
        if node is None:
            return found
        stack: list[_Task] = [(node, how, "", how == "output", frozenset())]
        while stack:
            stack.extend(reversed(list(self._visit(stack.pop(), found))))
        return found

    def _visit(self, task: _Task, found: list[Reference]) -> Iterator[_Task]:
        node, how, into, clear, bound = task
        if isinstance(node, exp.Query):
            found.append(self._subquery(node, how, into, clear, values=True))
        elif isinstance(node, exp.Exists) and isinstance(node.this, exp.Query):
            found.append(self._subquery(node.this, how, into, clear, values=False))
        elif isinstance(node, _UNFOLLOWED) or self._hides_a_source(node):
            raise NotFollowedError
        elif isinstance(node, exp.Star):
            yield from self._star(node, how, found, bound)
        elif isinstance(node, exp.Columns):
            found.append(StarRef(None, how, NOWHERE))
        elif isinstance(node, exp.Window):
            yield from self._window(node, how, into, bound)
        elif isinstance(node, exp.Lambda):
            yield from self._lambda(node, how, into, bound)
        elif isinstance(node, (exp.DataType, exp.Parameter, exp.Placeholder, exp.Var)):
            if isinstance(node, exp.Parameter) and node.name.isdigit():
                # $1 is the first column of whatever is read.
                found.append(StarRef(None, how, NOWHERE))
        elif isinstance(node, exp.Identifier):
            if node.name.lower() not in bound:
                found.append(self._column([node], [], how, into, clear))
        else:
            yield from self._value(node, how, into, clear, bound, found)

    def _hides_a_source(self, node: exp.Expr) -> bool:
        """What only ClickHouse has: parts of expressions with names, `IN table`, look-ups in dictionaries."""
        if self.compiler.dialect != "clickhouse":
            return False
        if isinstance(node, exp.Alias):
            return not isinstance(node.parent, (exp.Struct, exp.JSONObject, exp.Anonymous))
        if isinstance(node, exp.In):
            return isinstance(node.args.get("field"), exp.Column)
        return isinstance(node, exp.Anonymous) and node.name.lower().startswith("dictget")

    def _lambda(self, node: exp.Lambda, how: How, into: str, bound: frozenset[str]) -> Iterator[_Task]:
        names = {e.name.lower() for e in node.expressions}
        yield node.this, how, into, False, bound | names
        mentioned = {i.name.lower() for i in node.this.find_all(exp.Identifier)}
        for parameter in node.expressions:
            if parameter.name.lower() not in mentioned:
                # As an argument, `payload -> 'key'` looks like a lambda to the parser.
                yield parameter, how, into, False, bound

    def _value(
        self,
        node: exp.Expr,
        how: How,
        into: str,
        clear: bool,
        bound: frozenset[str],
        found: list[Reference],
    ) -> Iterator[_Task]:
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            yield node.expression, how, into, False, bound
            # What stands before a function is a namespace, but for `column.function()` of DuckDB and T-SQL.
            if self.compiler.dialect in ("duckdb", "tsql") or not is_namespace(node.this):
                yield node.this, how, into, False, bound
            return
        reached = access(node)
        for extra in reached.computed:
            yield extra, how, into, False, bound
        base = reached.base
        if isinstance(base, exp.Column):
            self._leaf(base, reached.path, how, into, clear, bound, found)
            if isinstance(base.this, exp.Star):
                yield from self._star(base.this, how, found, bound, counted=True)
        elif base is not node and reached.path:
            if isinstance(base, exp.Query):
                reference = self._subquery(base, how, into, clear, values=True)
                reference.path = ".".join(reached.path)
                found.append(reference)
            else:
                yield base, how, into, False, bound
        elif base is not node:
            yield base, how, into, clear, bound
        else:
            yield from self._parts(node, how, into, clear, bound, found)

    def _parts(
        self,
        node: exp.Expr,
        how: How,
        into: str,
        clear: bool,
        bound: frozenset[str],
        found: list[Reference],
    ) -> Iterator[_Task]:
        if isinstance(node, (exp.Struct, exp.JSONObject)):
            for item in node.expressions:
                yield from _member(item, how, into, clear, bound)
        elif isinstance(node, (exp.Alias, exp.PropertyEQ, exp.Kwarg)):
            value = node.this if isinstance(node, exp.Alias) else node.expression
            yield value, how, into, clear, bound
        elif isinstance(node, (exp.Coalesce, exp.Array, exp.ArrayAgg, exp.If, exp.Case)):
            for name, child in children(node):
                kept = clear and not (
                    (name == "this" and isinstance(node, (exp.If, exp.Case)))
                    or isinstance(child, (exp.Order, exp.Distinct, exp.Filter))
                )
                yield child, how, into, kept, bound
        else:
            unit = node.args.get("unit")
            if isinstance(unit, exp.Literal) and unit.name.lower() not in UNITS and unit.name.isidentifier():
                # The parser took a column for a date part.
                name = fold(unit.name, False, self.compiler.dialect)
                found.append(Ref(None, name, "", how, into, False, NOWHERE))
            for name, child in children(node):
                if not (isinstance(node, exp.Anonymous) and name == "this"):
                    yield child, how, into, False, bound

    def _window(self, node: exp.Window, how: How, into: str, bound: frozenset[str]) -> Iterator[_Task]:
        for name, child in children(node):
            if name == "this":
                yield child, how, into, False, bound
            elif name == "alias" and isinstance(child, exp.Identifier):
                for part in self._window_parts(child.name.lower()):
                    yield part, "window" if how == "output" else how, into, False, bound
            else:
                yield child, "window" if how == "output" else how, into, False, bound

    def _window_parts(self, name: str) -> Iterator[exp.Expr]:
        """What a named window is made of, and the windows that it is made from."""
        seen: set[str] = set()
        while name and name not in seen and (named := self.frame.windows.get(name)) is not None:
            seen.add(name)
            name = ""
            for part, inner in children(named):
                if part == "alias":
                    name = inner.name.lower()
                elif part != "this":
                    yield inner

    def _leaf(
        self,
        node: exp.Column,
        path: list[str],
        how: How,
        into: str,
        clear: bool,
        bound: frozenset[str],
        found: list[Reference],
    ) -> None:
        parts = [p for p in (node.args.get(k) for k in ("catalog", "db", "table", "this")) if p is not None]
        if parts[0].name.lower() in bound:
            return
        if isinstance(node.this, exp.Star):
            source = self.frame.find([self._fold(p) for p in parts[:-1]])
            if source is not None and source[1] == len(parts) - 1:
                found.append(StarRef(source[0], how, span_of(parts[0])))
            else:
                found.append(self._column(parts[:-1], [], how, into, False))
            return
        found.append(self._column(parts, path, how, into, clear))

    def _column(self, parts: list[exp.Expr], path: list[str], how: How, into: str, clear: bool) -> Ref:
        names = [self._fold(p) for p in parts]
        source = self.frame.find(names[:-1]) if len(names) > 1 else None
        taken = source[1] if source else 0
        span = (span_of(parts[0])[0], span_of(parts[-1])[1])
        deeper = [p.name for p in parts[taken + 1 :]] + path
        whole = ".".join(deeper)
        return Ref(source[0] if source else None, names[taken], whole, how, into, clear, span)

    def _star(
        self, node: exp.Star, how: How, found: list[Reference], bound: frozenset[str], counted: bool = False
    ) -> Iterator[_Task]:
        parent = node.parent
        if not counted and not (isinstance(parent, exp.Count) and parent.this is node):
            found.append(StarRef(None, how, NOWHERE))
        for replaced in node.args.get("replace") or ():
            yield replaced, how, "", False, bound

    def _subquery(self, node: exp.Query, how: How, into: str, clear: bool, values: bool) -> ScopeRef:
        scope = self.compiler.query(node, self.frame.environment, self.frame)
        return ScopeRef(scope, values, "", how, into, clear)

    def _fold(self, node: exp.Expr) -> str:
        return fold(node.name, bool(node.args.get("quoted")), self.compiler.dialect)


def _member(item: exp.Expr, how: How, into: str, clear: bool, bound: frozenset[str]) -> Iterator[_Task]:
    """One `name: value` of a struct or JSON object, or a bare column that gives its own name."""
    name: str | None = None
    value = item
    if isinstance(item, (exp.PropertyEQ, exp.JSONKeyValue)):
        value = item.expression
        key = item.this
        if isinstance(key, exp.Identifier) or (isinstance(key, exp.Literal) and key.is_string):
            name = key.name
        elif isinstance(key, exp.Expr) and not isinstance(key, exp.Literal):
            yield key, how, into, False, bound
    elif isinstance(item, exp.Alias):
        name, value = item.alias, item.this
    elif isinstance(item, (exp.Column, exp.Dot)):
        name = item.name
    if name is None or not clear:
        # Not knowing the member's name, its value may be any part of the whole.
        yield value, how, into, False, bound
    else:
        yield value, how, f"{into}.{name}".lstrip("."), clear, bound


_Task = tuple[exp.Expr, How, str, bool, frozenset[str]]
