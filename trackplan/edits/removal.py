"""Entries of a document → the edits that take them out, with their lines, dashes and commas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.edits.cutting import REST, cut
from trackplan.edits.text import Edit, line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.edits.spans import Entry, Span

_EMPTY = {"mapping": "{}", "list": "[]"}
_GAP = re.compile(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\n]*)*")
_BLANKS = re.compile(r"[ \t\r\n]*")
_EMPTY_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
_DASH = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*-")


class RefusedError(Exception):
    """There is no way to take it out that leaves all else as it is: where, and why."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def removal(text: str, holder: Span, gone: Sequence[Entry]) -> list[Edit]:
    """The edits that take the entries `gone` out of their mapping or list. Raises `RefusedError`."""
    going = {id(entry) for entry in gone}
    kept = [entry for entry in holder.entries if id(entry) not in going]
    if not holder.flow:
        return _block(text, holder, going, emptied=not kept)
    if text[holder.content] not in "{[":
        raise RefusedError(holder.start, "a pair that stands in a list without braces cannot be taken apart")
    if not kept and "#" not in text[holder.content : holder.end]:
        return [Edit(holder.content + 1, holder.end - 1)]
    return _flow(text, holder, going)


def first_of(text: str, entry: Entry) -> int:
    """Where an entry of a block begins: at its key, or at the dash of an item. Raises `RefusedError`."""
    if entry.key is not None:
        if re.search(r"\?[ \t\r\n]*\Z", text[: entry.start]):
            raise RefusedError(entry.start, "a key that begins with '?' is not taken apart")
        return entry.start
    items = entry.holder.entries
    number = next(n for n, item in enumerate(items) if item is entry)
    begin = items[number - 1].end if number else entry.holder.content
    found = _DASH.match(text, begin)
    if found is None or found.end() > entry.start:
        raise RefusedError(entry.start, "the dash of this item is not found")
    return found.end() - 1


def _block(text: str, holder: Span, going: set[int], *, emptied: bool) -> list[Edit]:
    entries = holder.entries
    starts = [first_of(text, entry) for entry in entries]
    compact = bool(text[line_start(text, starts[0]) : starts[0]].strip())
    edits: list[Edit] = []
    number = 0
    if emptied:
        edits.append(_nothing(text, holder, starts[0], compact=compact))
        number = 1 if compact else 0
    elif compact and id(entries[0]) in going:
        end, number = _next(text, entries[0]), 1
        while number < len(entries) and id(entries[number]) in going and starts[number] == end:
            end, number = _next(text, entries[number]), number + 1
        edits.append(Edit(starts[0], end))
    lines = [
        (line_start(text, start), _line_after(text, entry))
        for entry, start in zip(entries[number:], starts[number:], strict=True)
        if id(entry) in going
    ]
    return edits + [Edit(start, end) for start, end in _without_gaps(text, lines)]


def _without_gaps(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines that go, with the empty ones behind them where others stand before; at the end of the file, with those."""
    runs: list[tuple[int, int]] = []
    for start, end in lines:
        if runs and not text[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    found = []
    for start, end in runs:
        before, behind = _empty_before(text, start), _EMPTY_LINES.match(text, end)
        after = behind.end() if behind and before < start else end
        found.append((before if after == len(text) else start, after))
    return found


def _empty_before(text: str, start: int) -> int:
    """Where the empty lines begin that end at `start`."""
    while start and not text[(begin := line_start(text, start - 1)) : start].strip():
        start = begin
    return start


def _next(text: str, entry: Entry) -> int:
    """Where something is written again after an entry and the rest of its line."""
    found = _BLANKS.match(text, _line_after(text, entry))
    return found.end() if found else len(text)


def _line_after(text: str, entry: Entry) -> int:
    """Where the line after an entry begins. Raises `RefusedError` where anything else stands in its last line."""
    if not REST["#"].match(text, entry.end):
        raise RefusedError(entry.end, "something else stands in the same line")
    return line_end(text, entry.end)


def _nothing(text: str, holder: Span, start: int, *, compact: bool) -> Edit:
    """The edit that writes an empty mapping or list where the last entry of a block goes."""
    sign, parent = _EMPTY[holder.kind], holder.parent
    if parent is None:
        raise RefusedError(holder.start, "nothing would be left in the file")
    if compact:
        _line_after(text, holder.entries[0])
        return Edit(start, holder.entries[0].end, sign)
    if holder.anchor or holder.tag:
        at = len(text[: holder.content].rstrip())
    elif parent.key is not None:
        at = text.index(":", parent.key.end) + 1
    else:
        at = first_of(text, parent) + 1
    return Edit(at, at, f" {sign}")


def _flow(text: str, holder: Span, going: set[int]) -> list[Edit]:
    items = [(entry.start, entry.end) for entry in holder.entries]
    commas = [_comma(text, entry.end) for entry in holder.entries]
    numbers = [n for n, entry in enumerate(holder.entries) if id(entry) in going]
    return [Edit(start, end) for start, end in cut(text, items, commas, numbers)]


def _comma(text: str, end: int) -> int | None:
    """Where the comma stands after an entry that ends there; None if there is none."""
    found = _GAP.match(text, end)
    at = found.end() if found else end
    return at if text[at : at + 1] == "," else None
