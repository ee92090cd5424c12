"""What silences findings and is of no use any more: comments, entries of the project file, entries of the baseline."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from trackplan.edits.text import Edit, EditError, line_end, line_start, offset_of
from trackplan.fixes.base import Bench, Fix, Flaw
from trackplan.gate import inline
from trackplan.gate.model import BASELINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.edits.document import Document
    from trackplan.edits.spans import Entry
    from trackplan.findings import Place

_ENDS = {"/*": "*/", "{#": "#}"}
_AWAY = "Take the suppression away"


def suppressions(bench: Bench, flaws: Sequence[Flaw]) -> Iterator[Fix]:
    """Take suppressions away: the comment, with its line if nothing else is there, or the entry of the project file."""
    listed: dict[str, list[Flaw]] = defaultdict(list)
    for flaw in flaws:
        path = flaw.place.path
        text = bench.read(path)
        if any(each.place == flaw.place for each in inline.scan(path, text.removeprefix("\ufeff"))):
            yield Fix(path, (comment(text, flaw.place),), _AWAY, (flaw,))
        else:
            listed[path].append(flaw)
    for path, group in listed.items():
        yield from _removed(bench, path, group, _AWAY)


def entries(bench: Bench, flaws: Sequence[Flaw]) -> Iterator[Fix]:
    """Take entries of the baseline away; one that is still found, but not so often, gets a smaller count."""
    gone: dict[str, list[Flaw]] = defaultdict(list)
    left: dict[object, int] = defaultdict(int)
    for each in bench.report.silenced if bench.report else ():
        left[each.place] += each.by == BASELINE
    for flaw in flaws:
        if left[flaw.place]:
            yield from _lowered(bench, flaw, left[flaw.place])
        else:
            gone[flaw.place.path].append(flaw)
    for path, group in gone.items():
        yield from _removed(bench, path, group, "Take the entry away")


def comment(text: str, place: Place) -> Edit:
    """What takes the comment at a place away, with its line if nothing else is there."""
    start = offset_of(text, place.line, place.column)
    begin, end = line_start(text, start), line_end(text, start)
    close = next((close for sign, close in _ENDS.items() if text.startswith(sign, start)), "")
    stop = text.find(close, start, end) + len(close) if close else len(text[:end].rstrip("\r\n"))
    if not text[begin + (begin == 0 and text.startswith("\ufeff")) : start].strip() and not text[stop:end].strip():
        return Edit(begin + (begin == 0 and text.startswith("\ufeff")), end)
    if not text[stop:end].strip():  # the blanks in front go with it
        start = begin + len(text[begin:start].rstrip())
    return Edit(start, stop)


def _removed(bench: Bench, path: str, flaws: Sequence[Flaw], title: str) -> Iterator[Fix]:
    """Take entries of one file away: all at once, else those that can be."""
    document = bench.document(path)
    if document is None:
        return
    found = [(flaw, item) for flaw in flaws if (item := entry(document, flaw.place)) is not None]
    whole = _taken_out(document, [item for _, item in found])
    if whole:
        yield Fix(path, whole, title, tuple(flaw for flaw, _ in found))
        return
    for flaw, item in found:
        alone = _taken_out(document, [item])
        if alone:
            yield Fix(path, alone, title, (flaw,))


def _taken_out(document: Document, going: list[Entry]) -> tuple[Edit, ...]:
    """The edits that take entries of a list away, and the list with its key where none is left."""
    if not going:
        return ()
    holder = going[0].holder
    above = holder.parent
    if (
        above is not None
        and above.key is not None
        and above.name == "suppressions"
        and len(going) == len(holder.entries)
    ):
        going = [above]
    try:
        return tuple(document.remove(going))
    except EditError:
        return ()


def _lowered(bench: Bench, flaw: Flaw, left: int) -> Iterator[Fix]:
    document = bench.document(flaw.place.path)
    item = entry(document, flaw.place) if document else None
    count = next((each for each in item.value.entries if each.name == "count"), None) if item else None
    if document is None or count is None:
        return
    try:
        edits = document.remove([count]) if left == 1 else document.set_value(count, left)
    except EditError:
        return
    yield Fix(flaw.place.path, tuple(edits), f"Lower the count to {left}", (flaw,))


def entry(document: Document, place: Place) -> Entry | None:
    """The item of a list that begins at a place, or whose first key does."""
    found = document.entry_at(place.line, place.column)
    while found is not None and found.key is not None:
        found = found.holder.parent
    return found
