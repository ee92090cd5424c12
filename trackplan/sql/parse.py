"""SQL text → statements as sqlglot trees, with recovery: one bad statement does not lose the file."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from trackplan.findings import Place
from trackplan.sql.records import Span

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_WORD = re.compile(r"[^\W\d][\w$]*")
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`\n]+)`|\[([^\]\n]+)\]')
_LONGEST = 100_000
_DEEPEST = 200
_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a text: its tree, or None with the reason why it has none."""

    tree: exp.Expr | None
    text: str
    span: Span
    error: str = ""


class Lines:
    """Turns character offsets of a text into places."""

    def __init__(self, text: str, path: str) -> None:
        self._starts = [0]
        self._starts.extend(m.end() for m in re.finditer("\n", text))
        self._path = path

    def place(self, span: Span) -> Place:
        """The place of `span`; the whole file for a span that is nowhere."""
        start, end = span
        if start < 0:
            return Place(self._path)
        line, column = self._position(start)
        end_line, end_column = self._position(max(end, start))
        return Place(self._path, line, column, end_line, end_column)

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def words(text: str) -> frozenset[str]:
    """Every word and every quoted name in `text`, in lower case: what it may mention."""
    found = {m.group().lower() for m in _WORD.finditer(text)}
    found.update(next(g for g in m.groups() if g).lower() for m in _QUOTED.finditer(text))
    return frozenset(found)


def statements(text: str, dialect: str) -> Iterator[Piece]:
    """The statements of `text` in order. Never raises for what the text holds."""
    language = Dialect.get_or_raise(dialect or None)
    try:
        tokens = language.tokenize(text)
    except (SqlglotError, ValueError):
        yield from _roughly(text, language)
        return
    parts = list(_cut(tokens))
    for part in parts:
        span = (part[0].start, part[-1].end + 1) if len(parts) > 1 else _trimmed(text)
        yield from _parsed(part, text, span, language)


def _roughly(text: str, language: Dialect) -> Iterator[Piece]:
    """Where the text as a whole has no tokens (a string that never ends), each part between semicolons by itself."""
    for start, end in _split_roughly(text):
        part = text[start:end]
        try:
            tokens = language.tokenize(part)
        except (SqlglotError, ValueError):
            yield Piece(None, part, (start, end), "could not be parsed")
        else:
            yield from _parsed([_moved(t, start) for t in tokens], text, (start, end), language)


def _parsed(tokens: list[Token], text: str, span: Span, language: Dialect) -> Iterator[Piece]:
    part = text[span[0] : span[1]]
    error = _too_much(tokens)
    trees: list[exp.Expr | None] = []
    if not error:
        try:
            trees = language.parser().parse(tokens, text)
        except SqlglotError as failure:
            error = _describe(failure)
        except RecursionError:
            error = "is nested too deeply"
        except (ValueError, AttributeError, TypeError, IndexError, KeyError):
            error = "could not be parsed"
    if error:
        yield Piece(None, part, span, error)
        return
    for tree in trees:
        if tree is not None and not isinstance(tree, exp.Semicolon):
            yield Piece(tree, part, span)


def _too_much(tokens: Sequence[Token]) -> str:
    """Why a statement is not given to the parser; '' if it is.

    The parser works by recursion, and its compiled form ends the process rather than raise when that goes too deep;
    long rows of subscripts take it quadratic time.
    """
    if len(tokens) > _LONGEST:
        return "is too long to be looked at"
    depth = subscripts = 0
    last: TokenType | None = None
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            depth += 1
            subscripts = subscripts + 1 if last == TokenType.R_BRACKET and kind == TokenType.L_BRACKET else 0
            if depth > _DEEPEST or subscripts > _DEEPEST:
                return "is nested too deeply"
        elif kind in _CLOSING:
            depth = max(depth - 1, 0)
        last = kind
    return ""


def _cut(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The tokens between semicolons."""
    current: list[Token] = []
    for token in tokens:
        if token.token_type != TokenType.SEMICOLON:
            current.append(token)
        elif current:
            yield current
            current = []
    if current:
        yield current


def _moved(token: Token, by: int) -> Token:
    return Token(token.token_type, token.text, token.line, token.col, token.start + by, token.end + by, token.comments)


def _trimmed(text: str) -> Span:
    stripped = text.strip()
    start = text.index(stripped)
    return start, start + len(stripped)


def _describe(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details and details[0].get("line"):
        return f"could not be parsed (line {details[0]['line']}, column {details[0]['col']})"
    return "could not be parsed"


def _split_roughly(text: str) -> Iterator[Span]:
    position = 0
    for part in text.split(";"):
        stripped = part.strip()
        if stripped:
            start = position + part.index(stripped[0])
            yield start, start + len(stripped)
        position += len(part) + 1
