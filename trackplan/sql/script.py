"""SQL text → its statements as tokens, cut where the database would cut them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from threading import get_ident
from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlglot.tokens import Tokenizer

_QUOTED = frozenset(
    {
        TokenType.IDENTIFIER,
        TokenType.STRING,
        TokenType.RAW_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.BYTE_STRING,
        TokenType.UNICODE_STRING,
    }
)
NO_NAMES = (_QUOTED - {TokenType.IDENTIFIER}) | {
    TokenType.NUMBER,
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.DOT,
    TokenType.EQ,
}
"""Tokens that cannot be part of a name; keywords can, as many databases let them."""
_ROUTINES = frozenset({"PROCEDURE", "FUNCTION", "TRIGGER", "TASK", "EVENT", "PACKAGE", "PROC"})
_CONTROL = frozenset({"IF", "LOOP", "FOR", "WHILE", "REPEAT", "CASE"})
# What begins a block, what may stand between that and a statement, and what the statement may begin with.
BLOCKS = frozenset({"BEGIN", "ELSE", "EXCEPTION", "LOOP", "REPEAT"})
_HEADS = frozenset("ATOMIC CATCH ERROR OTHER OTHERS THEN TRAN TRANSACTION TRY WHEN WORK".split())  # noqa: SIM905
_STARTS = frozenset("CREATE DELETE INSERT MERGE SELECT TRUNCATE UPDATE WITH".split())  # noqa: SIM905
_DEEP = 8
_DATA = re.compile(r"(?ims)^[ \t]*COPY\b[^;]*?\bFROM\s+stdin\b[^;\n]*;[ \t]*\r?\n(.*?)(?:^\\\.[ \t]*\r?$|\Z)")
_CLIENT = re.compile(r"(?m)^\\[A-Za-z!.?][^\n]*$")
_BATCH = re.compile(r"(?im)^([ \t]*)GO([ \t]*\r?)$")
_TEXT = r"'(?:[^'\\]|\\.|'')*+'"
_ROW = re.compile(rf"\s*+\((?:{_TEXT}|[^'()]++|\((?:{_TEXT}|[^'()]++)*+\))*+\)", re.DOTALL)
_NEXT_ROW = re.compile(rf"\s*+,{_ROW.pattern}", re.DOTALL)
_VALUES = re.compile(r"\bvalues(?=\s*\()", re.IGNORECASE)
_QUERY = re.compile(r"\b(?:select|from)\b", re.IGNORECASE)
_FEW = 10
_LONG = 20_000  # characters
LARGE = 1_000_000
"""So many characters are not looked at in one piece: their tokens alone would take too much memory."""
_BLANK = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement: where it stands in the text, and its tokens (none where the text cannot be tokenized)."""

    start: int
    end: int
    tokens: tuple[Token, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens as upper-case words; '' for quoted names and strings."""
        return tuple(word(t) for t in self.tokens)


def word(token: Token) -> str:
    """The text of `token` in upper case, or '' for a quoted name or a string."""
    return "" if token.token_type in _QUOTED else token.text.upper()


def clean(text: str) -> str:
    """`text` with what only a client program understands blanked: rows of COPY … FROM stdin, its own commands, GO."""
    text = _DATA.sub(lambda m: text[m.start() : m.start(1)] + _BLANK.sub(" ", text[m.start(1) : m.end()]), text)
    text = _CLIENT.sub(lambda m: " " * len(m.group()), text)
    return _BATCH.sub(lambda m: f"{m.group(1)}; {m.group(2)}", text)


def tokenize(text: str, dialect: str) -> list[Token]:
    """The tokens of `text`. Raises sqlglot's error for text that has none, `ValueError` for an unknown dialect."""
    return _tokenizer_of(dialect, get_ident()).tokenize(text)


@lru_cache(maxsize=32)
def _tokenizer_of(dialect: str, _thread: int) -> Tokenizer:
    """What makes tokens of one text after another; each thread has its own."""
    return dialect_of(dialect).tokenizer()


@lru_cache(maxsize=32)
def dialect_of(name: str) -> Dialect:
    """The parser's dialect of that name. Raises `ValueError` if there is none."""
    return Dialect.get_or_raise(name or None)


def split(text: str, dialect: str) -> Iterator[Piece]:
    """The statements of `text` in order; the body of a routine is one with its CREATE.

    Raises `ValueError` for a dialect that does not exist.
    """
    if len(text) > LARGE:
        yield from split_roughly(text, dialect)
        return
    try:
        tokens = tokenize(text, dialect)
    except SqlglotError:
        yield from split_roughly(text, dialect)
    else:
        yield from cut(tokens)


def split_roughly(text: str, dialect: str) -> Iterator[Piece]:
    """The statements of a text that as a whole has no tokens (a string never ends): cut where a line ends in `;`."""
    line = seen = 0
    for match in re.finditer(r"(?s)\S.*?(?:;[ \t]*\r?$|\Z)", text, re.MULTILINE):
        start, end = match.span()
        part = without_rows(match.group()) if end - start > _LONG else match.group()
        line += text.count("\n", seen, start)
        seen = start
        try:
            tokens = tokenize(part, dialect) if len(part) - part.count(" ") < LARGE else []
        except SqlglotError:
            tokens = []
        if not tokens:
            yield Piece(start, end, ())
        else:
            column = start - text.rfind("\n", 0, start) - 1
            yield from cut([moved(t, start, line, column) for t in tokens])


def without_rows(text: str) -> str:
    """`text`, one statement, with the rows of VALUES but the first blank; as it is where the rows hold a query."""
    for match in islice(_VALUES.finditer(text), _FEW):
        row = _ROW.match(text, match.end())
        kept = at = match.end() if row is None else row.end()
        while (following := _NEXT_ROW.match(text, at)) is not None:
            at = following.end()
        if row is not None and at > kept and not _QUERY.search(text, match.end(), at):
            return text[:kept] + " " * (at - kept) + text[at:]
    return text


def inside(piece: Piece, text: str, dialect: str) -> Piece:
    """The statement with which a block begins (`BEGIN INSERT …`), else `piece`."""
    tokens = piece.tokens
    if word(tokens[0]) not in BLOCKS | {"END"}:
        return piece
    if len(tokens) == 2:  # some dialects take all that follows for one text
        start = tokens[0].end + 1
        try:
            tokens = (tokens[0], *(moved(t, start) for t in tokenize(text[start : piece.end], dialect)))
        except SqlglotError:
            return piece
    words = [word(token) for token in tokens[:_DEEP]]
    at = next((at for at, each in enumerate(words) if each in _STARTS), 0)
    return _piece(tokens[at:]) if at and all(each in BLOCKS | _HEADS | {"END"} for each in words[:at]) else piece


def cut_at_semicolons(tokens: Sequence[Token]) -> Iterator[Piece]:
    """`tokens` as statements, each up to the next semicolon; empty ones are left out."""
    kinds = [token.token_type for token in tokens]
    start = 0
    while start < len(tokens):
        try:
            end = kinds.index(TokenType.SEMICOLON, start)
        except ValueError:
            end = len(tokens)
        if end > start:
            yield _piece(tokens[start:end])
        start = end + 1


def cut(tokens: Iterable[Token]) -> Iterator[Piece]:
    """`tokens` as statements; the body of a routine is one with its CREATE."""
    current: list[Token] = []
    depth = 0
    routine = False
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON and depth <= 0:
            if current:
                yield _piece(current)
            current, depth, routine = [], 0, False
            continue
        current.append(token)
        if not routine and len(current) <= 8:
            routine = word(current[0]) in {"CREATE", "ALTER"} and word(token) in _ROUTINES
        if routine:
            depth += _opens(current)
    if not current:
        return
    if depth > 0:  # a body that never ends: better many pieces than one that swallows the rest of the file
        yield from cut_at_semicolons(current)
    else:
        yield _piece(current)


def restart(piece: Piece) -> list[Piece]:
    """`piece` cut again at lines that begin a statement, for scripts that do without semicolons."""
    cuts: list[int] = [0]
    depth = 0
    words = piece.words
    for index, current in enumerate(words):
        depth += {"(": 1, ")": -1}.get(current, 0)
        following = words[index + 1] if index + 1 < len(words) else ""
        on_new_line = index and piece.tokens[index].line > piece.tokens[index - 1].line
        if on_new_line and not depth and _begins(current, following):
            cuts.append(index)
    cuts.append(len(words))
    return [_piece(piece.tokens[a:b]) for a, b in pairwise(cuts)]


def _begins(current: str, following: str) -> bool:
    match current:
        case "CREATE" | "GRANT" | "USE" | "EXEC" | "EXECUTE" | "PRINT":
            return True
        case "ALTER" | "DROP":
            return following in {"TABLE", "VIEW", "SCHEMA", "INDEX", "MATERIALIZED"}
        case "INSERT":
            return following == "INTO"
        case "COMMENT":
            return following == "ON"
    return False


def _opens(tokens: Sequence[Token]) -> int:
    """How the last of `tokens` changes the depth of blocks; a word after END is known one token late."""
    last, before = word(tokens[-1]), word(tokens[-2]) if len(tokens) > 1 else ""
    if before == "END" and last in _CONTROL:
        return 0 if last == "CASE" else 1  # END IF closes no BEGIN: takes the -1 of its END back
    if before == "BEGIN" and last in {"TRAN", "TRANSACTION", "WORK"}:
        return -1
    return {"BEGIN": 1, "CASE": 1, "END": -1}.get(last, 0)


def _piece(tokens: Sequence[Token]) -> Piece:
    return Piece(tokens[0].start, tokens[-1].end + 1, tuple(tokens))


def moved(token: Token, by: int, lines: int = 0, columns: int = 0) -> Token:
    """`token` of a text that begins at the offset `by` of another."""
    column = token.col + (columns if token.line == 1 else 0)
    return Token(
        token.token_type, token.text, token.line + lines, column, token.start + by, token.end + by, token.comments
    )
