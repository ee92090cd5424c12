"""A SQL file that shall do without some columns → the edits, or the place that stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits.cutting import cut, joined
from trackplan.edits.template import Masked, mask
from trackplan.edits.text import Edit, EditError, apply, ordered, position
from trackplan.findings import Place
from trackplan.sql.removal.drop import drop, says
from trackplan.sql.removal.model import CannotDropError

if TYPE_CHECKING:
    from trackplan.sql.removal.model import Dropping, Lost


def drop_columns(text: str, path: str, dialect: str, lost: Lost, outputs: frozenset[str]) -> list[Edit]:
    """The edits after which a SELECT, be it a template, takes nothing that is lost, nor gives `outputs`.

    `lost` tells which columns a relation loses, by its name as written, all in lower case. The edited text is read
    again and must say what is left of the statement. Raises `EditError` with the place that makes it impossible.
    """
    mark = int(text.startswith("\ufeff"))
    body = text[mark:]
    masked = mask(body)
    if path.endswith(".sqlx"):
        raise _error(body, path, 0, "what Dataform makes of this file is not edited by machine")

    def lost_by(name: tuple[str, ...]) -> frozenset[str]:
        return lost((masked.tables[name[-1]],)) if name[-1] in masked.tables else lost(name)

    try:
        dropping = drop(masked.text, dialect, lost_by, outputs)
    except CannotDropError as error:
        at, reason = error.offset, error.reason
        if masked.tags and reason.startswith("the statement is not"):
            at, reason = masked.tags[0].start, "without its template code the statement is not understood"
        raise _error(body, path, at, reason) from error
    edits = _edits(body, dropping)
    _check_tags(body, path, masked, edits)
    if edits and not says(mask(apply(body, edits)).text, dialect, dropping.left):
        raise _error(body, path, edits[0].start, "this cannot be taken out without changing something else")
    return [Edit(e.start + mark, e.end + mark, e.text) for e in edits]


def _edits(text: str, dropping: Dropping) -> list[Edit]:
    cuts = []
    for shrunk in dropping.lists:
        found = shrunk.list
        if len(shrunk.going) == len(found.items):
            start, end = found.whole
            cuts.append((len(text[:start].rstrip(" \t")), end))
        else:
            cuts += cut(text, found.items, found.commas, shrunk.going, "--")
    edits = [Edit(start, end) for start, end in joined(cuts)]
    edits += [Edit(start, end, new) for (start, end), new in dropping.moved]
    return ordered(text, edits)


def _check_tags(text: str, path: str, masked: Masked, edits: list[Edit]) -> None:
    """Refuse to take out template code, but for an expression that stands in what goes."""
    for edit in edits:
        for tag in masked.tags:
            inside = edit.start <= tag.start and tag.end <= edit.end
            if edit.start < tag.end and tag.start < edit.end and not (tag.prints and inside):
                raise _error(text, path, tag.start, "template code stands in the way")


def _error(text: str, path: str, offset: int, reason: str) -> EditError:
    line, column = position(text, min(offset, len(text)))
    return EditError(Place(path, line, column, line, column + 1), reason)
