"""YAML text → where everything in it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from trackplan.documents.base import DEPTH_LIMIT
from trackplan.edits.spans import Entry, Span
from trackplan.edits.text import EditError, position
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]*)*")


def read(text: str, path: str) -> Span:
    """The one value of `text`, which has no byte order mark. Raises `EditError` for what cannot be edited as text."""
    odd = _ODD_BREAK.search(text)
    if odd is not None:
        raise unsafe(text, path, odd.start(), "a line ends here in a way that editors do not see")
    builder = _Builder(text, path)
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        for event in events:
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = mark.index if mark is not None else 0
        raise unsafe(text, path, at, "the file is not YAML from here on") from error
    if builder.root is None:
        raise unsafe(text, path, 0, "the file holds no value")
    return builder.root


def unsafe(text: str, path: str, offset: int, message: str, hint: str = "") -> EditError:
    """What tells that nothing can be edited safely, and where."""
    line, column = position(text, min(offset, len(text)))
    return EditError(Place(path, line, column, line, column + 1), message, hint)


class _Builder:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.root: Span | None = None
        self.stack: list[tuple[Span, list[Span]]] = []

    def take(self, event: Any) -> None:
        """Go on with the next event of the parser."""
        kind = event.__class__
        start = event.start_mark.index
        if kind is yaml.ScalarEvent:
            self._add(self._scalar(event))
        elif kind is yaml.AliasEvent:
            self._add(Span("alias", start, event.end_mark.index, start, event.anchor))
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            if len(self.stack) >= DEPTH_LIMIT:
                raise unsafe(self.text, self.path, start, "the nesting goes too deep")
            span = self._span("mapping" if kind is yaml.MappingStartEvent else "list", event)
            span.flow = bool(event.flow_style)
            self.stack.append((span, []))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            self._close(event)
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            raise unsafe(self.text, self.path, start, "a second document begins here")

    def _span(self, kind: str, event: Any) -> Span:
        start = event.start_mark.index
        found = _PROPERTIES.match(self.text, start) if event.anchor or event.tag else None
        content = found.end() if found else start
        return Span(kind, start, event.end_mark.index, content, anchor=event.anchor or "", tag=event.tag or "")

    def _scalar(self, event: Any) -> Span:
        span = self._span("scalar", event)
        span.text, span.style = event.value, event.style or ""
        if span.style == ":":  # libyaml's word for plain
            span.style = ""
        if span.style in ("|", ">"):
            span.end = span.start + len(self.text[span.start : span.end].rstrip())
        elif not event.value and not span.style and not event.anchor and not event.tag:
            span.start = span.end = span.content = len(self.text[: span.start].rstrip())
        return span

    def _close(self, event: Any) -> None:
        span, parts = self.stack.pop()
        if span.kind == "mapping":
            pairs = list(zip(parts[::2], parts[1::2], strict=True))
            span.entries = [Entry(key, value, span) for key, value in pairs]
        else:
            span.entries = [Entry(None, value, span) for value in parts]
        for entry in span.entries:
            entry.value.parent = entry
        if span.flow:
            span.end = event.end_mark.index
        elif span.entries:
            span.end = span.entries[-1].end
        self._add(span)

    def _add(self, span: Span) -> None:
        if self.stack:
            self.stack[-1][1].append(span)
        else:
            self.root = span
