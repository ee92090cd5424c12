"""Select lists → outputs: names with what flows into them, and stars with what they leave out, replace and rename."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp

from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.nodes import span_of
from trackplan.sql.records import NOWHERE, Output, Ref, Reference, Select, Span, Star, StarRef

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler


def outputs(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame, select: Select) -> Iterator[Output]:
    """One item of a select list; several outputs where it has several names."""
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
        # `f(x).*`: the members of a value that is made on the spot.
        members = Star(-1, _excluded(compiler, item.expression), subset=True)
        yield Output("", [_whole(r) for r in walker.refs(item.this, "output")], NOWHERE, star=members)
        return
    star = _star(compiler, item, walker, frame)
    if star is not None:
        yield Output("", [], span_of(item), star=star)
        return
    if item.find(exp.Columns) is not None:
        # `max(COLUMNS(*))` stands for many outputs, one for each column.
        others: list[Reference] = [r for r in walker.refs(item, "output") if not isinstance(r, StarRef)]
        yield Output("", others, NOWHERE, True, Star(None, subset=True))
        return
    aggregate = item.find(exp.AggFunc) is not None
    refs = walker.refs(item.this if isinstance(item, (exp.Alias, exp.Aliases)) else item, "output")
    if item.find(exp.UDTF, exp.Explode) is not None:
        # UNNEST in a select list makes rows of elements, and columns of the members of a struct.
        select.rows.extend(refs)
        yield Output("", [_whole(r) for r in refs], NOWHERE, star=Star(-1, subset=True))
    for name, span in _names(compiler, item):
        yield Output(name, refs, span, aggregate)


def _names(compiler: Compiler, item: exp.Expr) -> Iterator[tuple[str, Span]]:
    if isinstance(item, exp.Aliases):
        yield from ((compiler.fold(a), span_of(a)) for a in item.args["expressions"])
        return
    named = item.args["alias"] if isinstance(item, exp.Alias) else item.this if isinstance(item, exp.Column) else item
    if isinstance(item, exp.Dot):
        named = item.expression
    if isinstance(named, exp.Identifier):
        yield compiler.fold(named), span_of(named)
    else:
        yield item.output_name, NOWHERE


def _whole(ref: Reference) -> Reference:
    return replace(ref, into="", clear=False) if isinstance(ref, Ref) else ref


def _excluded(compiler: Compiler, node: exp.Expr) -> frozenset[str]:
    names = [e.this if isinstance(e, exp.Column) else e for e in node.args.get("except_") or ()]
    return frozenset(compiler.fold(n) for n in names)


def _star(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame) -> Star | None:
    if isinstance(item, exp.Columns) and isinstance(item.this, exp.Star):
        item = item.this
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
    star.exclude = _excluded(compiler, node)
    for replaced in node.args.get("replace") or ():
        if isinstance(replaced, exp.Alias):
            star.replace[compiler.fold(replaced.args["alias"])] = walker.refs(replaced.this, "output")
    for renamed in node.args.get("rename") or ():
        if isinstance(renamed, exp.Alias):
            old = renamed.this.this if isinstance(renamed.this, exp.Column) else renamed.this
            star.rename[compiler.fold(old)] = compiler.fold(renamed.args["alias"])
    return star
