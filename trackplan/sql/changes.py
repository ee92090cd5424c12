"""UPDATE, DELETE, MERGE and upserts → statements that build the table they change, out of itself and what they read.

A changed column takes its new value as from a subquery: the rows that decide about the change flow into that column
alone. Which rows there are is only changed by DELETE and INSERT.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.alterations import emptied
from trackplan.sql.compile import Compiler
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.records import (
    NOWHERE,
    Output,
    Ref,
    Reference,
    ScopeRef,
    Select,
    Source,
    Span,
    Star,
    StarRef,
    Statement,
)
from trackplan.sql.rows import row_refs
from trackplan.sql.sources import from_item, source_item

if TYPE_CHECKING:
    from trackplan.sql.frame import Environment

CHANGES = (exp.Update, exp.Delete, exp.Merge)
"""The statements that `changed` compiles."""


def changed(tree: exp.Expr, span: Span, dialect: str) -> Iterator[Statement]:
    """What UPDATE, DELETE or MERGE does, as statements. Raises `NotFollowedError`."""
    if tree.args.get("returning") is not None:
        raise NotFollowedError
    if isinstance(tree, exp.Update):
        yield from _updated(tree, span, dialect)
    elif isinstance(tree, exp.Delete):
        yield from _deleted(tree, span, dialect)
    elif isinstance(tree, exp.Merge):
        yield from _merged(tree, span, dialect)


def resolved(tree: exp.Insert, columns: tuple[str, ...], span: Span, dialect: str) -> Iterator[Statement]:
    """What INSERT does with rows that are there already (ON CONFLICT and the like). Raises `NotFollowedError`."""
    conflict = tree.args.get("conflict")
    if conflict is None and not tree.args.get("alternative") and not tree.args.get("ignore"):
        return
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    change = _Change(dialect, span)
    change.begin(tree)
    change.source(table)
    change.target(0)
    query = change.compiler.query(tree.expression, change.frame.environment, None)
    change.frame.sources.append(Source("excluded", scope=query, columns=columns))
    keys = [change.compiler.fold(k.this if isinstance(k, exp.Ordered) else k) for k in _keys(conflict)]
    for index in (0, 1):
        named: list[Reference] = [Ref((0, index), k, "", "join", "", False, NOWHERE) for k in keys]
        change.rows.extend(named or [StarRef((0, index), "join", NOWHERE)])
    if conflict is not None:
        if conflict.expressions and not columns:
            raise NotFollowedError
        row_refs(conflict, change.walker, change.decides)
        for item in conflict.expressions or ():
            change.set(item)
    yield from change.statements(rows=True)


class _Change:
    """One statement while it is compiled. `decides` is the scope whose rows decide what is changed."""

    def __init__(self, dialect: str, span: Span) -> None:
        self.compiler = Compiler(dialect)
        self.decides = Select(-1)
        self.span = span
        self._targets: dict[int, tuple[str, ...]] = {}
        self._values: dict[int, dict[str, list[Reference]]] = {}
        self._partly: set[str] = set()

    def begin(self, tree: exp.Expr) -> None:
        """Take in the common table expressions of `tree`."""
        environment: Environment = self.compiler.with_clause(tree, {}, None)
        index = self.compiler.place(self.decides, None)
        self.frame = Frame(index, None, environment)
        self.decides.sources = self.frame.sources
        self.walker = Walker(self.compiler, self.frame)
        self.rows = self.decides.rows

    def source(self, node: exp.Expr) -> None:
        """Add a table, with its joins."""
        from_item(self.compiler, node, self.frame, self.decides)

    def target(self, index: int) -> None:
        """The source at `index` is changed."""
        parts = self.frame.sources[index].parts
        if not parts:
            raise NotFollowedError
        self._targets[index] = parts
        self._values.setdefault(index, {})

    def aim(self, node: exp.Expr, *, known: bool) -> None:
        """The table that `node` names is changed; it is one of the sources already, where FROM lists it (`known`)."""
        parts = node.parts if isinstance(node, exp.Table) else []
        found = self.frame.find([self.compiler.fold(parts[0])]) if known and len(parts) == 1 else None
        if found is None:
            first = len(self.frame.sources)
            source_item(self.compiler, node, self.frame, self.decides)
            found = (0, first), 1
        self.target(found[0][1])

    def set(self, item: exp.Expr) -> None:
        """One `column = value`, or several in a tuple."""
        if not isinstance(item, exp.EQ):
            raise NotFollowedError
        left, right = item.this, item.expression
        if isinstance(left, exp.Tuple):
            pairs = isinstance(right, exp.Tuple) and len(right.expressions) == len(left.expressions)
            for position, column in enumerate(left.expressions):
                self._assign(column, right.expressions[position] if pairs else right)
        else:
            self._assign(left, right)

    def _assign(self, column: exp.Expr, value: exp.Expr) -> None:
        node = column.unnest()
        parts = list(node.parts) if isinstance(node, (exp.Column, exp.Dot)) else [node]
        if not all(isinstance(p, exp.Identifier) for p in parts):
            raise NotFollowedError
        names = [self.compiler.fold(p) for p in parts]
        found = self.frame.find(names[:-1]) if len(names) > 1 else None
        index = next(iter(self._targets)) if found is None else found[0][1]
        names = names[found[1] :] if found is not None else names
        if len(names) > 1:
            self._partly.add(names[0])
        if index not in self._targets:
            self.target(index)
        refs: list[Reference] = []
        if not (isinstance(value, exp.Column) and value.name.lower() == "default" and not value.table):
            scope = self.select([value])
            refs = [ScopeRef(scope, True, "", "output", ".".join(names[1:]), True)]
        else:
            refs = [self.decision()]
        self._values[index].setdefault(names[0], []).extend(refs)

    def select(self, values: Sequence[exp.Expr]) -> int:
        """A scope that gives `values`, of the rows that are changed."""
        select = Select(-1, self.frame.sources)
        index = self.compiler.place(select, None)
        walker = Walker(self.compiler, Frame(index, None, self.frame.environment, self.frame.sources))
        select.outputs.extend(Output(f"col{i}", walker.refs(v, "output"), NOWHERE) for i, v in enumerate(values))
        select.rows.append(self.decision())
        return index

    def decision(self) -> ScopeRef:
        """What decides about the change."""
        return ScopeRef(self.frame.scope, False, "", "filter", "", False)

    def statements(self, *, rows: bool, every: bool = False) -> Iterator[Statement]:
        """The changes of each target; with `rows` there may be fewer rows than before, with `every` all are changed."""
        for index, parts in self._targets.items():
            outputs = [Output(name, refs, NOWHERE) for name, refs in self._values[index].items()]
            select = Select(-1, outputs=outputs, rows=[self.decision()] if rows else [])
            if outputs or rows:
                scope = self.compiler.place(select, None)
                yield Statement(
                    scope,
                    self.compiler.scopes,
                    parts,
                    self.span,
                    existing=True,
                    partial=True,
                    calls=self.compiler.calls,
                    sets=tuple(name for name in self._values[index] if name not in self._partly) if every else (),
                )


def _updated(tree: exp.Update, span: Span, dialect: str) -> Iterator[Statement]:
    change = _Change(dialect, span)
    change.begin(tree)
    start = tree.args.get("from_")
    if start is not None:
        change.source(start.this)
    listed = len(change.frame.sources)
    if tree.this.args.get("joins"):
        change.source(tree.this)
        change.target(listed)
    else:
        change.aim(tree.this, known=True)
    row_refs(tree, change.walker, change.decides)
    for item in tree.expressions:
        change.set(item)
    plain = all(not value for name, value in tree.args.items() if name not in ("this", "expressions"))
    yield from change.statements(rows=False, every=plain and not tree.this.args.get("joins"))


def _deleted(tree: exp.Delete, span: Span, dialect: str) -> Iterator[Statement]:
    change = _Change(dialect, span)
    change.begin(tree)
    change.source(tree.this)
    for node in tree.args.get("using") or ():
        change.source(node)
    targets = tree.args.get("tables") or ()
    for node in targets:
        change.aim(node, known=True)
    if not targets:
        change.target(0)
    row_refs(tree, change.walker, change.decides)
    if all(not value for name, value in tree.args.items() if name != "this") and len(change.frame.sources) == 1:
        yield emptied(change.frame.sources[0].parts, span)
    else:
        yield from change.statements(rows=True)


def _merged(tree: exp.Merge, span: Span, dialect: str) -> Iterator[Statement]:
    change = _Change(dialect, span)
    change.begin(tree)
    change.source(tree.this)
    change.target(0)
    change.source(tree.args["using"])
    if len(change.frame.sources) != 2:
        raise NotFollowedError
    change.frame.sources[1].using = tuple(change.compiler.fold(c) for c in tree.args.get("using_cond") or ())
    change.rows.extend(change.walker.refs(tree.args.get("on") or None, "join"))
    whens = tree.args["whens"].expressions
    for when in whens:
        change.rows.extend(change.walker.refs(when.args.get("condition"), "filter"))
    deletes = False
    for when in whens:
        then = when.args["then"]
        if isinstance(then, exp.Insert):
            yield from _inserted(then, change)
        elif isinstance(then, exp.Update) and isinstance(then.expressions, list) and then.expressions:
            if isinstance(then.expressions[0], exp.Star):
                yield _all(change, insert=False)
            else:
                for item in then.expressions:
                    change.set(item)
        elif isinstance(then, exp.Var):
            deletes = deletes or then.name.upper() == "DELETE"
        else:
            raise NotFollowedError
    yield from change.statements(rows=deletes)


def _inserted(then: exp.Insert, change: _Change) -> Iterator[Statement]:
    """The rows that MERGE adds."""
    if isinstance(then.this, (exp.Star, exp.Var)):
        yield _all(change, insert=isinstance(then.this, exp.Var) or change.compiler.dialect == "duckdb")
        return
    columns = then.this.expressions if then.this is not None else ()
    values = then.expression
    if not isinstance(values, exp.Tuple) or not all(isinstance(c, exp.Column) for c in columns):
        raise NotFollowedError
    names = tuple(change.compiler.fold(c.this) for c in columns)
    scope = change.select(values.expressions)
    parts = change.frame.sources[0].parts
    yield Statement(
        scope,
        change.compiler.scopes,
        parts,
        change.span,
        names,
        insert=True,
        existing=True,
        calls=change.compiler.calls,
    )


def _all(change: _Change, *, insert: bool) -> Statement:
    """Every column of what is merged, by name or (`insert`) by position."""
    scope = change.select([])
    select = change.compiler.scopes[scope]
    if isinstance(select, Select):
        select.outputs.append(Output("", [], NOWHERE, star=Star(1)))
    parts = change.frame.sources[0].parts
    return Statement(
        scope, change.compiler.scopes, parts, change.span, insert=insert, existing=True, calls=change.compiler.calls
    )


def _keys(conflict: exp.Expr | None) -> list[exp.Expr]:
    keys = conflict.args.get("conflict_keys") if conflict is not None else None
    return list(keys or ())
