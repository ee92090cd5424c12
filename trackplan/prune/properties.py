"""What property files of dbt say of columns and tables that go: their entries, with their tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits.text import EditError, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.edits.document import Document
    from trackplan.edits.spans import Entry, Span
    from trackplan.prune.desk import Desk
    from trackplan.prune.impact import Impact

_BUILT, _STORED = ("models", "snapshots"), ("sources", "seeds")


def unlist(desk: Desk, path: str, found: Impact, gone: set[tuple[int, int]]) -> None:
    """Take out of a property file what models lose, by their names, and what is stored, by where it is declared.

    `gone` are the lines and columns where tables and columns that go are named. What is no such file is left alone.
    """
    try:
        document = desk.document(path)
    except EditError:
        return
    for entry, built in _tables(document.root):
        if not built and gone & _named_at(document, entry.value):
            desk.remove(path, entry)
            continue
        lost = found.loses(_text(entry.value, "name").lower()) if built else ()
        for column in _items(_get(entry.value, "columns")):
            name = _text(column.value, "name").lower()
            if name in lost or (not built and gone & _named_at(document, column.value)):
                desk.remove(path, column)


def _tables(root: Span) -> Iterator[tuple[Entry, bool]]:
    """Every table of the file, and whether a model builds it."""
    for kind in _BUILT:
        for item in _items(_get(root, kind)):
            yield item, True
    for kind in _STORED:
        for item in _items(_get(root, kind)):
            for table in _items(_get(item.value, "tables")) if kind == "sources" else (item,):
                yield table, False


def _named_at(document: Document, span: Span) -> set[tuple[int, int]]:
    """The lines and columns of its names."""
    names = (_get(span, key) for key in ("name", "identifier"))
    return {position(document.text, name.content) for name in names if name is not None}


def _get(span: Span | None, key: str) -> Span | None:
    entries = span.entries if span is not None and span.kind == "mapping" else []
    return next((entry.value for entry in entries if entry.name == key), None)


def _items(span: Span | None) -> list[Entry]:
    return span.entries if span is not None and span.kind == "list" else []


def _text(span: Span, key: str) -> str:
    found = _get(span, key)
    return found.text if found is not None else ""
