"""Source lines for people: the line of a place, its text underlined, made safe for a terminal.

42 | coupon_code: string
   | ^^^^^^^^^^^
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.errors import TrackplanError
from trackplan.formats.base import Look, paint
from trackplan.formats.mask import literals

if TYPE_CHECKING:
    from typing import Protocol

    from trackplan.findings import Place

    class Text(Protocol):
        """What is needed of a tree: the text of a file."""

        def read_text(self, path: str) -> str:
            """The text of the file at `path`. Raises `TrackplanError`."""


UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_GUTTER = 8
_HINT = " " * _GUTTER + " = "
_TAB = "    "
_AROUND = 400
_NO_SPANS: list[tuple[int, int]] = []


def visible(text: str) -> str:
    """`text` with every character that could steer a terminal or hide itself written as an escape."""
    return UNSAFE.sub(_escape, text)


def _plain(text: str) -> bool:
    """Whether every character of `text` is shown as it is."""
    return text.isascii() and text.isprintable()


def width(text: str) -> int:
    """How many terminal columns `text` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class _Line(Struct, frozen=True):
    """The part of a line around a column: per character what may be shown of it, and what was cut off."""

    cells: list[str]
    offset: int
    cut: bool


class _File(Struct):
    text: str
    starts: list[int]
    literals: list[tuple[int, int]]


class Sources(Struct):
    """The files that findings point at, read once each. A file that cannot be read has no lines."""

    tree: Text
    double_quoted_literals: bool = False
    _files: dict[str, _File | None] = {}

    def line(self, place: Place) -> _Line | None:
        """The line of `place`, some hundred characters to each side at most. None without such a line."""
        if place.path not in self._files:
            self._files[place.path] = self._read(place.path)
        file = self._files[place.path]
        if file is None or not 0 < place.line < len(file.starts):
            return None
        start, end = file.starts[place.line - 1], file.starts[place.line] - 1
        if end > start and file.text[end - 1] == "\r":
            end -= 1
        begin = max(start, min(start + place.column - 1, end) - _AROUND)
        stop = min(end, begin + 2 * _AROUND)
        shown = file.text[begin:stop]
        cells = list(shown) if _plain(shown) else [_TAB if c == "\t" else visible(c) for c in shown]
        for first, last in file.literals[max(bisect_right(file.literals, (begin, 0)) - 1, 0) :]:
            if first >= stop:
                break
            first, last = max(first, begin), min(last, stop)
            if first < last:
                cells[first - begin : last - begin] = ["***", *[""] * (last - first - 1)]
        return _Line(cells, begin - start, stop < end)

    def _read(self, path: str) -> _File | None:
        try:
            text = self.tree.read_text(path)
        except (TrackplanError, OSError):
            return None
        starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
        masked = literals(text, self.double_quoted_literals) if path.lower().endswith(".sql") else _NO_SPANS
        return _File(text, starts, masked)


def excerpt(sources: Sources, place: Place, look: Look, style: str = "") -> list[str]:
    """The line at `place` with its number, and marks under the text. Empty without such a line."""
    line = sources.line(place) if place.column else None
    if line is None or not any(cell.strip() for cell in line.cells):
        return []
    size = len(line.cells)
    first = min(place.column - 1 - line.offset, size)
    last = place.end_column - 1 - line.offset if place.end_line in (0, place.line) else size
    shown, before, marked = _window(line, first, max(last, first + 1), max(look.width - _GUTTER - 3, 20))
    number = paint(f"{place.line:>{_GUTTER}} |", "dim", look)
    rail = paint(f"{'':>{_GUTTER}} |", "dim", look)
    return [f"{number} {shown}", f"{rail} {' ' * before}{paint('^' * marked, style, look)}"]


def hint_lines(hint: str, look: Look) -> list[str]:
    """How to mend it, below the marks of an excerpt."""
    if not hint:
        return []
    return textwrap.wrap(
        visible(hint),
        look.width,
        initial_indent=_HINT,
        subsequent_indent=" " * len(_HINT),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _window(line: _Line, first: int, last: int, room: int) -> tuple[str, int, int]:
    """What is shown of the line, the columns before the marks, and how many marks."""
    cells = line.cells
    begin = min(next((i for i, cell in enumerate(cells) if cell.strip()), 0), first)
    cut_left = line.offset > 0
    end = len(cells)
    if width("".join(cells[begin:])) > room:
        start, lead = first, 0
        while start > begin and lead + width(cells[start - 1]) <= room // 3:
            start -= 1
            lead += width(cells[start])
        begin, cut_left, room = start, cut_left or start > begin, room - 2
        end = begin
        while end < len(cells) and width(cells[end]) <= room:
            room -= width(cells[end])
            end += 1
    left = "…" if cut_left else ""
    right = "…" if line.cut or end < len(cells) else ""
    before = width(left) + width("".join(cells[begin:first]))
    marked = width("".join(cells[first : min(last, end)])) or 1
    return left + "".join(cells[begin:end]).rstrip() + right, before, marked


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char in _NAMED:
        return _NAMED[char]
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
