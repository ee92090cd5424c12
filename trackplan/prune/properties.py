"""What property files of dbt say of columns that go: the columns with their tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from trackplan.edits.text import EditError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.edits.document import Document
    from trackplan.edits.spans import Entry, Span
    from trackplan.prune.impact import Impact

_KINDS = ("models", "seeds", "snapshots")


class Desk(Protocol):
    """Where changes are gathered."""

    def document(self, path: str) -> Document:
        """A file to be edited."""

    def remove(self, path: str, entry: Entry) -> None:
        """Note an entry that goes."""


def unlist(desk: Desk, path: str, found: Impact) -> None:
    """Take columns that go out of a property file; what is no such file is left alone."""
    try:
        document = desk.document(path)
    except EditError:
        return
    for name, table in _tables(document.root):
        lost = found.lost((name,))
        for column in _items(_get(table, "columns")):
            if lost and _text(column.value, "name").lower() in lost:
                desk.remove(path, column)


def _tables(root: Span) -> Iterator[tuple[str, Span]]:
    for kind in _KINDS:
        for item in _items(_get(root, kind)):
            yield _text(item.value, "name").lower(), item.value
    for source in _items(_get(root, "sources")):
        for item in _items(_get(source.value, "tables")):
            name = _text(item.value, "identifier") or _text(item.value, "name")
            yield name.lower(), item.value


def _get(span: Span | None, key: str) -> Span | None:
    entries = span.entries if span is not None and span.kind == "mapping" else []
    return next((entry.value for entry in entries if entry.name == key), None)


def _items(span: Span | None) -> list[Entry]:
    return span.entries if span is not None and span.kind == "list" else []


def _text(span: Span, key: str) -> str:
    found = _get(span, key)
    return found.text if found is not None else ""
