"""Names that are written wrong, where the advice tells which one is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.documents.base import meant
from trackplan.edits.text import EditError
from trackplan.fixes.base import Bench, Fix, Flaw
from trackplan.names import bare, split_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEVERAL = re.compile(r"[{}*,]")
_LIST = re.compile(r"([^{}*]*\{)([^{}*]*)(\}[^{}*]*)")


def correct(bench: Bench, flaws: Sequence[Flaw]) -> Iterator[Fix]:
    """Write the name that is meant: surely, where only case and signs differ; else it is the likeliest one."""
    for flaw in flaws:
        name = meant(flaw.advice)
        found = bench.scalar(flaw.place) if name else None
        if not found:
            continue
        document, entry, span = found
        wrong, new = _corrected(span.text, name, flaw)
        if wrong == name or not new:
            continue
        try:
            edits = document.rename(entry, new) if span is entry.key else document.set_value(entry, new)
        except EditError:
            continue
        title = f"Write {name} for {wrong}"
        yield Fix(flaw.place.path, tuple(edits), title, (flaw,), safe=bare(wrong) == bare(name))


def _corrected(written: str, name: str, flaw: Flaw) -> tuple[str, str]:
    """The name that is wrong, and the whole text with what is meant; '' where the text may stand for more than that."""
    listed = _LIST.fullmatch(written)
    if listed:
        return _in_list((listed[1], listed[2], listed[3]), name, flaw)
    head, colon, wrong = written.rpartition(":") if ":" in written and ":" not in name else ("", "", written)
    return wrong, "" if _SEVERAL.search(wrong) else f"{head}{colon}{name}"


def _in_list(text: tuple[str, str, str], name: str, flaw: Flaw) -> tuple[str, str]:
    """The same for `Event.{one, other}`: the item is corrected that the finding is about."""
    head, items, tail = text
    before, behind = head[:-1], tail[1:]
    new = name[len(before) : len(name) - len(behind)]
    if f"{before}{new}{behind}" != name or not new or _SEVERAL.search(new):
        return name, ""
    about = {split_id(flaw.finding.subject)[-1], flaw.finding.detail} if flaw.finding else set()
    pieces = re.split(r"(\s*,\s*)", items)
    for n, item in enumerate(pieces):
        wrong = f"{before}{item.strip()}{behind}"
        if wrong in about:
            pieces[n] = item.replace(item.strip(), new)
            return wrong, "".join([head, *pieces, tail])
    return name, ""
