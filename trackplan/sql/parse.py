"""SQL text → statements as sqlglot trees, with recovery: one bad statement does not lose the file."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from trackplan.findings import Place
from trackplan.sql.records import Span

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_WORD = re.compile(r"[^\W\d][\w$]*")
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`\n]+)`|\[([^\]\n]+)\]')


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
    try:
        trees = sqlglot.parse(text, dialect=dialect or None)
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        yield from _one_by_one(text, dialect)
        return
    found = _real(trees)
    spans = [_trimmed(text)] if len(found) == 1 else list(_split(text, dialect))
    if len(spans) != len(found):
        spans = [(0, len(text))] * len(found)
    for tree, span in zip(found, spans, strict=True):
        yield Piece(tree, text[span[0] : span[1]], span)


def _real(trees: list[exp.Expr | None]) -> list[exp.Expr]:
    return [t for t in trees if t is not None and not isinstance(t, exp.Semicolon)]


def _trimmed(text: str) -> Span:
    stripped = text.strip()
    start = text.index(stripped)
    return start, start + len(stripped)


def _one_by_one(text: str, dialect: str) -> Iterator[Piece]:
    for start, end in _split(text, dialect):
        part = text[start:end]
        if not part.strip():
            continue
        # Blanks before the part keep offsets those of the whole text.
        padded = re.sub(r"[^\n]", " ", text[:start]) + part
        try:
            trees = sqlglot.parse(padded, dialect=dialect or None)
        except SqlglotError as error:
            yield Piece(None, part, (start, end), _describe(error))
        except RecursionError:
            yield Piece(None, part, (start, end), "is nested too deeply")
        except (ValueError, AttributeError, TypeError, IndexError, KeyError):
            yield Piece(None, part, (start, end), "could not be parsed")
        else:
            for tree in _real(trees):
                yield Piece(tree, part, (start, end))


def _describe(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details and details[0].get("line"):
        return f"could not be parsed (line {details[0]['line']}, column {details[0]['col']})"
    return "could not be parsed"


def _split(text: str, dialect: str) -> Iterator[Span]:
    """Spans of the statements between semicolons, without the blanks around them."""
    try:
        tokens = Dialect.get_or_raise(dialect or None).tokenize(text)
    except (SqlglotError, ValueError):
        yield from _split_roughly(text)
        return
    start = end = -1
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            if start >= 0:
                yield start, end
            start = -1
        else:
            start = token.start if start < 0 else start
            end = token.end + 1
    if start >= 0:
        yield start, end


def _split_roughly(text: str) -> Iterator[Span]:
    position = 0
    for part in text.split(";"):
        stripped = part.strip()
        if stripped:
            start = position + part.index(stripped[0])
            yield start, start + len(stripped)
        position += len(part) + 1
