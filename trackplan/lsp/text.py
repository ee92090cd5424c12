"""Places of ours, which count lines and characters from 1 → positions of the protocol, and back.

The protocol counts from 0, in units of the encoding that client and server have agreed on; most clients want UTF-16, in
which some characters are two. It knows three ends of a line, and no others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from trackplan.findings import Place

_BREAK = re.compile(r"\r\n|\n|\r")
_MARK = "\ufeff"


class Text:
    """A text in which positions are looked up, as a client holds it: with or without a byte order mark in front."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._encoding = encoding
        self._mark = len(_MARK) if text.startswith(_MARK) else 0
        breaks = [*_BREAK.finditer(text)]
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]

    def line(self, number: int) -> str:
        """The line of that number, from 1, without its end; '' where there is none."""
        return self.text[self._starts[number - 1] : self._ends[number - 1]] if 0 < number <= len(self._starts) else ""

    def at(self, line: int, column: int) -> types.Position:
        """The position of a line and column; of the nearest there is where the text is shorter."""
        number = min(max(line, 1), len(self._starts))
        start, end = self._starts[number - 1], self._ends[number - 1]
        shift = self._mark if number == 1 else 0
        stop = min(start + max(column - 1, 0) + shift, end)
        return types.Position(number - 1, sum(map(self._units, self.text[start:stop])))

    def range(self, place: Place) -> types.Range:
        """The range of a place; the beginning of the text for a place that is the whole file."""
        if not place.line:
            return types.Range(types.Position(0, 0), types.Position(0, 0))
        start = self.at(place.line, place.column)
        end = self.at(place.end_line or place.line, place.end_column or place.column)
        return types.Range(start, end if (end.line, end.character) > (start.line, start.character) else start)

    def offset_range(self, start: int, end: int) -> types.Range:
        """The range between two offsets of the text."""
        return types.Range(self._at_offset(start), self._at_offset(end))

    def place_at(self, position: types.Position) -> tuple[int, int]:
        """Line and column at a position, from 1; those of the nearest there is where the text is shorter."""
        number = min(max(position.line, 0), len(self._starts) - 1)
        units, column = 0, 0
        for character in self.text[self._starts[number] : self._ends[number]]:
            units += self._units(character)
            if units > position.character:
                break
            column += 1
        return number + 1, column + 1 - (self._mark if number == 0 and column else 0)

    def _at_offset(self, offset: int) -> types.Position:
        number = bisect_right(self._starts, offset)
        start, end = self._starts[number - 1], self._ends[number - 1]
        return types.Position(number - 1, sum(map(self._units, self.text[start : min(offset, end)])))

    def _units(self, character: str) -> int:
        code = ord(character)
        if self._encoding == "utf-16":
            return 2 if code > 0xFFFF else 1
        if self._encoding == "utf-8":
            return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        return 1
