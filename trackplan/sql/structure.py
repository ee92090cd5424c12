"""Column definitions of DDL → declared columns, with the members of structs below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from trackplan import names
from trackplan.facts.declared import Column
from trackplan.sql.records import NOWHERE, Span
from trackplan.sql.script import NO_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trackplan.findings import Place
    from trackplan.sql.text import Lines

_STRUCTS = frozenset({exp.DType.STRUCT, exp.DType.OBJECT, exp.DType.NESTED, exp.DType.UNION})
_WRAPPERS = frozenset({exp.DType.ARRAY, exp.DType.LIST, exp.DType.LOWCARDINALITY})
# What an INSERT without a list of columns gives nothing to, by dialect; elsewhere each column must get its value.
_COMPUTED = (exp.ComputedColumnConstraint, exp.EphemeralColumnConstraint)
_PASSED_OVER: dict[str, tuple[type[exp.Expr], ...]] = {
    "clickhouse": _COMPUTED,
    "fabric": (*_COMPUTED, exp.GeneratedAsIdentityColumnConstraint),
    "tsql": (*_COMPUTED, exp.GeneratedAsIdentityColumnConstraint),
}
_DEEPEST = 100
_LARGEST = 300


def is_passed_over(item: exp.Expr, dialect: str) -> bool:
    """Whether an INSERT that names no columns gives nothing to the column that `item` defines."""
    kinds = _PASSED_OVER.get(dialect, ())
    return any(isinstance(told.args.get("kind"), kinds) for told in item.args.get("constraints") or ())


class Structure:
    """Reads the columns of one text; `lines` turns its offsets into places."""

    def __init__(self, lines: Lines, dialect: str) -> None:
        self._lines = lines
        self.dialect = dialect

    def columns(self, items: Iterable[exp.Expr], fallback: Place) -> tuple[Column, ...]:
        """The columns among the items of a column list; constraints and indexes are passed over."""
        return tuple(c for item in items for _, c in self.additions(item, fallback))

    def additions(self, item: exp.Expr, fallback: Place) -> Iterator[tuple[tuple[str, ...], Column]]:
        """The column that `item` defines, with the path of the struct to which it is added (mostly empty)."""
        if isinstance(item, exp.Identifier):
            yield (), Column(self.fold(item), self.place(item) or fallback)
            return
        if not isinstance(item, exp.ColumnDef):
            return
        named = self.path(item.this)
        if named:
            kind = item.args.get("kind")
            yield (
                named[:-1],
                Column(
                    name=named[-1],
                    place=self.place(item.this) or fallback,
                    type=self._type(kind),
                    description=description(item.args.get("constraints") or ()),
                    columns=self._members(kind, fallback, 0),
                    passed_over=is_passed_over(item, self.dialect),
                ),
            )

    def path(self, named: object) -> tuple[str, ...]:
        """The segments of a column's name; more than one where a member of a struct is meant."""
        if isinstance(named, exp.Identifier):
            return (self.fold(named),)
        if isinstance(named, exp.Literal) and named.is_string:
            return (names.fold(named.name, True, self.dialect),)
        if isinstance(named, exp.Column | exp.Dot):
            return tuple(self.fold(i) for i in sorted(named.find_all(exp.Identifier), key=_offset))
        return ()

    def parts(self, table: object) -> tuple[str, ...]:
        """The folded name of a table, outermost part first; empty where it is not a plain name."""
        if isinstance(table, exp.Table):
            parts = table.parts
            if all(isinstance(p, exp.Identifier) for p in parts):
                return tuple(self.fold(p) for p in parts)
        return ()

    def named(self, tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], Place, int]:
        """The dotted name that begins at `tokens[at]`: its folded parts, its place, and the index after it."""
        parts: list[str] = []
        start = at
        while at < len(tokens) and (tokens[at].token_type not in NO_NAMES):
            token = tokens[at]
            quoted = token.token_type == TokenType.IDENTIFIER
            segments = token.text.split(".") if quoted and self.dialect == "bigquery" else [token.text]
            parts.extend(names.fold(s, quoted, self.dialect) for s in segments)
            at += 1
            if at >= len(tokens) or tokens[at].token_type != TokenType.DOT:
                break
            at += 1
        end = tokens[at - 1].end + 1 if at > start else -1
        return tuple(parts), self._lines.place((tokens[start].start if at > start else -1, end)), at

    def fold(self, identifier: exp.Expr) -> str:
        """The name as the dialect stores it."""
        return names.fold(identifier.name, bool(identifier.args.get("quoted")), self.dialect)

    def place(self, tree: exp.Expr) -> Place | None:
        """From the first to the last name in `tree`; None where it holds no name."""
        span = self.span(tree)
        return None if span == NOWHERE else self._lines.place(span)

    def span(self, tree: exp.Expr) -> Span:
        """The offsets of the first and the last name in `tree`; `NOWHERE` where it holds no name."""
        spans = [(i.meta["start"], i.meta["end"] + 1) for i in tree.find_all(exp.Identifier) if "start" in i.meta]
        return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else NOWHERE

    def _type(self, kind: object) -> str:
        if not isinstance(kind, exp.DataType) or sum(1 for _ in kind.find_all(exp.DataType)) > _LARGEST:
            return ""
        try:
            return kind.sql(dialect=self.dialect or None)
        except Exception:  # a type that can be read but not written is no reason to lose the column
            return kind.this.value if isinstance(kind.this, exp.DType) else ""

    def _members(self, kind: object, fallback: Place, depth: int) -> tuple[Column, ...]:
        while isinstance(kind, exp.DataType) and kind.this in _WRAPPERS and kind.expressions:
            kind = kind.expressions[0]
        if not isinstance(kind, exp.DataType) or kind.this not in _STRUCTS or depth > _DEEPEST:
            return ()
        members: list[Column] = []
        for item in kind.expressions:
            named = self.path(item.this) if isinstance(item, exp.ColumnDef) else ()
            if named:
                inner = item.args.get("kind")
                members.append(
                    Column(
                        named[-1],
                        self.place(item.this) or fallback,
                        self._type(inner) if depth < 3 else "",
                        description(item.args.get("constraints") or ()),
                        columns=self._members(inner, fallback, depth + 1),
                    )
                )
        return tuple(members)


