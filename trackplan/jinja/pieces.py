"""A rendered text in pieces, each of which knows the part of the template that it comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.jinja.marks import MARK, Tags

if TYPE_CHECKING:
    from trackplan.sql.text import Origin

Piece = tuple[int, int, int]
"""Offset in the text, start and end in the template; the end is -1 where the piece stands there letter by letter."""
Edit = tuple[int, int, str]


class Pieces(Struct, frozen=True):
    """A text and where it comes from."""

    text: str
    pieces: tuple[Piece, ...]

    def source(self, offset: int) -> tuple[int, int]:
        """The span of the template that a letter of the text comes from."""
        index = bisect_right(self.pieces, offset, key=lambda p: p[0]) - 1
        if index < 0:
            return 0, 0
        at, start, end = self.pieces[index]
        return (start, end) if end >= 0 else (start + offset - at, start + offset - at)

    def edited(self, edits: Sequence[Edit]) -> Pieces:
        """The text with parts of it replaced; `edits` are sorted and apart."""
        if not edits:
            return self
        text: list[str] = []
        pieces: list[Piece] = []
        length = at = 0
        for start, end, new in (*edits, (len(self.text), len(self.text), "")):
            pieces.extend(self._between(at, start, length))
            text.append(self.text[at:start])
            length += start - at
            if new:
                pieces.append((length, self.source(start)[0], max(self.source(max(end - 1, start))[1], 0)))
            text.append(new)
            length += len(new)
            at = end
        return Pieces("".join(text), tuple(pieces))

    def _between(self, start: int, end: int, length: int) -> list[Piece]:
        """The pieces of a part of the text, which begins at `length` in the new one."""
        if start >= end:
            return []
        index = max(bisect_right(self.pieces, start, key=lambda p: p[0]) - 1, 0)
        found: list[Piece] = []
        for at, source, source_end in self.pieces[index:]:
            if at >= end:
                break
            inside = max(start - at, 0)
            found.append((length + at + inside - start, source + (inside if source_end < 0 else 0), source_end))
        return found

    def origin(self, lines: Sequence[int]) -> Origin:
        """Where the pieces come from as lines and columns; `lines` are the offsets at which the template's begin."""
        found = []
        for at, start, end in self.pieces:
            begin = position(lines, start)
            found.append((at, *begin, *(position(lines, end) if end >= 0 else (0, 0))))
        return tuple(found)


def position(lines: Sequence[int], offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def split(raw: str, source: str) -> Pieces:
    """A text with marks → its pieces."""
    tags = Tags(source)
    text: list[str] = []
    pieces: list[Piece] = []
    length = at = 0
    for found in MARK.finditer(raw):
        text.append(raw[at : found.start()])
        length += found.start() - at
        at = found.end()
        offset = min(int(found.group(1)[:12]), len(source))
        piece = (length, offset, -1) if found.group(2) == "d" else (length, *tags.around(offset))
        if pieces and pieces[-1][0] == length:
            pieces.pop()
        pieces.append(piece)
    text.append(raw[at:])
    return Pieces("".join(text), tuple(pieces))
