"""What can be said of a SQL text without parsing it: where an offset is, and which words it has."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.sql.records import Span

_WORD = re.compile(r"[^\W\d][\w$]*")
# T-SQL's names have at most 128 characters; without a bound, brackets that nothing closes take quadratic time.
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`\n]+)`|\[([^\]\n]{1,128})\]')
_LAST = 1 << 60
_OFTEN = 8
"""From so many places on it pays to know where each line of a text begins."""

_COUNTED = re.compile(r"count\s*\(\s*\*\s*\)", re.IGNORECASE)
# What takes columns that nobody names.
_IMPLIED = re.compile(r"\b(?:columns|natural|pivot|summarize|unpivot)\b", re.IGNORECASE)
_QUERIES = re.compile(r"\b(?:select|delete)\b", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|join)\s+", re.IGNORECASE)
# `extract(day from at)`, `a is distinct from b`: no table stands behind these.
_NO_TABLE = re.compile(r"\(\s*(?!select\b|with\b|from\b)[^()]*?\bfrom\b|\bdistinct\s+from\b", re.IGNORECASE)
_JOIN = re.compile(r"\bjoin\s+", re.IGNORECASE)
_NO_ALIAS = (
    "anti|asof|cross|full|group|having|inner|join|lateral|left|limit|natural|on|order|qualify|right|sample|select|semi|"
    "set|tablesample|union|using|values|when|where|window"
)
_PART = r"""["`\[]?[\w$-]+["`\]]?"""
_SOURCE = re.compile(
    rf"""(?:{_PART}\.)*["`\[]?([\w$-]+)["`\]]?(?:\s+(?:as\s+)?(?!(?:{_NO_ALIAS})\b)(\w+))?\s*(,?)\s*""", re.IGNORECASE
)


Origin = tuple[tuple[int, int, int, int, int], ...]
"""Where the pieces of a rendered text come from, in their order.

Each has its offset in the text, then the line and column of its template where it begins and where it ends; the end is
`(0, 0)` where the piece stands there letter by letter.
"""


class Lines:
    """Turns character offsets of a text into places; with an `origin`, of the file that the text was rendered from."""

    def __init__(self, text: str, path: str, origin: Origin = ()) -> None:
        self._text = text
        self._starts: list[int] = []
        self._asked = 0
        self._path = path
        self._origin = origin

    def place(self, span: Span) -> Place:
        """The place of `span`; the whole file for a span that is nowhere."""
        start, end = span
        if start < 0:
            return Place(self._path)
        if self._origin:
            return self._rendered(start, max(end, start))
        line, column = self._position(start)
        end_line, end_column = self._position(max(end, start))
        return Place(self._path, line, column, end_line, end_column)

    def _rendered(self, start: int, end: int) -> Place:
        """The place in the template: from where the first letter comes to where the last one comes from."""
        line, column, last_line, last_column = self._source(start)
        if end > start:
            end_line, end_column, last_line, last_column = self._source(end - 1)
            if (end_line, end_column) == (last_line, last_column):
                last_column += 1
        if (last_line, last_column) < (line, column):  # a loop has come back to an earlier line
            last_line, last_column = line, column
        return Place(self._path, line, column, last_line, last_column)

    def _source(self, offset: int) -> tuple[int, int, int, int]:
        """Line and column in the template of where a letter's piece begins and ends: the letter, or its tag."""
        at, line, column, end_line, end_column = self._origin[bisect_right(self._origin, (offset, _LAST)) - 1]
        if end_line:
            return line, column, end_line, end_column
        ahead, first = self._position(offset), self._position(at)
        line += ahead[0] - first[0]
        column = ahead[1] if ahead[0] > first[0] else column + ahead[1] - first[1]
        return line, column, line, column

    def _position(self, offset: int) -> tuple[int, int]:
        if not self._starts and self._asked < _OFTEN:  # nobody asks for most places
            self._asked += 1
            return self._text.count("\n", 0, offset) + 1, offset - self._text.rfind("\n", 0, offset)
        if not self._starts:
            self._starts = [0, *accumulate(len(line) + 1 for line in self._text.split("\n"))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def words(text: str) -> frozenset[str]:
    """Every word and every quoted name in `text`, in lower case: what it may mention."""
    found = {m.group().lower() for m in _WORD.finditer(text)}
    found.update(next(g for g in m.groups() if g).lower() for m in _QUOTED.finditer(text))
    return frozenset(found)


def takes_rows(text: str) -> bool:
    """Whether a text that nobody understands may take columns of a table without naming them."""
    if "*" in _COUNTED.sub("", text) or _IMPLIED.search(text):
        return True
    text = _NO_TABLE.sub("", text)
    sources = list(_sources(text))
    if len(sources) - len(_JOIN.findall(text)) > len(_QUERIES.findall(text)):  # FROM t, without a SELECT
        return True
    names = {name.lower() for _, _, found in sources for name in found}
    spans = [(start, end) for start, end, _ in sources]
    for match in _WORD.finditer(text):
        if match.group().lower() in names and text[match.end() : match.end() + 1] != ".":
            # The name of a table where a value stands is its whole row.
            at = bisect_right(spans, (match.start(), _LAST)) - 1
            if at < 0 or match.end() > spans[at][1]:
                return True
    return False


def _sources(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The lists of tables behind FROM and JOIN: start, end, and the names that they go by."""
    for match in _FROM.finditer(text):
        names: list[str] = []
        at = match.end()
        while (source := _SOURCE.match(text, at)) is not None:
            names.extend(name for name in source.groups()[:2] if name)
            at = source.end()
            if not source.group(3):
                break
        yield match.start(), at, tuple(names)
