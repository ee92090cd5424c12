"""Clauses → what decides which rows there are, how often, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from trackplan.sql.by_text import filters_by_text
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.expressions import Walker
from trackplan.sql.nodes import children
from trackplan.sql.records import Called, How, OutputRef, Ref, Reference, Select, Union

_WHERE: tuple[tuple[str, How], ...] = (
    ("where", "filter"),
    ("prewhere", "filter"),
)
_BEHIND: tuple[tuple[str, How], ...] = (
    ("having", "filter"),
    ("qualify", "filter"),
    ("connect", "join"),
    ("match", "filter"),
    ("limit", "filter"),
    ("offset", "filter"),
    ("sample", "filter"),
)
_ORDERS = ("order", "sort", "cluster", "distribute")
_LATE = frozenset({"having", "qualify"})


def row_refs(node: exp.Expr, walker: Walker, scope: Select | Union) -> None:
    """What decides which rows there are, how often, and in what order."""
    rows = scope.rows
    args = node.args
    rows.extend(_said(_WHERE, node, walker))
    if isinstance(scope, Select):
        scope.late = len(walker.compiler.scopes)
    rows.extend(_said(_BEHIND, node, walker))
    group = args.get("group")
    if group is not None:
        rows.extend(_grouping(group, walker))
    for clause in _ORDERS:
        if not args.get(clause):
            continue
        for item in _items(args[clause]):
            refs = _by_position(item, "order") or walker.refs(item, "order")
            if clause == "order" and isinstance(item, exp.Column):
                for ref in refs:
                    if isinstance(ref, Ref):  # a name that stands alone is that of an output, if there is such
                        ref.late = True
            rows.extend(refs)
    if any(map(filters_by_text, args.get("settings") or ())):
        raise NotFollowedError
    distinct = args.get("distinct")
    if isinstance(distinct, exp.Distinct):
        on = distinct.args.get("on")
        rows.extend(walker.refs(on, "distinct") if on is not None else [OutputRef(0, "distinct")])


def _said(clauses: Iterable[tuple[str, How]], node: exp.Expr, walker: Walker) -> Iterator[Reference]:
    for clause, how in clauses:
        if not node.args.get(clause):
            continue
        refs = walker.refs(node.args[clause], how)
        if clause in _LATE:
            _stand_late(refs)
        yield from refs


def _stand_late(refs: Iterable[Reference]) -> None:
    """References of a clause that may name what the select list gives."""
    for ref in refs:
        if isinstance(ref, Ref):
            ref.late = True
        elif isinstance(ref, Called):
            for given in ref.given:
                _stand_late(given)


def _grouping(group: exp.Group, walker: Walker) -> Iterator[Reference]:
    if group.args.get("all"):
        yield OutputRef(-1, "group")
    for item in _grouped(group):
        yield from _by_position(item, "group") or walker.refs(item, "group")


def _grouped(group: exp.Expr) -> Iterator[exp.Expr]:
    """What rows are grouped by, in ROLLUP, CUBE and GROUPING SETS too."""
    for _, item in children(group):
        if isinstance(item, (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple, exp.Paren)):
            yield from _grouped(item)
        else:
            yield item


def _items(clause: exp.Expr) -> Iterator[exp.Expr]:
    for item in clause.expressions:
        yield item.this if isinstance(item, exp.Ordered) else item
        filled = item.args.get("with_fill")
        if isinstance(filled, exp.WithFill):  # ClickHouse makes rows between rows
            for value in filled.args.get("interpolate") or ():
                yield value.this if isinstance(value, exp.Alias) else value


def _is_plain(item: exp.Expr) -> bool:
    """Whether `item` is one word, which many dialects let be a name."""
    if not isinstance(item, exp.Column) or item.args.get("table") is not None:
        return isinstance(item, exp.Var)
    return isinstance(item.this, exp.Identifier) and not item.this.args.get("quoted")


def _by_position(item: exp.Expr, how: How) -> list[Reference]:
    if isinstance(item, exp.Literal) and not item.is_string and item.name.isdigit():
        return [OutputRef(int(item.name), how)]
    if _is_plain(item) and item.name.upper() == "ALL":
        return [OutputRef(0, how)]
    return []
