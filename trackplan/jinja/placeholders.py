"""Placeholders in a rendered text → a text without them, where they cannot name anything that matters; else doubts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.jinja import sides
from trackplan.jinja.pieces import Edit, Pieces, position
from trackplan.jinja.rendered import Doubt
from trackplan.jinja.scan import DOUBLE_STRINGS, GAP, Token, tokens
from trackplan.jinja.spots import BY_TEXTS, CASTS, RUNS, is_read, makes_names
from trackplan.jinja.unknown import OPEN, PLACEHOLDER, Unknown
from trackplan.sql.template import COLUMNS, UNNAMED

if TYPE_CHECKING:
    from trackplan.jinja.run import Run

VALUE = "template_value()"
"""Stands for a value that nobody knows: it reads no column, and is no literal whose text would say something."""
ANY = f"{COLUMNS}({{}}*)"
"""Stands for a column that nobody knows, or for many, of any source or of the one that is named in it."""

_NUMBERS = frozenset(["limit", "offset", "interval", "top", "first", "next"])
_DATES = frozenset(["date", "timestamp", "datetime", "time", "timestamptz", "timestamp_ntz", "timestamp_tz"])
_TEXTS = re.compile(r"""(\bvar\(\s*(?:'\w+'|"\w+"))|'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?""")
_SAYS_NOTHING = frozenset(["comment", "is", "format", "escape", "language", "collate", "separator", "zone"])
_ONLY = re.compile(r"(?:\ue010[0-9]+\ue011|\s)+")
# What is called by names with dots between them, each of which may be in quotes, or hold others in one.
_NAME = re.compile('`[^`\n]*`|"[^"\n]*"|\\[[^\\]\n]*\\]|(?:[\\w$*-]|\ue010[0-9]+\ue011)+')
_PATH = re.compile(rf"(?:{_NAME.pattern})(?:\s*\.\s*(?:{_NAME.pattern}))*")
# In front of the name of a tag or of a procedure, perhaps with a database.
_OF_SPACE = re.compile(r"\b(?:tag|call)\s+(?:(?:[\w$]|\ue010[0-9]+\ue011|\.)+\.)?$", re.IGNORECASE)
# What only sets a property of a table, or in Trino one of the session: whatever the value is, it is no query.
_SETS = re.compile(
    r"\s*(?:alter\s+(?:table|(?:materialized\s+)?view)\s+\S+\s+set\s+(?:tbl)?(?:properties|options|tag)\b|set\s+session)"
    r"[\s(]+[\w.'\"`]+\s*=\s*'?\ue010[0-9]+\ue011'?[\s);]*",
    re.IGNORECASE,
)
_CONSTANT = frozenset({"athena", "presto", "trino"})
_NAMED_SO = frozenset(["policy", "index", "constraint", "role", "stage"])
# In front of a query, besides the beginning of a statement.
_QUERY = re.compile(r"\b(?:union|all|except|intersect|minus)$", re.IGNORECASE)
_AS = re.compile(r"\bas$", re.IGNORECASE)
_BEGINS = re.compile(GAP)
_ITEM_BEGINS = re.compile(r"(?:,|\bselect|\bdistinct)\s*$", re.IGNORECASE)
_ITEM_ENDS = re.compile(r"\s*(?:,|\bfrom\b|\)|$)", re.IGNORECASE)
_OPENS = re.compile(rf"\s*{OPEN}")
# What is made of one name and is one itself.
_OF_ONE = frozenset(["()", "[]", "capitalize", "dbt_utils.slugify", "lower", "replace", "title", "trim", "upper"])
_HARMLESS = ("dbt_utils.", "dbt_date.", "dbt_expectations.", "dbt.")


class _Statement(Struct):
    """A statement of the text, with the unknown values in it that may name something."""

    start: int
    unknown: list[Unknown] = []
    first: int = -1
    asks: bool = False


class Settler:
    """Settles the placeholders of one text. `lines` are the offsets at which the template's lines begin."""

    def __init__(self, pieces: Pieces, run: Run, dialect: str, lines: Sequence[int], source: str) -> None:
        self._pieces = pieces
        self._text = pieces.text
        self._run = run
        self._dialect = dialect
        self._lines = lines
        self._source = source
        self._start = 0  # of the statement
        self._edits: list[Edit] = []
        self._doubts: list[Doubt] = []

    def settle(self) -> tuple[Pieces, list[Doubt]]:
        """The text that can be understood, and what is in doubt besides."""
        if OPEN not in self._text:
            return self._pieces, []
        statement = _Statement(0)
        kept = 0
        for token in tokens(self._text, self._dialect):
            if self._edits and token.start < self._edits[-1][1]:
                continue  # a part of the name before it
            if token.kind == "end":
                kept = self._close(statement, token.end, kept)
                statement = _Statement(token.end)
                self._start = token.end
                continue
            edit = self._replaced(token)
            if edit is not None:
                self._edits.append(edit)
                continue
            statement.unknown.extend(self._run.behind(token.text))
            statement.first = statement.first if statement.first >= 0 else token.start
            asks = token.is_table or self._is_query(token) or not BY_TEXTS.isdisjoint(token.inside)
            statement.asks = statement.asks or asks or token.before in RUNS
        self._close(statement, len(self._text), kept)
        return self._pieces.edited(self._edits), self._doubts

    def _close(self, statement: _Statement, end: int, kept: int) -> int:
        """End a statement; one that is in doubt leaves the text. Gives how many of the edits stay."""
        if not statement.unknown:
            return len(self._edits)
        part = self._text[statement.start : end]
        del self._edits[kept:]
        self._edits.append((statement.start, end, ""))
        if _SETS.fullmatch(part) and (self._dialect in _CONSTANT or not part.lstrip().lower().startswith("set")):
            return len(self._edits)
        alone = _ONLY.fullmatch(part) and not all(_label(u).startswith(_HARMLESS) for u in statement.unknown)
        values = dict.fromkeys([*statement.unknown, *self._run.behind(part)])
        words = "\n".join([PLACEHOLDER.sub(" ", part), *(u.words() for u in values), "*"])
        span = self._pieces.source(statement.first)
        asks = statement.asks or bool(alone) or any(u.asks for u in values)
        clause = lacking(statement.unknown) or clause_of(self._source, span)
        self._doubts.append(Doubt(words, place(span, self._lines), clause, asks))
        return len(self._edits)

    def _replaced(self, token: Token) -> Edit | None:
        """What stands for a piece with placeholders; None where nobody knows."""
        if token.kind in ("comment", "string"):
            if not sides.is_harmless(self._run.behind(token.text)):
                return None
            if token.kind == "string" and is_read(token, self._text, self._dialect):
                return None
            new = PLACEHOLDER.sub("x", token.text) if token.kind == "comment" else _string(token)
            return None if new is None else (token.start, token.end, new)
        return self._relation(token) if token.is_table else self._expression(token)

    def _relation(self, token: Token) -> Edit | None:
        """A table in a schema or database that nobody knows."""
        start = token.begin
        path = _PATH.match(self._text, start)
        pieces = list(_NAME.finditer(self._text, start, path.end())) if path else []
        names = [(name, piece) for piece in pieces for name in _names(piece.group())]
        last = max((at for at, (name, _) in enumerate(names) if OPEN in name), default=-1)
        following = names[last + 1 :]
        is_space = last >= 0 and all(value.kind == "space" for value in self._run.behind(names[last][0]))
        if last < 0 or not following or (len(following) == 1 and not is_space):
            return None
        end = names[last][1].end()
        empty = "``" if self._dialect in DOUBLE_STRINGS else '""'  # an empty name stands for any
        rest = [name for name, piece in following if piece is names[last][1]]
        if rest:
            quoted = f"`{'.'.join(rest)}`"
            return (start, end, quoted if len(following) > 1 else f"{empty}.{quoted}")
        return (start, end, empty) if token.start < end else None

    def _is_query(self, token: Token) -> bool:
        """Whether a query stands there that the warehouse gives, or that is made of what it gives."""
        kinds = {value.kind for value in self._run.behind(token.text)}
        if "name" not in kinds:
            return False
        begins = _BEGINS.match(self._text, self._start, token.start)
        if begins is not None and begins.end() == token.start:
            return True
        end = self._back(token.start)
        if self._text[end - 1 : end] == "(":
            end = self._back(end - 1)
            return _AS.search(self._text, max(end - 2, self._start), end) is not None
        return _QUERY.search(self._text, max(end - 9, self._start), end) is not None

    def _back(self, at: int) -> int:
        """Where the white space begins that is in front of a place."""
        while at > self._start and self._text[at - 1].isspace():
            at -= 1
        return at

    def _either(self, token: Token, value: Unknown) -> Edit | None:
        """Items, or lists of literals, that stand on both sides of a condition."""
        before, following = self._text[max(token.start - 2000, 0) : token.start], self._text[token.end : token.end + 40]
        new = sides.literal(value, VALUE, before, following)
        begins = _ITEM_BEGINS.search(self._text, max(token.start - 200, 0), token.start)
        ends = _ITEM_ENDS.match(self._text, token.end) or _OPENS.match(self._text, token.end)
        if new is None and token.listed and begins and ends:
            new = sides.merged(value, self._dialect, VALUE)
        if new is None and token.listed:
            new = sides.passed(value, f"{ANY.format('')}.*")
        return None if new is None else (token.start, token.end, new)

    def _expression(self, token: Token) -> Edit | None:
        text, before, following = self._text, token.before, self._text[token.end : token.end + 1]
        behind = self._run.behind(token.text)
        kinds = {value.kind for value in behind}
        alone = token.kind == "bare" and PLACEHOLDER.fullmatch(token.text) is not None
        if alone and behind and sides.is_either(behind[0]):
            return self._either(token, behind[0])
        glued = text[token.start - 1 : token.start] in ("$", ".", "@", ":") if token.start else False
        if alone and not glued and before in _NUMBERS and following not in (".", "("):
            return (token.start, token.end, "1")
        if kinds == {"space"} and alone and _OF_SPACE.search(text, max(token.start - 100, 0), token.start):
            return (token.start, token.end, "x")
        if following in (".", "(") or not kinds or "" in kinds or self._is_query(token):
            return None
        if "space" in kinds:  # it may be part of the name of what is no table and no column
            named = kinds == {"space"} and token.kind == "bare" and not glued and before in _NAMED_SO
            return (token.start, token.end, PLACEHOLDER.sub("x", text[token.start : token.end])) if named else None
        if "name" in kinds and token.clause in ("from", "join") and before != "as":
            return None  # what follows a table
        within = token.inside[-1] if token.inside else ""
        typed = before == "as" and within in CASTS
        if makes_names(token, text, self._dialect) or within in ("replace", "identifier"):
            return None
        if before == "as" and token.inside and not token.clause and not typed:
            return None  # the name of a member
        if kinds == {"value"}:
            new = "varchar" if typed else VALUE
            return (token.start, token.end, new) if alone and not glued and (typed or before != "as") else None
        if before == "as":
            is_one = all(map(_is_one, behind))
            new = "varchar" if typed else UNNAMED if is_one else f"{UNNAMED}, {ANY.format('')}.*"
            return (token.start, token.end, new)
        start = token.begin
        if glued and start == token.start:
            return None
        whole = (
            token.listed and _ITEM_BEGINS.search(text, max(start - 40, 0), start) and _ITEM_ENDS.match(text, token.end)
        )
        column = ANY.format(text[start : token.start])
        return (start, token.end, column + ".*" if whole else column)


def _names(piece: str) -> list[str]:
    """The names that a piece of a path holds: BigQuery has several in one quote."""
    return piece[1:-1].split(".") if piece[0] == "`" else [piece.strip('"[]')]


def _string(token: Token) -> str | None:
    """A string whose text nobody knows; it could be the path of a key, or any value."""
    if token.before in _DATES:
        return "'2000-01-01'"
    if token.before in _NUMBERS:
        return "'1'"
    if token.before in _SAYS_NOTHING:
        return "'x'"
    return None if token.before == "as" else VALUE


def place(span: tuple[int, int], lines: Sequence[int]) -> tuple[int, int, int, int]:
    """A span of the template as lines and columns."""
    return (*position(lines, span[0]), *position(lines, max(span)))


def lacking(values: Iterable[Unknown]) -> str:
    """What a finding says where a package or a macro is missing, since that can be mended at once; else nothing."""
    return next(filter(None, (value.absent() for value in values)), "")


def clause_of(source: str, span: tuple[int, int]) -> str:
    """What a finding says of a tag: strings are masked, since they may be data, but for the name of a variable."""
    tag = " ".join(source[span[0] : max(span)].split())
    tag = _TEXTS.sub(lambda found: found[1] or "'***'", tag)
    tag = tag if len(tag) <= 60 else f"{tag[:57]}…"
    return f"prints {tag}, which is known only when it runs" if tag else "prints what is known only when it runs"


def _is_one(value: Unknown) -> bool:
    """Whether a value that names columns is one name, or a form of it, and no text made of several."""
    while value.label != "item":
        kept = value.label in _OF_ONE or (value.label.startswith(".") and value.label != ".join")
        inner = value.parts[0] if kept and value.parts else None
        if not isinstance(inner, Unknown):
            return False
        value = inner
    return True


def _label(value: Unknown) -> str:
    while value.parts and value.label.startswith(("(", ".", "[")):
        inner = value.parts[0]
        if not isinstance(inner, Unknown):
            break
        value = inner
    return value.label