def description(nodes: Iterable[exp.Expr]) -> str:
    """The comment among the constraints of a column or the properties of a table."""
    for node in nodes:
        kind = node.args.get("kind") if isinstance(node, exp.ColumnConstraint) else node
        if isinstance(kind, exp.CommentColumnConstraint | exp.SchemaCommentProperty):
            return literal(kind.this)
        if isinstance(kind, exp.Properties):
            return description(kind.expressions)
        if isinstance(kind, exp.Property) and kind.name.lower() == "description":
            return literal(kind.args.get("value"))
    return ""


def literal(node: object) -> str:
    """The text of a string literal; '' for anything else."""
    return node.name if isinstance(node, exp.Literal) and node.is_string else ""


def change(
    columns: Sequence[Column], path: Sequence[str], edit: Callable[[Column | None], Column | None]
) -> tuple[Column, ...]:
    """`columns` with the one at `path` given to `edit` (None if there is none) and replaced by what it returns."""
    found = False
    result: list[Column] = []
    for column in columns:
        if column.name != path[0]:
            result.append(column)
            continue
        found = True
        if len(path) > 1:
            result.append(replace(column, columns=change(column.columns, path[1:], edit)))
        elif (edited := edit(column)) is not None:
            result.append(edited)
    if not found and len(path) == 1 and (added := edit(None)) is not None:
        result.append(added)
    return tuple(result)


def _offset(identifier: exp.Identifier) -> int:
    return int(identifier.meta.get("start", 0))
