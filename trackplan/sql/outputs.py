"""Select lists → outputs: names with what flows into them, and stars with what they leave out, replace and rename."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.expressions import Walker, span_of
from trackplan.sql.frame import Frame
from trackplan.sql.records import NOWHERE, Output, Ref, Star, StarRef

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler


def output(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame) -> Output:
    """One item of a select list."""
    star = _star(compiler, item, walker, frame)
    if star is not None:
        return Output("", [], span_of(item), star=star)
    if item.find(exp.Columns) is not None:
        # `max(COLUMNS(*))` stands for many outputs, one for each column.
        others = [r for r in walker.refs(item, "output") if not isinstance(r, StarRef)]
        return Output("", others, NOWHERE, True, Star(None, subset=True))
    aggregate = item.find(exp.AggFunc) is not None
    if isinstance(item, exp.Alias):
        identifier = item.args["alias"]
        return Output(compiler.fold(identifier), walker.refs(item.this, "output"), span_of(identifier), aggregate)
    if isinstance(item, exp.Aliases):
        names = [compiler.fold(a) for a in item.args["expressions"]]
        return Output(names[0] if names else "", walker.refs(item.this, "output"), NOWHERE, True)
    named = item.this if isinstance(item, exp.Column) else item
    name = compiler.fold(named) if isinstance(named, exp.Identifier) else item.output_name
    span = span_of(named) if isinstance(named, exp.Identifier) else NOWHERE
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
        name, span = compiler.fold(item.expression), span_of(item.expression)
    return Output(name, walker.refs(item, "output"), span, aggregate)


def _star(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame) -> Star | None:
    if isinstance(item, exp.Columns) or (isinstance(item, exp.Like) and isinstance(item.this, exp.Star)):
        return Star(None, subset=True)
    if not isinstance(item, (exp.Star, exp.Column)) or not item.is_star:
        return None
    node = item if isinstance(item, exp.Star) else item.this
    source: int | None = None
    members: Ref | None = None
    if isinstance(item, exp.Column):
        parts = [p for p in (item.args.get(k) for k in ("catalog", "db", "table")) if p is not None]
        found = frame.find([compiler.fold(p) for p in parts])
        if found is not None and found[1] == len(parts) and found[0][0] == 0:
            source = found[0][1]
        else:
            reference = walker.refs(exp.column(*[p.copy() for p in reversed(parts)]), "output")[0]
            members = reference if isinstance(reference, Ref) else None
    star = Star(source, members_of=members, subset=node.args.get("ilike") is not None)
    names = [e.this if isinstance(e, exp.Column) else e for e in node.args.get("except_") or ()]
    star.exclude = frozenset(compiler.fold(n) for n in names)
    for replaced in node.args.get("replace") or ():
        if isinstance(replaced, exp.Alias):
            star.replace[compiler.fold(replaced.args["alias"])] = walker.refs(replaced.this, "output")
    for renamed in node.args.get("rename") or ():
        if isinstance(renamed, exp.Alias):
            old = renamed.this.this if isinstance(renamed.this, exp.Column) else renamed.this
            star.rename[compiler.fold(old)] = compiler.fold(renamed.args["alias"])
    return star
