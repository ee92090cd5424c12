"""Lists of pairs of which some keys are read alone: `UNNEST(params) AS p WHERE p.key = 'page'`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp

from trackplan.sql.records import Opaque, Scope, Source
from trackplan.sql.values import KEY, parts

if TYPE_CHECKING:
    from trackplan.sql.frame import Frame

_LONGEST = 200
_SEGMENTS = frozenset(".[]\0\1\2\3")


def narrow(
    node: exp.Select,
    frame: Frame,
    scopes: list[Scope],
    joined: Sequence[tuple[exp.Join, list[Source]]],
    dialect: str,
) -> None:
    """Leave of each list that FROM takes apart what its WHERE, or the ON of its JOIN, asks for.

    What WHERE holds of every row that stays may as well be asked before. The ON of an outer or anti join says so of the
    side alone that need not be there. Where rows go side by side, as all lists of an ARRAY JOIN do, places count.
    """
    beside = any(str(join.args.get("method") or "").upper() == "POSITIONAL" for join, _ in joined)
    if beside or dialect == "clickhouse":
        return
    where = node.args.get("where")
    for condition in _conditions(where.this if where is not None else None):
        _narrowed(condition, frame.sources, frame, scopes, dialect)
    for join, added in joined:
        side = str(join.args.get("side") or "").upper()
        own = side or str(join.args.get("kind") or "").upper() == "ANTI"
        if side in ("", "LEFT"):
            for condition in _conditions(join.args.get("on")):
                _narrowed(condition, added if own else frame.sources, frame, scopes, dialect)


def _conditions(node: exp.Expr | None) -> Iterator[exp.Expr]:
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, exp.And):
            pending += [each.this, each.expression]
        elif isinstance(each, exp.Paren):
            pending.append(each.this)
        elif each is not None:
            yield each


def _narrowed(condition: exp.Expr, sources: Sequence[Source], frame: Frame, scopes: list[Scope], dialect: str) -> None:
    column, keys = _asked(condition)
    if column is None or column.name.lower() != "key" or column.args.get("db") is not None or not keys:
        return
    for source in sources:
        scope = scopes[source.scope] if source.scope >= 0 else None
        if isinstance(scope, Opaque) and _is_list(scope) and _means(column, source, scope, frame, dialect):
            refs = [ref for key in keys for ref in parts(scope.refs, f"{KEY}{key}")]
            scopes[source.scope] = replace(scope, refs=refs)
            return


def _is_list(scope: Opaque) -> bool:
    """Whether it gives elements, and not their positions, which others decide."""
    return scope.listed and scope.structured and not scope.each and len(scope.names) < 2


def _means(column: exp.Column, source: Source, scope: Opaque, frame: Frame, dialect: str) -> bool:
    """Whether a column is surely a member of the elements."""
    table = column.table.lower()
    if not table:  # elsewhere it may be what the select list calls so
        return dialect == "bigquery" and len(frame.sources) == 1
    if any(other is not source and other.alias.lower() == table for other in frame.sources):
        return False
    return table == source.alias.lower() or table in (name.lower() for name in scope.names)


def _asked(condition: exp.Expr) -> tuple[exp.Column | None, list[str]]:
    """The column that is one of some texts, and these."""
    if isinstance(condition, exp.EQ):
        pair = (condition.this, condition.expression)
        columns = [side for side in pair if isinstance(side, exp.Column)]
        given = [side for side in pair if isinstance(side, exp.Literal)]
    elif isinstance(condition, exp.In) and not any(
        v for n, v in condition.args.items() if n not in ("this", "expressions")
    ):
        columns = [condition.this] if isinstance(condition.this, exp.Column) else []
        given = condition.expressions
    else:
        return None, []
    texts = [text.this for text in given if isinstance(text, exp.Literal) and text.is_string]
    plain = all(text and len(text) <= _LONGEST and not _SEGMENTS & set(text) for text in texts)
    return (columns[0], texts) if len(columns) == 1 and len(texts) == len(given) and plain else (None, [])
