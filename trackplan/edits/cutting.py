"""Items of a list that is parted by commas → the ranges that take some of them out, with their commas and lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.edits.text import line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Range = tuple[int, int]

# Nothing but a comment is left of the line.
REST = {
    "#": re.compile(r"[ \t]*(?:(?<=[ \t])#[^\n]*|\r)?(?:\n|\Z)"),
    "--": re.compile(r"[ \t]*(?:--[^\n]*|\r)?(?:\n|\Z)"),
}


def cut(
    text: str, items: Sequence[Range], commas: Sequence[int | None], going: Collection[int], comment: str = "#"
) -> list[Range]:
    """What to take out so that the items `going` are gone, and every comma stands between two others as before."""
    taken: set[int] = set()
    cuts: list[Range] = []
    for number in sorted(going):
        start, end = items[number]
        comma = _comma(text, items, commas, number, taken)
        at = None if comma is None else commas[comma]
        if comma is not None and at is not None:
            taken.add(comma)
            if comma == number:
                end = at + 1
            elif _leads(text, items, commas, number) and comma == number - 1:
                start = at
            else:
                cuts.append((at, at + 1))
        cuts.append(_widened(text, start, end, comment))
    return joined(cuts)


def joined(cuts: list[Range]) -> list[Range]:
    """Ranges that meet as one."""
    found: list[Range] = []
    for start, end in sorted(cuts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _comma(text: str, items: Sequence[Range], commas: Sequence[int | None], number: int, taken: set[int]) -> int | None:
    """Which comma goes with an item: its own, the one before it where that begins the line, else the last left."""
    if _leads(text, items, commas, number) and number - 1 not in taken:
        return number - 1
    if commas[number] is not None and number not in taken:
        return number
    return next((n for n in range(number - 1, -1, -1) if n not in taken), None)


def _leads(text: str, items: Sequence[Range], commas: Sequence[int | None], number: int) -> bool:
    """Whether the comma before an item begins the item's line."""
    at = commas[number - 1] if number else None
    if at is None:
        return False
    begin = line_start(text, items[number][0])
    return begin <= at and not text[begin:at].strip()


def _widened(text: str, start: int, end: int, comment: str) -> Range:
    """An item with its comma and the blanks beside it, or with its lines where it has them for itself."""
    begin = line_start(text, start)
    alone = not text[begin:start].strip()
    ends = REST[comment].match(text, end) is not None
    if alone and ends:
        return begin, line_end(text, end)
    if ends or text[end : end + 1] in ("}", "]", ")", ""):
        while start > begin and text[start - 1] in " \t" and not alone:
            start -= 1
        return start, end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return start, end
