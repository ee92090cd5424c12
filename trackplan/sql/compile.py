"""Queries → records: scopes with their sources, outputs and references. Needs no schema, reads no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.errors import NotFollowedError
from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Environment, Frame
from trackplan.sql.nodes import folder
from trackplan.sql.outputs import add_outputs, ask_unnamed
from trackplan.sql.pairs import narrow
from trackplan.sql.pivots import pivoted
from trackplan.sql.records import (
    NOWHERE,
    Opaque,
    Output,
    Scope,
    Select,
    Source,
    Star,
    Union,
    called,
)
from trackplan.sql.rows import row_refs
from trackplan.sql.scalars import is_scalar, put_in
from trackplan.sql.single import gives_one_row
from trackplan.sql.sources import from_item, join, source_item

if TYPE_CHECKING:
    from collections.abc import Sequence

# Dialects that write a recursive WITH without the word.
_RECURSES_UNSAID = frozenset({"tsql", "fabric", "snowflake", "oracle", "teradata"})


class Compiler:
    """Compiles the queries of one statement; `scopes` grows as subqueries are met, inner ones first.

    `fold` gives the name of an identifier as the dialect stores it. `calls` are the functions that are called (see
    `Statement`); `parameters` are those of the function whose body is compiled, in lower case, None if it is none.
    """

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.fold = folder(dialect)
        self.scopes: list[Scope] = []
        self.calls: dict[str, tuple[bool, frozenset[str]]] = {}
        self.parameters: frozenset[str] | None = None

    def query(self, node: exp.Expr, environment: Environment, outer: Frame | None, reserved: int | None = None) -> int:
        """Compile a query and return its scope. `outer` is what correlated references may reach."""
        if isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Subquery):
            return self._wrapped(node, environment, outer, reserved)
        environment = self.with_clause(node, environment, outer)
        if isinstance(node, exp.Select):
            return self._select(node, environment, outer, reserved)
        if isinstance(node, exp.SetOperation):
            return self._union(node, environment, outer, reserved)
        if isinstance(node, exp.Values):
            return self.values(node, environment, outer)
        if isinstance(node, exp.Pivot):
            return self._pivot(node, environment, outer, reserved)
        frame = Frame(-1, outer, environment)
        select = Select(-1 if outer is None else outer.scope)
        source_item(self, node, frame, select)
        select.sources = frame.sources
        select.outputs.append(Output("", [], NOWHERE, star=Star(None)))
        return self.place(select, reserved)

    def place(self, scope: Scope, reserved: int | None) -> int:
        """Add `scope`, at the `reserved` number if there is one, and return its number."""
        if reserved is not None:
            self.scopes[reserved] = scope
            return reserved
        self.scopes.append(scope)
        return len(self.scopes) - 1

    def call(self, name: str, environment: Environment, *, rows: bool) -> str:
        """Note the call of a function, of its `rows` or of one value, and return what it is kept under."""
        key = called(name)
        before = self.calls.get(key, (False, frozenset()))
        self.calls[key] = (before[0] or rows, before[1].union(environment))
        return key

    def with_clause(self, node: exp.Expr, environment: Environment, outer: Frame | None) -> Environment:
        """`environment` with the common table expressions that `node` defines."""
        clause = node.args.get("with_")
        if clause is None:
            return environment
        if clause.args.get("search") is not None:  # SEARCH and CYCLE make columns of others
            raise NotFollowedError
        known = dict(environment)
        put_in(node, clause.expressions)
        for cte in clause.expressions:
            if is_scalar(cte):
                continue
            if not isinstance(cte.this, (exp.Query, exp.Values)):
                raise NotFollowedError
            name = cte.alias.lower()
            columns = tuple(self.fold(c) for c in cte.args["alias"].args.get("columns") or ())
            if clause.args.get("recursive") or (self.dialect in _RECURSES_UNSAID and _names_itself(cte)):
                reserved = self.place(Opaque(-1), None)
                known[name] = (reserved, columns)
                self.query(cte.this, dict(known), outer, reserved)
            else:
                known[name] = (self.query(cte.this, dict(known), outer), columns)
        return known

    def _wrapped(self, node: exp.Subquery, environment: Environment, outer: Frame | None, reserved: int | None) -> int:
        environment = self.with_clause(node, environment, outer)
        modified = any(node.args.get(k) for k in ("order", "limit", "offset", "joins", "pivots", "sample", "where"))
        if not modified:
            return self.query(node.this, environment, outer, reserved)
        select = Select(-1 if outer is None else outer.scope)
        index = self.place(select, reserved)
        frame = Frame(index, outer, environment)
        from_item(self, node, frame, select)
        select.outputs.append(Output("", [], NOWHERE, star=Star(None)))
        select.sources = frame.sources
        row_refs(node, Walker(self, frame), select)
        return index

    def _union(
        self, node: exp.SetOperation, environment: Environment, outer: Frame | None, reserved: int | None
    ) -> int:
        plain = isinstance(node, exp.Union)
        union = Union(
            [],
            distinct=not plain or bool(node.args.get("distinct", True)),
            by_name=bool(node.args.get("by_name")),
            parent=-1 if outer is None else outer.scope,
        )
        index = self.place(union, reserved)
        pending: list[exp.Expr] = []
        current: exp.Expr = node
        # A chain of unions leans to the left and may be thousands long: follow it without recursion.
        while isinstance(current, exp.Union) and plain and (current is node or not _own_clauses(current)):
            if bool(current.args.get("by_name")) != union.by_name:
                break
            union.distinct = union.distinct or bool(current.args.get("distinct", True))
            pending.append(current.expression)
            current = current.this
        if not plain:
            pending, current = [node.expression], node.this
        members = [current, *reversed(pending)]
        union.members.extend(self.query(m, environment, outer) for m in members)
        frame = Frame(index, outer, environment)
        row_refs(node, Walker(self, frame), union)
        return index

    def _pivot(self, node: exp.Pivot, environment: Environment, outer: Frame | None, reserved: int | None) -> int:
        """A statement `PIVOT table ON …`."""
        index = self.place(Opaque(-1), reserved)
        frame = Frame(-1, outer, environment)
        from_item(self, node.this, frame, Select(-1))
        if len(frame.sources) != 1:
            raise NotFollowedError
        return pivoted(self, node, frame.sources[0], environment, outer, index)

    def values(self, node: exp.Values, environment: Environment, outer: Frame | None) -> int:
        """Compile a list of VALUES and return its scope."""
        alias = node.args.get("alias")
        names = tuple(self.fold(c) for c in (alias.args.get("columns") if alias else None) or ())
        width = len(node.expressions[0].expressions) if node.expressions else 0
        names += tuple(f"col{i}" for i in range(len(names), width))
        parent = -1 if outer is None else outer.scope
        rows = [
            self._row(row, names, environment, outer)
            for row in node.expressions
            if row.find(exp.Column, exp.Query, exp.Star)
        ]
        if not rows:
            return self.place(Opaque(parent, names=names, closed=True), None)
        return (
            rows[0] if len(rows) == 1 else self.place(Union(rows, distinct=False, by_name=False, parent=parent), None)
        )

    def _row(self, row: exp.Expr, names: Sequence[str], environment: Environment, outer: Frame | None) -> int:
        select = Select(-1 if outer is None else outer.scope)
        index = self.place(select, None)
        walker = Walker(self, Frame(index, outer, environment))
        for name, value in zip(names, row.expressions, strict=True):
            select.outputs.append(Output(name, walker.refs(value, "output"), NOWHERE))
        return index

    def _select(self, node: exp.Select, environment: Environment, outer: Frame | None, reserved: int | None) -> int:
        args = node.args
        select = Select(-1 if outer is None else outer.scope)
        index = self.place(select, reserved)
        frame = Frame(index, outer, environment)
        start = args.get("from_")
        if start is not None:
            from_item(self, start.this, frame, select)
        for lateral in args.get("laterals") or ():
            source_item(self, lateral, frame, select)
        joined: list[tuple[exp.Join, list[Source]]] = []
        for each in args.get("joins") or ():
            before = len(frame.sources)
            join(self, each, frame, select)
            joined.append((each, frame.sources[before:]))
        if (joined or args.get("where")) and any(source.scope >= 0 for source in frame.sources):
            narrow(node, frame, self.scopes, joined, self.dialect)
        select.sources = frame.sources
        for window in args.get("windows") or ():
            frame.windows[window.name.lower()] = window
        walker = Walker(self, frame)
        for item in node.expressions:
            add_outputs(self, item, walker, frame, select)
        row_refs(node, walker, select)
        ask_unnamed(node, select, self.dialect)
        select.single = gives_one_row(node, frame, select, self.dialect, self.fold)
        return index


def _own_clauses(node: exp.Expr) -> bool:
    return any(node.args.get(k) for k in ("order", "limit", "offset", "with_"))


def _names_itself(cte: exp.Expr) -> bool:
    name = cte.alias.lower()
    tables = cte.this.find_all(exp.Table) if isinstance(cte.this, exp.SetOperation) else ()
    return any(t.name.lower() == name and not t.args.get("db") for t in tables)
