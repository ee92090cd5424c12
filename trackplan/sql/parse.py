"""SQL text → statements as sqlglot trees, with recovery: one bad statement does not lose the file."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from trackplan.sql import pipes, script
from trackplan.sql.nesting import SEMICOLON, shape_of, too_much
from trackplan.sql.nodes import is_begun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot.parser import Parser

    from trackplan.sql.records import Span

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


class _Branches(dict[type, bool]):
    """Whether a node may hold others, by its class."""

    def __missing__(self, kind: type) -> bool:
        self[kind] = holds = issubclass(kind, exp.Expr) and not issubclass(kind, (exp.Identifier, exp.Literal))
        return holds


_BRANCHES = _Branches()
_STATEMENT = re.compile(f"[^{SEMICOLON}]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text: its tree, or None with the reason why it has none."""

    tree: exp.Expr | None
    text: str
    span: Span
    error: str = ""


def statements(text: str, dialect: str) -> Iterator[Piece]:
    """The statements of `text` in order. Never raises for what the text holds."""
    try:
        tokens = script.tokenize(text, dialect) if len(text) <= script.LARGE else []
    except SqlglotError:
        tokens = []
    if not tokens:
        pieces = script.split_roughly(text, dialect)
    else:
        whole = _whole(tokens, text, dialect)
        if whole:
            yield from whole
            return
        pieces = script.cut(tokens)
    for piece in pieces:
        yield from _recovered(piece, text, dialect)


def dissolve(tree: exp.Expr) -> None:
    """Take a tree apart that is needed no more: its nodes know what they stand in, so they would stay for a while."""
    pending = [tree]
    pop, push, extend = pending.pop, pending.append, pending.extend
    branches = _BRANCHES
    while pending:
        args = pop().args
        for value in args.values():
            kind = value.__class__
            if kind is list:
                extend([item for item in value if branches[item.__class__]])
            elif branches[kind]:
                push(value)
        args.clear()  # leaves go with what they stand in


def tree_of(tokens: Sequence[Token], text: str, dialect: str) -> exp.Expr | None:
    """The tree of one statement; None where it does not parse. `text` is what the tokens' offsets refer to."""
    trees, _ = _parsed(tokens, shape_of(tokens), text, dialect)
    return trees[0] if len(trees) == 1 else None


def _whole(tokens: list[Token], text: str, dialect: str) -> list[Piece]:
    """Every statement where all of them parse together, as the blocks of a script must; else none."""
    shape = shape_of(tokens)
    trees, _ = _parsed(tokens, shape, text, dialect)
    found = _real(trees)
    if any(isinstance(tree, exp.Command) and str(tree.this).upper() in script.BLOCKS for tree in found):
        return []  # what stands in a block is lost so
    if any(map(is_begun, found)):
        return []  # the rest of a body would be taken for statements that stand alone
    spans = [_trimmed(text)] if len(found) == 1 else list(_spans(tokens, shape))
    if len(spans) != len(found):
        spans = [(0, len(text))] * len(found)
    return [Piece(tree, text[start:end], (start, end)) for tree, (start, end) in zip(found, spans, strict=True)]


def _recovered(piece: script.Piece, text: str, dialect: str) -> Iterator[Piece]:
    """The statements of `piece`; a routine that does not parse is read as the statements of its body."""
    piece = script.inside(piece, text, dialect) if piece.tokens else piece
    span = piece.start, piece.end
    part = text[piece.start : piece.end]
    if not piece.tokens and len(part) > script.LARGE:
        yield Piece(None, part, span, "is too large to be looked at")
        return
    trees, error = _parsed(piece.tokens, shape_of(piece.tokens), text, dialect)
    found = _real(trees)
    if found:
        for tree in found[:1] if is_begun(found[0]) else found:
            yield Piece(tree, part, span)
    elif any(t.token_type == TokenType.SEMICOLON for t in piece.tokens):
        for inner in script.cut_at_semicolons(piece.tokens):
            yield from _recovered(inner, text, dialect)
    else:
        yield Piece(None, part, span, error or "could not be parsed")


def _parsed(tokens: Sequence[Token], shape: str, text: str, dialect: str) -> tuple[list[exp.Expr | None], str]:
    """The trees of `tokens`, or the reason why there are none."""
    if not tokens:
        return [], "could not be parsed"
    refused = too_much(shape) or ("|>" in text and pipes.refused(tokens))
    if refused:
        return [], refused
    parser = _parser_of(dialect, get_ident())
    try:
        trees = parser.parse(list(tokens), text)
        if any(isinstance(tree, exp.Command) for tree in trees) and (other := _from_table(tokens)):
            trees = parser.parse(other, text)
        return trees, ""
    except SqlglotError as error:
        return [], _describe(error)
    except RecursionError:
        return [], "is nested too deeply"
    except Exception:  # the text is a stranger's, and the parser fails in more ways than it documents
        return [], "could not be parsed"


def _from_table(tokens: Sequence[Token]) -> list[Token]:
    """`tokens` with FROM in place of the TABLE of `CREATE … AS TABLE t`, which few dialects parse; else none."""
    words = [script.word(token) for token in tokens]
    for at in range(1, len(words) - 1):
        if words[at] == "TABLE" and words[at - 1] == "AS" and words[0] == "CREATE":
            old = tokens[at]
            new = Token(TokenType.FROM, old.text, old.line, old.col, old.start, old.end, old.comments)
            return [*tokens[:at], new, *tokens[at + 1 :]]
    return []


@lru_cache(maxsize=32)
def _parser_of(dialect: str, _thread: int) -> Parser:
    """A parser that keeps `FROM t, t.items` as it is written: to find out what is an array, it copies every FROM.

    Its class is told so once. Told for each statement, Python would look up all that the class has anew each time.
    """
    parser = script.dialect_of(dialect).parser()
    type(parser).SUPPORTS_IMPLICIT_UNNEST = False
    return parser


def _real(trees: list[exp.Expr | None]) -> list[exp.Expr]:
    return [t for t in trees if t is not None and not isinstance(t, exp.Semicolon)]


def _spans(tokens: Sequence[Token], shape: str) -> Iterator[Span]:
    """Where the statements between semicolons stand."""
    for match in _STATEMENT.finditer(shape):
        yield tokens[match.start()].start, tokens[match.end() - 1].end + 1


def _trimmed(text: str) -> Span:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _describe(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details and details[0].get("line"):
        return f"could not be parsed (line {details[0]['line']}, column {details[0]['col']})"
    return "could not be parsed"
