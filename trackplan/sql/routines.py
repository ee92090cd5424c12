"""CREATE FUNCTION and CREATE MACRO → what a call gives: the query or the expression of the body, as a statement.

The parameters are a scope around the body: a column of that name hides them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp
from sqlglot.errors import SqlglotError

from trackplan.sql import script
from trackplan.sql.compile import Compiler
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.helpers import helping, one_value
from trackplan.sql.json_ways import NAMES
from trackplan.sql.nodes import is_begun, property_of, span_of
from trackplan.sql.parse import Piece, tree_of
from trackplan.sql.paths import SAME_STRUCTURE_NAMES
from trackplan.sql.records import Helper, Opaque, Output, Select, Source, Statement, called
from trackplan.sql.sources import FOLLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXTS = (exp.Heredoc, exp.RawString, exp.Literal)
_FIELDS = frozenset({"postgres", "risingwave", "materialize"})
_NO_ROW = re.compile(r"any\w*|record|refcursor|internal|cstring|void|trigger", re.IGNORECASE)
READS = re.compile(r"\b(select|from|using|into)\b", re.IGNORECASE)
"""What a text holds that may read a table, also inside its strings."""


def is_routine(tree: exp.Expr) -> bool:
    """Whether `tree` defines a function in SQL."""
    if not isinstance(tree, exp.Create) or tree.kind not in ("FUNCTION", "MACRO"):
        return False
    language = property_of(tree, exp.LanguageProperty)
    return language is None or language.name.lower() == "sql"


def row_taken(tree: exp.Expr, dialect: str) -> str:
    """The type of a function's one parameter where it may be the row of a table; '' for other functions.

    In Postgres `t.name` calls the function `name` of such a row.
    """
    head = tree.this if dialect in _FIELDS and isinstance(tree, exp.Create) and tree.kind == "FUNCTION" else None
    if not isinstance(head, exp.UserDefinedFunction) or len(head.expressions) != 1:
        return ""
    given = head.expressions[0]
    kind = given.args.get("kind") if isinstance(given, exp.ColumnDef) else given
    if isinstance(kind, exp.Identifier):  # a type alone
        kind = exp.DataType.build(kind.name, dialect=dialect, udt=True)
    if not isinstance(kind, exp.DataType) or kind.this != exp.DType.USERDEFINED:
        return ""
    named = kind.args.get("kind")
    name: str = named.name if isinstance(named, exp.Expr) else str(named)
    return "" if _NO_ROW.fullmatch(name) else name


def defined(tree: exp.Create, piece: Piece, dialect: str) -> Iterator[Statement | Helper]:
    """What a function gives, or takes of its parameters if it reads no table. Raises `NotFollowedError`."""
    head = tree.this
    if not isinstance(head, exp.UserDefinedFunction) or not isinstance(head.this, exp.Table):
        raise NotFollowedError
    returns = property_of(tree, exp.ReturnsProperty)
    gives_rows = returns is not None and bool(returns.args.get("is_table"))
    if head.this.name.lower() in NAMES | SAME_STRUCTURE_NAMES:
        raise NotFollowedError  # it hides what the database has under that name
    body = _body(tree, piece, dialect)
    if body is None and not gives_rows and not READS.search(piece.text):
        return
    if body is None:
        raise NotFollowedError
    compiler = Compiler(dialect)
    frame, around = _parameters(compiler, head)
    body = one_value(body) if not gives_rows else body
    if isinstance(body, exp.Query) and (gives_rows or not isinstance(body, exp.Subquery)):
        scope, gives_rows = compiler.query(body, {}, frame), True
    else:
        scope = frame.scope
        around.outputs.append(Output("value", Walker(compiler, frame).refs(body, "output"), span_of(head.this)))
    statement = Statement(
        scope, compiler.scopes, (called(head.this.name),), piece.span, _columns(compiler, returns),
        temporary=property_of(tree, exp.TemporaryProperty) is not None, view=True, calls=compiler.calls,
    )  # fmt: skip
    if not gives_rows and not any(source.parts for source in statement.sources()):
        helper = helping(head, body, dialect)
        if helper is not None:
            yield replace(helper, temporary=statement.temporary)
        if not compiler.calls:
            return
    if (
        head.this.name.lower() in FOLLOWED
        or head.this.name.upper() in script.dialect_of(dialect).parser_class.FUNCTIONS
    ):
        # It hides what the database has under that name.
        raise NotFollowedError
    yield statement


def _parameters(compiler: Compiler, head: exp.UserDefinedFunction) -> tuple[Frame, Select]:
    around = Select(-1)
    frame = Frame(compiler.place(around, None), None, {})
    names = [p.this if isinstance(p, exp.ColumnDef) else p for p in head.expressions]
    known = tuple(compiler.fold(n) for n in names if isinstance(n, exp.Identifier))
    compiler.parameters = frozenset(name.lower() for name in known)
    if known:
        walker = Walker(compiler, frame)
        defaults = [
            ref for p in head.expressions for c in p.args.get("constraints") or () for ref in walker.refs(c, "output")
        ]
        scope = compiler.place(Opaque(-1, defaults, known, closed=True), None)
        frame.sources.append(Source(compiler.fold(head.this.this), scope=scope))
        around.sources = frame.sources
    return frame, around


def _body(tree: exp.Create, piece: Piece, dialect: str) -> exp.Expr | None:
    body = tree.args.get("expression")
    if is_begun(tree):
        return None
    if isinstance(body, exp.Return):
        body = body.this
    if isinstance(body, _TEXTS):
        body = _in_text(body.this, piece, dialect)
    return body if isinstance(body, exp.Expr) and not isinstance(body, exp.Command) else None


def _in_text(body: str, piece: Piece, dialect: str) -> exp.Expr | None:
    """The tree of a body that is written as a text, with its places."""
    at = piece.text.find(body)
    try:
        tokens = script.tokenize(body, dialect) if at >= 0 else []
    except SqlglotError:
        return None
    return tree_of([script.moved(t, piece.span[0] + at) for t in tokens], body, dialect)


def _columns(compiler: Compiler, returns: exp.Expr | None) -> tuple[str, ...]:
    listed = returns.this.expressions if returns is not None and isinstance(returns.this, exp.Schema) else ()
    return tuple(compiler.fold(c.this) for c in listed if isinstance(c, exp.ColumnDef))
