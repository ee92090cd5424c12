"""ALTER TABLE and TRUNCATE of a table that the same script made → statements that build its next version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlglot import exp

from trackplan.sql.nodes import folder, span_of
from trackplan.sql.records import NOTHING_LEFT, NOWHERE, Output, Select, Source, Span, Star, Statement

_COLUMNS = (exp.RenameColumn, exp.ColumnDef, exp.Drop)


def altered(tree: exp.Expr, span: Span, dialect: str, made: Collection[tuple[str, ...]]) -> list[Statement]:
    """What a statement makes of tables whose names are in `made`; nothing for one that is not of this kind."""
    fold = folder(dialect)
    if isinstance(tree, exp.TruncateTable):
        named = [_parts(table, fold) for table in tree.expressions]
        return [emptied(parts, span) for parts in named] if all(parts in made for parts in named) else []
    actions = tree.args.get("actions") or ()
    if not isinstance(tree, exp.Alter) or not all(_is_of_columns(action) for action in actions):
        return []
    parts = _parts(tree.this, fold)
    if not actions or parts not in made:
        return []
    select = Select(-1, [Source(parts[-1], parts)], _outputs(actions, fold))
    return [Statement(0, [select], parts, span, existing=True)]


def emptied(parts: tuple[str, ...], span: Span) -> Statement:
    """A table that loses all of its rows."""
    return Statement(0, [Select(-1)], parts, span, existing=True, partial=True, sets=(NOTHING_LEFT,))


def _outputs(actions: Sequence[exp.Expr], fold: Callable[[exp.Expr], str]) -> list[Output]:
    star = Star(0)
    outputs = [Output("", [], NOWHERE, star=star)]
    for action in actions:
        if isinstance(action, exp.RenameColumn):
            star.rename[fold(action.this.this)] = fold(action.args["to"].this)
        elif isinstance(action, exp.Drop):
            star.exclude |= {fold(column.this) for column in action.args["tables"]}
        else:
            outputs.append(Output(fold(action.this), [], span_of(action.this)))
    return outputs


def _is_of_columns(action: exp.Expr) -> bool:
    """Whether an action renames, adds or drops columns that are plain names."""
    if isinstance(action, exp.RenameColumn):
        return isinstance(action.this, exp.Column) and isinstance(action.args.get("to"), exp.Column)
    if isinstance(action, exp.Drop):
        return action.args.get("kind") == "COLUMN" and all(isinstance(c, exp.Column) for c in action.args["tables"])
    return isinstance(action, exp.ColumnDef) and isinstance(action.this, exp.Identifier)


def _parts(table: object, fold: Callable[[exp.Expr], str]) -> tuple[str, ...]:
    plain = isinstance(table, exp.Table) and all(isinstance(p, exp.Identifier) for p in table.parts)
    return tuple(fold(p) for p in table.parts) if plain and isinstance(table, exp.Table) else ()
