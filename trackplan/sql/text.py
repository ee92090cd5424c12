"""What can be said of a SQL text without parsing it: where an offset is, and which words it has."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from trackplan.findings import Place

if TYPE_CHECKING:
    from trackplan.sql.records import Span

_WORD = re.compile(r"[^\W\d][\w$]*")
# T-SQL's names have at most 128 characters; without a bound, brackets that nothing closes take quadratic time.
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`\n]+)`|\[([^\]\n]{1,128})\]')


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
