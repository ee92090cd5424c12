"""Queries → records: scopes with their sources, outputs and references. Needs no schema, reads no file."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trackplan.names import fold
from trackplan.sql.expressions import Walker, children, span_of
from trackplan.sql.frame import Environment, Frame
from trackplan.sql.records import (
    NOWHERE,
    How,
    Opaque,
    Output,
    OutputRef,
    Ref,
    Reference,
    Scope,
    Select,
    Source,
    Span,
    Star,
    Union,
)

_DROPS_RIGHT = frozenset({"SEMI", "ANTI"})


class Compiler:
    """Compiles the queries of one statement; `scopes` grows as subqueries are met, inner ones first."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.scopes: list[Scope] = []

    def query(self, node: exp.Expr, environment: Environment, outer: Frame | None, reserved: int | None = None) -> int:
        """Compile a query and return its scope. `outer` is what correlated references may reach."""
        if isinstance(node, exp.Subquery):
            return self._wrapped(node, environment, outer, reserved)
        environment = self.with_clause(node, environment, outer)
        if isinstance(node, exp.Select):
            return self._select(node, environment, outer, reserved)
        if isinstance(node, exp.SetOperation):
            return self._union(node, environment, outer, reserved)
        if isinstance(node, exp.Values):
            return self._values(node, environment, outer)
        frame = Frame(-1, outer, environment)
        select = Select(-1 if outer is None else outer.scope)
        self._source(node, frame, select)
        select.sources = frame.sources
        select.outputs.append(Output("", [], NOWHERE, star=Star(None)))
        return self._place(select, reserved)

    def fold(self, node: exp.Expr) -> str:
        """The name of an identifier as the dialect stores it."""
        return fold(node.name, bool(node.args.get("quoted")), self.dialect)

    def _place(self, scope: Scope, reserved: int | None) -> int:
        if reserved is not None:
            self.scopes[reserved] = scope
            return reserved
        self.scopes.append(scope)
        return len(self.scopes) - 1

    def with_clause(self, node: exp.Expr, environment: Environment, outer: Frame | None) -> Environment:
        """`environment` with the common table expressions that `node` defines."""
        clause = node.args.get("with_")
        if clause is None:
            return environment
        known = dict(environment)
        for cte in clause.expressions:
            name = cte.alias.lower()
            columns = tuple(self.fold(c) for c in cte.args["alias"].args.get("columns") or ())
            if clause.args.get("recursive"):
                reserved = self._place(Opaque(-1), None)
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
        index = self._place(Select(-1 if outer is None else outer.scope), reserved)
        select = self.scopes[index]
        if not isinstance(select, Select):  # pragma: no cover - just placed
            raise TypeError(index)
        frame = Frame(index, outer, environment)
        self._from_item(node, frame, select)
        select.outputs.append(Output("", [], NOWHERE, star=Star(None)))
        select.sources = frame.sources
        self._row_refs(node, Walker(self, frame), select)
        return index

    def _union(
        self, node: exp.SetOperation, environment: Environment, outer: Frame | None, reserved: int | None
    ) -> int:
        index = self._place(Union([], True, False), reserved)
        union = self.scopes[index]
        if not isinstance(union, Union):  # pragma: no cover - just placed
            raise TypeError(index)
        union.parent = -1 if outer is None else outer.scope
        plain = isinstance(node, exp.Union)
        union.distinct = not plain or bool(node.args.get("distinct", True))
        union.by_name = bool(node.args.get("by_name"))
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
        self._row_refs(node, Walker(self, frame), union)
        return index

    def _values(self, node: exp.Values, environment: Environment, outer: Frame | None) -> int:
        opaque = Opaque(-1 if outer is None else outer.scope, closed=True)
        walker = Walker(self, outer or Frame(-1, None, environment))
        for row in node.expressions:
            opaque.refs.extend(walker.refs(row, "output"))
        alias = node.args.get("alias")
        names = tuple(self.fold(c) for c in (alias.args.get("columns") if alias else None) or ())
        width = len(node.expressions[0].expressions) if node.expressions else 0
        opaque.names = names + tuple(f"col{i}" for i in range(len(names), width))
        return self._place(opaque, None)

    def _select(self, node: exp.Select, environment: Environment, outer: Frame | None, reserved: int | None) -> int:
        index = self._place(Select(-1 if outer is None else outer.scope), reserved)
        select = self.scopes[index]
        if not isinstance(select, Select):  # pragma: no cover - just placed
            raise TypeError(index)
        frame = Frame(index, outer, environment)
        start = node.args.get("from_")
        if start is not None:
            self._from_item(start.this, frame, select)
        for lateral in node.args.get("laterals") or ():
            self._source(lateral, frame, select)
        for join in node.args.get("joins") or ():
            self._join(join, frame, select)
        select.sources = frame.sources
        for window in node.args.get("windows") or ():
            frame.windows[window.name.lower()] = window
        walker = Walker(self, frame)
        for item in node.expressions:
            select.outputs.append(self._output(item, walker, frame))
        self._row_refs(node, walker, select)
        return index

    def _from_item(self, node: exp.Expr, frame: Frame, select: Select) -> None:
        """A source together with the joins that are written behind it."""
        self._source(node, frame, select)
        for lateral in node.args.get("laterals") or ():
            self._source(lateral, frame, select)
        for join in node.args.get("joins") or ():
            self._join(join, frame, select)

    def _join(self, join: exp.Join, frame: Frame, select: Select) -> None:
        first = len(frame.sources)
        self._from_item(join.this, frame, select)
        added = frame.sources[first:]
        if str(join.args.get("kind") or "").upper() in _DROPS_RIGHT:
            for source in added:
                source.in_star = False
        if added:
            added[0].using = tuple(self.fold(c) for c in join.args.get("using") or ())
            added[0].natural = str(join.args.get("method") or "").upper() == "NATURAL"
        walker = Walker(self, frame)
        select.rows.extend(walker.refs(join.args.get("on"), "join"))
        condition = join.args.get("match_condition")
        if condition is not None:
            select.rows.extend(walker.refs(condition, "join"))

    def _source(self, node: exp.Expr, frame: Frame, select: Select) -> None:
        alias, columns = self._alias(node)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            source = self._named(node, alias, columns, frame)
        elif isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            source = Source(alias, scope=self.query(node.this.this, frame.environment, frame), columns=columns)
        elif isinstance(node, exp.Subquery):
            inner = node.this if not isinstance(node.this, exp.Table) else None
            if inner is None:
                # Parentheses around a table and its joins open no scope of their own.
                self._from_item(node.this, frame, select)
                return
            environment = self.with_clause(node, frame.environment, frame.outer)
            # Names of its siblings are visible to a derived table only where it is lateral.
            source = Source(alias, scope=self.query(inner, environment, frame.outer), columns=columns)
        elif isinstance(node, exp.Values):
            source = Source(alias, scope=self._values(node, frame.environment, frame))
        else:
            source = Source(alias, scope=self._opaque(node, frame, columns))
        frame.sources.append(source)
        pivots = node.args.get("pivots")
        if pivots:
            self._pivoted(pivots, frame)

    def _named(self, node: exp.Table, alias: str, columns: tuple[str, ...], frame: Frame) -> Source:
        identifiers = [p for p in node.parts if isinstance(p, exp.Identifier)]
        parts = tuple(self.fold(p) for p in identifiers)
        span: Span = (span_of(identifiers[0])[0], span_of(identifiers[-1])[1])
        alias = alias or parts[-1]
        if len(parts) == 1:
            known = frame.environment.get(identifiers[0].name.lower())
            if known is not None:
                return Source(alias, scope=known[0], columns=columns or known[1], span=span)
        elif self.dialect in ("bigquery", "") and frame.find([parts[0]]) is not None:
            # `FROM t, t.items`: the array of the row at hand, unnested without saying so.
            found = Walker(self, frame).refs(exp.column(identifiers[1].copy(), identifiers[0].copy()), "output")
            opaque = Opaque(frame.scope, found, (alias,), structured=True)
            return Source(alias, scope=self._place(opaque, None), span=span)
        return Source(alias, parts, columns=columns, span=span)

    def _opaque(self, node: exp.Expr, frame: Frame, columns: tuple[str, ...]) -> int:
        """UNNEST, LATERAL FLATTEN, table functions: their arguments flow into whatever is asked of them."""
        walker = Walker(self, frame)
        refs: list[Reference] = []
        arguments = list(node.expressions) if isinstance(node, exp.Unnest) else [c for _, c in children(node)]
        for argument in arguments:
            if not isinstance(argument, (exp.TableAlias, exp.Identifier, exp.Join, exp.Pivot)):
                refs.extend(walker.refs(argument, "output"))
        structured = isinstance(node, exp.Unnest) and len(refs) == 1
        names = columns
        offset = node.args.get("offset")
        if isinstance(offset, exp.Identifier):
            names = (*names, self.fold(offset))
        return self._place(Opaque(frame.scope, refs, names, structured=structured), None)

    def _pivoted(self, pivots: list[exp.Expr], frame: Frame) -> None:
        """PIVOT and UNPIVOT make columns out of values: everything of their source may be in any of them."""
        inner = frame.sources.pop()
        middle = Frame(-1, frame.outer, frame.environment, [inner])
        select = Select(-1 if frame.outer is None else frame.outer.scope, [inner])
        walker = Walker(self, middle)
        for pivot in pivots:
            for _, child in children(pivot):
                if not isinstance(child, exp.TableAlias):
                    select.rows.extend(walker.refs(child, "group"))
        select.outputs.append(Output("", [], NOWHERE, star=Star(None, subset=True)))
        alias, columns = self._alias(pivots[-1])
        index = self._place(select, None)
        frame.sources.append(Source(alias or inner.alias, scope=index, columns=columns, span=inner.span))

    def _alias(self, node: exp.Expr) -> tuple[str, tuple[str, ...]]:
        alias = node.args.get("alias")
        if not isinstance(alias, exp.TableAlias):
            return "", ()
        columns = tuple(self.fold(c) for c in alias.args.get("columns") or () if isinstance(c, exp.Identifier))
        name = self.fold(alias.this) if isinstance(alias.this, exp.Identifier) else ""
        if not name and len(columns) == 1 and isinstance(node, exp.Unnest):
            name = columns[0]
        return name, columns

    def _output(self, item: exp.Expr, walker: Walker, frame: Frame) -> Output:
        star = self._star(item, walker, frame)
        if star is not None:
            return Output("", [], span_of(item), star=star)
        aggregate = item.find(exp.AggFunc) is not None
        if isinstance(item, exp.Alias):
            identifier = item.args["alias"]
            return Output(self.fold(identifier), walker.refs(item.this, "output"), span_of(identifier), aggregate)
        if isinstance(item, exp.Aliases):
            names = [self.fold(a) for a in item.args["expressions"]]
            return Output(names[0] if names else "", walker.refs(item.this, "output"), NOWHERE, True)
        named = item.this if isinstance(item, exp.Column) else item
        name = self.fold(named) if isinstance(named, exp.Identifier) else item.output_name
        span = span_of(named) if isinstance(named, exp.Identifier) else NOWHERE
        if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
            name, span = self.fold(item.expression), span_of(item.expression)
        return Output(name, walker.refs(item, "output"), span, aggregate)

    def _star(self, item: exp.Expr, walker: Walker, frame: Frame) -> Star | None:
        if isinstance(item, exp.Columns) or (isinstance(item, exp.Like) and isinstance(item.this, exp.Star)):
            return Star(None, subset=True)
        if not isinstance(item, (exp.Star, exp.Column)) or not item.is_star:
            return None
        node = item if isinstance(item, exp.Star) else item.this
        source: int | None = None
        members: Ref | None = None
        if isinstance(item, exp.Column):
            parts = [p for p in (item.args.get(k) for k in ("catalog", "db", "table")) if p is not None]
            found = frame.find([self.fold(p) for p in parts])
            if found is not None and found[1] == len(parts) and found[0][0] == 0:
                source = found[0][1]
            else:
                reference = walker.refs(exp.column(*[p.copy() for p in reversed(parts)]), "output")[0]
                members = reference if isinstance(reference, Ref) else None
        star = Star(source, members_of=members, subset=node.args.get("ilike") is not None)
        names = [e.this if isinstance(e, exp.Column) else e for e in node.args.get("except_") or ()]
        star.exclude = frozenset(self.fold(n) for n in names)
        for replaced in node.args.get("replace") or ():
            if isinstance(replaced, exp.Alias):
                star.replace[self.fold(replaced.args["alias"])] = walker.refs(replaced.this, "output")
        for renamed in node.args.get("rename") or ():
            if isinstance(renamed, exp.Alias):
                old = renamed.this.this if isinstance(renamed.this, exp.Column) else renamed.this
                star.rename[self.fold(old)] = self.fold(renamed.args["alias"])
        return star

    def _row_refs(self, node: exp.Expr, walker: Walker, scope: Select | Union) -> None:
        """What decides which rows there are, how often, and in what order."""
        rows = scope.rows
        clauses: tuple[tuple[str, How], ...] = (
            ("where", "filter"),
            ("prewhere", "filter"),
            ("having", "filter"),
            ("qualify", "filter"),
            ("connect", "join"),
            ("match", "filter"),
            ("limit", "filter"),
            ("offset", "filter"),
            ("sample", "filter"),
        )
        for clause, how in clauses:
            rows.extend(walker.refs(node.args.get(clause), how))
        group = node.args.get("group")
        if group is not None:
            rows.extend(self._grouping(group, walker))
        for clause in ("order", "sort", "cluster", "distribute"):
            for item in _items(node.args.get(clause)):
                rows.extend(_by_position(item, "order") or walker.refs(item, "order"))
        distinct = node.args.get("distinct")
        if isinstance(distinct, exp.Distinct):
            on = distinct.args.get("on")
            rows.extend(walker.refs(on, "distinct") if on is not None else [OutputRef(0, "distinct")])

    def _grouping(self, group: exp.Group, walker: Walker) -> Iterator[Reference]:
        if group.args.get("all"):
            yield OutputRef(-1, "group")
        for _, item in children(group):
            yield from _by_position(item, "group") or walker.refs(item, "group")


def _items(clause: exp.Expr | None) -> Iterator[exp.Expr]:
    for item in clause.expressions if clause is not None else ():
        yield item.this if isinstance(item, exp.Ordered) else item


def _by_position(item: exp.Expr, how: How) -> list[Reference]:
    if isinstance(item, exp.Literal) and not item.is_string and item.name.isdigit():
        return [OutputRef(int(item.name), how)]
    if isinstance(item, exp.Var) and item.name.upper() == "ALL":
        return [OutputRef(0, how)]
    return []


def _own_clauses(node: exp.Expr) -> bool:
    return any(node.args.get(k) for k in ("order", "limit", "offset", "with_"))
