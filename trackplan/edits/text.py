"""An edit is a range of a text and what takes its place. Edits of one text never overlap, so they can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.findings import Place


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` up to `end` become `text`. Offsets count the byte order mark, if there is one."""

    start: int
    end: int
    text: str = ""


class EditError(TrackplanError):
    """Nobody can tell that this edit would change only what it is meant to. `place` is what stands in the way."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__(f"{place}: {message}", hint)
        self.place = place
        self.reason = message


def ordered(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The edits by their place, those of one place as given. Raises `ValueError` where they overlap."""
    found = sorted(edits, key=lambda edit: (edit.start, edit.end))
    last = 0
    for edit in found:
        if not last <= edit.start <= edit.end <= len(text):
            raise ValueError(f"the edit at {edit.start} overlaps another or leaves the text")
        last = edit.end
    return found


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made. Raises `ValueError` as `ordered` does."""
    pieces, last = [], 0
    for edit in ordered(text, edits):
        pieces += [text[last : edit.start], edit.text]
        last = edit.end
    return "".join([*pieces, text[last:]])


def inverse(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The edits that lead from the edited text back to `text`. Raises `ValueError` as `ordered` does."""
    back, moved = [], 0
    for edit in ordered(text, edits):
        start = edit.start + moved
        back.append(Edit(start, start + len(edit.text), text[edit.start : edit.end]))
        moved += len(edit.text) - (edit.end - edit.start)
    return back


def line_start(text: str, offset: int) -> int:
    """Where the line begins in which `offset` lies."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line ends in which `offset` lies: after its line break, or at the end of the text."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def offset_of(text: str, line: int, column: int) -> int:
    """The offset of a place, whose lines and columns count from 1 and do not count a byte order mark.

    Raises `ValueError` where the text has no such line.
    """
    start = 0
    for _ in range(line - 1):
        found = text.find("\n", start)
        if found < 0:
            raise ValueError(f"there is no line {line}")
        start = found + 1
    return start + column - 1 + (line == 1 and text.startswith("\ufeff"))


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, as places count them."""
    start = line_start(text, offset)
    column = offset - start + 1 - (start == 0 and text.startswith("\ufeff") and offset > 0)
    return text.count("\n", 0, offset) + 1, column
