"""A rule's query → the same query with one condition, constant or join broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import sqlglot
from sqlglot import exp

Change = Callable[[exp.Expr], exp.Expr | None]

_SWAPPED: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken query, and what was done to it: `drop: f.status <> 'blocked'`."""

    name: str
    sql: str


def mutants(sql: str) -> Iterator[Mutant]:
    """Every breakage of the query, each query once, in the order of the text."""
    whole = parse(sql)
    seen = {written(whole)}
    for index, node in enumerate(whole.walk()):
        for kind, change in _changes(node):
            broken = _changed(whole, index, change)
            if broken is not None and broken not in seen:
                seen.add(broken)
                yield Mutant(f"{kind}: {_short(node)}", broken)


def parse(sql: str) -> exp.Expr:
    """The query as a tree."""
    return sqlglot.parse_one(sql, dialect="sqlite")


def written(tree: exp.Expr) -> str:
    """The tree as a query again."""
    return tree.sql(dialect="sqlite", comments=False)


def _changes(node: exp.Expr) -> Iterator[tuple[str, Change]]:
    if _is_condition(node):
        # What is true takes nothing away from an AND, what is false adds nothing to an OR.
        yield "drop", lambda old: exp.false() if isinstance(_joint(old), exp.Or) else exp.true()
        yield "negate", lambda old: exp.not_(exp.paren(old.copy()))
    if type(node) in _SWAPPED:
        yield "operator", lambda old: _SWAPPED[type(old)](this=old.this.copy(), expression=old.expression.copy())
    if isinstance(node, exp.Literal) and _in_condition(node):
        yield "constant", _other_literal
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for position in range(len(node.expressions)):
            yield f"without {node.expressions[position].sql()}", partial(_without, position)
    if isinstance(node, exp.Join) and node.side == "LEFT":
        yield "inner join", _inner
    if isinstance(node, exp.Union):
        yield "first half", lambda old: old.this.copy()
        yield "second half", lambda old: old.expression.copy()


def _joint(node: exp.Expr) -> exp.Expr | None:
    """What a condition is a part of, parentheses and NOT aside."""
    up = node.parent
    while isinstance(up, exp.Paren | exp.Not):
        up = up.parent
    return up


def _is_condition(node: exp.Expr) -> bool:
    """Whether the node is a condition without parts: of WHERE, HAVING or ON, or an alternative anywhere."""
    if isinstance(node, exp.And | exp.Or | exp.Paren | exp.Not | exp.Boolean):
        return False
    joint = _joint(node)
    if isinstance(joint, exp.And | exp.Or):
        return node.parent is joint or isinstance(node.parent, exp.Paren | exp.Not)
    below, up = node, node.parent
    while isinstance(up, exp.Paren | exp.Not):
        below, up = up, up.parent
    return isinstance(up, exp.Where | exp.Having) or (isinstance(up, exp.Join) and below.arg_key == "on")


def _in_condition(node: exp.Expr) -> bool:
    return any(
        isinstance(up, exp.Where | exp.Having) or (isinstance(up, exp.Join) and node is not up.this)
        for up in _ups(node)
    )


def _ups(node: exp.Expr) -> Iterator[exp.Expr]:
    up = node.parent
    while up is not None and not isinstance(up, exp.Select):
        yield up
        up = up.parent


def _other_literal(old: exp.Expr) -> exp.Expr:
    if old.is_string:
        return exp.Literal.string("another" if not str(old.this).endswith("%") else "another%")
    return exp.Literal.number(int(float(old.this)) + 1)


def _without(position: int, old: exp.Expr) -> exp.Expr:
    made = old.copy()
    made.expressions.pop(position)
    return made


def _inner(old: exp.Expr) -> exp.Expr:
    made = old.copy()
    made.set("side", None)
    return made


def _changed(whole: exp.Expr, index: int, change: Change) -> str | None:
    """The query with its n-th node changed."""
    tree = whole.copy()
    node = next(n for i, n in enumerate(tree.walk()) if i == index)
    made = change(node)
    if made is None:
        return None
    if node is tree:
        return written(made)
    node.replace(made)
    return written(tree)


def _short(node: exp.Expr) -> str:
    text = " ".join(written(node).split())
    return text if len(text) <= 100 else text[:99] + "…"
