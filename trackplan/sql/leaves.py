"""The leaves of expressions: column names and subqueries, as references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from trackplan.sql.nodes import span_of
from trackplan.sql.paths import is_number, members_in
from trackplan.sql.records import NOWHERE, How, OutputRef, Ref, Reference, ScopeRef, StarRef
from trackplan.sql.template import COLUMNS
from trackplan.sql.transforms import transform
from trackplan.sql.values import parts, placed, taken

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler
    from trackplan.sql.frame import Frame

Bound = Mapping[str, Sequence[Reference]]
"""The parameters of the lambdas around an expression, in lower case: what makes up the element that each stands for."""


class Leaves:
    """Makes the references of one scope (`frame`)."""

    __slots__ = ("compiler", "fold", "frame", "members")

    def __init__(self, compiler: Compiler, frame: Frame) -> None:
        self.compiler = compiler
        self.frame = frame
        self.fold = compiler.fold
        self.members = members_in(compiler.dialect)

    def leaf(
        self,
        node: exp.Expr,
        path: Sequence[str],
        how: How,
        into: str,
        clear: bool,
        bound: Bound,
        found: list[Reference],
    ) -> None:
        """Note what a column reference means, or `t.*` inside an expression; parameters of lambdas are neither."""
        args = node.args
        this = args["this"]
        if self.members.numbered and is_number(this):
            # `pair.1` is whichever member comes first.
            self.leaf(exp.column(*reversed(_names(args)[:-1])), (), how, into, False, bound, found)
            return
        if this.__class__ is exp.Identifier and args.get("db") is None:
            table = args.get("table")
            if bound and (table or this).name.lower() in bound:
                below = (this.name, *path) if table is not None else path
                self.parameter((table or this).name, below, how, into, clear, bound, found)
                return
            if table is None:
                name, way = self.fold(this), ".".join(path) if path else ""
                found.append(Ref(None, name, way, how, into, clear, span_of(this), False, transform(node)))
                return
            called = self.frame.called(self.fold(table))
            if called is not None:
                span = span_of(table)[0], span_of(this)[1]
                name, way = self.fold(this), ".".join(path) if path else ""
                found.append(Ref(called, name, way, how, into, clear, span, False, transform(node)))
                return
        names = _names(args)
        if bound and names[0].name.lower() in bound:
            self.parameter(names[0].name, [*(p.name for p in names[1:]), *path], how, into, clear, bound, found)
            return
        if isinstance(this, exp.Parameter):  # `t.$2` is whichever column of `t` comes second
            source = self.frame.find([self.fold(p) for p in names[:-1]])
            found.append(StarRef(source[0] if source is not None else None, how, span_of(names[0])))
            return
        if not isinstance(this, exp.Star):
            found.append(self.column(names, path, how, into, clear))
            return
        source = self.frame.find([self.fold(p) for p in names[:-1]])
        if source is not None and source[1] == len(names) - 1:
            found.append(StarRef(source[0], how, span_of(names[0])))
        else:
            found.append(self.column(names[:-1], (), how, into, False))

    def star(self, node: exp.Expr, how: How, found: list[Reference]) -> None:
        """A star by itself: all columns of all sources, but for `count(*)`."""
        parent = node.parent
        if isinstance(parent, exp.Count) and parent.this is node:
            return
        found.append(StarRef(None, how, NOWHERE))
        if parent is not None and parent.name.lower() == COLUMNS:
            found.append(OutputRef(0, how))  # or what goes by the name of an item
        outer, up = self.frame.outer, 1
        while outer is not None and parent is not None and parent.name.lower() == COLUMNS:
            found.append(StarRef((up, -1), how, NOWHERE))
            outer, up = outer.outer, up + 1

    def selected(self, node: exp.Expr) -> Ref | None:
        """The reference of a column that is selected as it is; None where `leaf` has to tell what it means."""
        args = node.args
        this = args["this"]
        if this.__class__ is not exp.Identifier or args.get("db") is not None or self.members.numbered:
            return None
        table = args.get("table")
        if table is None:
            return Ref(None, self.fold(this), "", "output", "", True, span_of(this))
        called = self.frame.called(self.fold(table))
        span = span_of(table)[0], span_of(this)[1]
        return None if called is None else Ref(called, self.fold(this), "", "output", "", True, span)

    def parameter(
        self,
        name: str,
        path: Sequence[str],
        how: How,
        into: str,
        clear: bool,
        bound: Bound,
        found: list[Reference],
    ) -> None:
        """Note what a part of a lambda's parameter is made of.

        DuckDB takes `x.a` for a member of the column `x` if there is one, even where `x` is a parameter.
        """
        if path and self.compiler.dialect == "duckdb":
            found.append(Ref(None, name, ".".join(path), how, into, clear, NOWHERE, hidden=True))
        of = parts(bound[name.lower()], ".".join(path))
        found.extend(placed(of, into) if clear else taken(of, how, into))

    def column(self, parts: Sequence[exp.Expr], path: Sequence[str], how: How, into: str, clear: bool) -> Ref:
        """The reference that a dotted name makes: `parts` may begin with a source, and end in members."""
        source = self.frame.find([self.fold(p) for p in parts[:-1]]) if len(parts) > 1 else None
        of, taken = source or (None, 0)
        deeper = [p.name for p in parts[taken + 1 :]]
        deeper += path
        if self.members.of_maps:
            for number, name in enumerate(deeper):
                if name in self.members.of_maps:
                    del deeper[number:]
                    clear = False
                    break
        last = parts[-1]
        span = span_of(parts[0])[0], span_of(last)[1]
        return Ref(of, self.fold(parts[taken]), ".".join(deeper), how, into, clear, span, False, transform(last))

    def subquery(
        self, node: exp.Expr, how: How, into: str, clear: bool, path: Sequence[str] = (), *, values: bool = True
    ) -> ScopeRef:
        """The reference to the rows of a query, and with `values` to what it selects."""
        scope = self.compiler.query(node, self.frame.environment, self.frame)
        select = node
        while isinstance(select, (exp.Subquery, exp.SetOperation)):
            select = select.this  # of several queries, the first tells what all of them give
        row = str(select.args.get("kind") or "").upper() == "STRUCT"
        return ScopeRef(scope, values, ".".join(path), how, into, clear, row)


def _names(args: Mapping[str, Any]) -> list[Any]:
    """What a column's name is made of."""
    return [args[part] for part in ("catalog", "db", "table", "this") if args.get(part) is not None]
