"""Placeholders in a rendered text → a text without them, where they cannot name anything; else doubts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from trackplan.jinja.pieces import Edit, Pieces, position
from trackplan.jinja.rendered import Doubt
from trackplan.jinja.unknown import OPEN, PLACEHOLDER, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.jinja.run import Run

VALUE = "template_value()"
"""Stands for a value that nobody knows: it reads no column, and is no literal whose text would say something."""

_DOUBLE_STRINGS = frozenset({"bigquery", "mysql", "spark", "spark2", "databricks", "hive", "doris", "starrocks"})
_BACKSLASH = _DOUBLE_STRINGS | {"clickhouse", "snowflake"}
_HASH_COMMENTS = frozenset({"bigquery", "mysql", "doris", "starrocks"})
_BEFORE = re.compile(r"([A-Za-z_]+)[\s(]*$")
_NUMBERS = frozenset(["limit", "offset", "interval", "top", "first", "next"])
_DATES = frozenset(["date", "timestamp", "datetime", "time", "timestamptz", "timestamp_ntz", "timestamp_tz"])
_WORDS_ONLY = frozenset(["comment", "format", "escape", "language", "collate", "separator", "as"])
_TABLES = frozenset(["from", "join", "into", "using", "update", "table"])
_ONLY = re.compile(r"(?:\ue010[0-9]+\ue011|\s)+")
# A database that nobody knows in front of a schema and a table that everybody does.
_DATABASE = re.compile(r"\.\s*[\w\"`\[\]-]+\s*\.\s*[\w\"`\[\]*-]+")
_IN_ONE_QUOTE = re.compile("`\ue010[0-9]+\ue011\\.([^`.\ue010]+\\.[^`.\ue010]+)`")
_HARMLESS = ("dbt_utils.", "dbt_date.", "dbt_expectations.", "dbt.")


@dataclass(slots=True)
class _Statement:
    """A statement of the text, with the unknown values in it that may name something."""

    start: int
    unknown: list[Unknown] = field(default_factory=list)
    first: int = -1
    asks: bool = False


def settle(pieces: Pieces, run: Run, dialect: str, lines: Sequence[int], source: str) -> tuple[Pieces, list[Doubt]]:
    """The text that can be understood, and what is in doubt besides; `lines` are where the template's lines begin."""
    if OPEN not in pieces.text:
        return pieces, []
    text = pieces.text
    edits: list[Edit] = []
    doubts: list[Doubt] = []
    statement = _Statement(0)
    kept = 0
    for found in _scanner(dialect).finditer(text):
        kind = found.lastgroup
        if kind == "end":
            kept = _close(pieces, statement, found.end(), edits, doubts, kept, lines, source)
            statement = _Statement(found.end())
        elif OPEN in found.group():
            before = _word_before(text, found.start())
            new = PLACEHOLDER.sub("x", found.group()) if kind == "comment" else _replaced(found, before, dialect)
            if new is not None:
                edits.append((found.start(), found.end(), new))
                continue
            statement.unknown.extend(run.behind(found.group()))
            statement.first = statement.first if statement.first >= 0 else found.start()
            statement.asks = statement.asks or before in _TABLES
    _close(pieces, statement, len(text), edits, doubts, kept, lines, source)
    return pieces.edited(edits), doubts


def place(span: tuple[int, int], lines: Sequence[int]) -> tuple[int, int, int, int]:
    """A span of the template as lines and columns."""
    return (*position(lines, span[0]), *position(lines, max(span)))


def _close(
    pieces: Pieces, statement: _Statement, end: int, edits: list[Edit], doubts: list[Doubt], kept: int,
    lines: Sequence[int], source: str,
) -> int:  # fmt: skip
    """End a statement; one that is in doubt leaves the text. Gives how many of the edits stay."""
    if not statement.unknown:
        return len(edits)
    part = pieces.text[statement.start : end]
    del edits[kept:]
    edits.append((statement.start, end, ""))
    alone = _ONLY.fullmatch(part) and not all(_label(u).startswith(_HARMLESS) for u in statement.unknown)
    words = "\n".join([PLACEHOLDER.sub(" ", part), *(u.words() for u in dict.fromkeys(statement.unknown)), "*"])
    span = pieces.source(statement.first)
    asks = statement.asks or bool(alone) or any(u.asks for u in statement.unknown)
    doubts.append(Doubt(words, place(span, lines), clause_of(source, span), asks))
    return len(edits)


def clause_of(source: str, span: tuple[int, int]) -> str:
    """What a finding says of a tag."""
    tag = " ".join(source[span[0] : max(span)].split())
    tag = tag if len(tag) <= 60 else f"{tag[:57]}…"
    return f"prints {tag}, which is known only when it runs" if tag else "prints what is known only when it runs"


def _label(value: Unknown) -> str:
    while value.parts and value.label.startswith(("(", ".", "[")):
        inner = value.parts[0]
        if not isinstance(inner, Unknown):
            break
        value = inner
    return value.label


def _replaced(found: re.Match[str], before: str, dialect: str) -> str | None:
    """What stands for a string, a quoted name or a bare placeholder; None where nobody knows."""
    kind = found.lastgroup
    if kind == "string":
        if before in _DATES:
            return "'2000-01-01'"
        if before in _NUMBERS:
            return "'1'"
        if before in ("zone", *_WORDS_ONLY):
            return "'x'" if before != "as" else None
        return VALUE
    text, end = found.string, found.end()
    if kind == "quoted":
        path = _IN_ONE_QUOTE.fullmatch(found.group())
        return f"`{path.group(1)}`" if path and before in _TABLES else None
    glued = text[found.start() - 1 : found.start()] if found.start() else ""
    if glued.isalnum() or glued in ("_", ".", "$", '"', "`"):
        return None
    if before in _TABLES and _DATABASE.match(text, end):
        return "``" if dialect in _DOUBLE_STRINGS else '""'  # an empty name stands for any
    following = text[end : end + 1]
    if before in _NUMBERS and not (following.isalnum() or following in ("_", ".", "(", OPEN)):
        return "1"
    return None


def _word_before(text: str, offset: int) -> str:
    found = _BEFORE.search(text, max(offset - 60, 0), offset)
    return found.group(1).lower() if found else ""


@cache
def _scanner(dialect: str) -> re.Pattern[str]:
    """Finds comments, strings, quoted names, ends of statements, and placeholders outside of them."""
    inside = r"(?:[^{0}\\]|\\.|{0}{0})*+" if dialect in _BACKSLASH else r"(?:[^{0}]|{0}{0})*+"
    single = r"[rRbBnNeE]{0,2}'" + inside.format("'") + "'"
    double = r"[rRbB]{0,2}\"" + inside.format('"') + '"'
    triple = r'[rRbB]{0,2}"""(?:[^\\]|\\.)*?"""|' + r"[rRbB]{0,2}'''(?:[^\\]|\\.)*?'''|"
    strings = (triple if dialect == "bigquery" else "") + single
    names = r"`[^`\n]*+`|\[[^\]\n]{1,128}\]" if dialect in ("tsql", "fabric") else r"`[^`\n]*+`"
    if dialect in _DOUBLE_STRINGS:
        strings += "|" + double
    else:
        names += r'|"(?:[^"]|"")*+"'
    comments = r"--[^\n]*+|/\*.*?\*/" + (r"|\#[^\n]*+" if dialect in _HASH_COMMENTS else "")
    return re.compile(
        rf"(?P<comment>{comments})|(?P<string>{strings})|(?P<quoted>{names})|(?P<end>;)|(?P<bare>\ue010[0-9]+\ue011)",
        re.DOTALL,
    )
