"""JSON text → where everything in it is written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from trackplan.documents.base import DEPTH_LIMIT
from trackplan.edits.spans import Entry, Span
from trackplan.edits.text import EditError, position
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')


def read(text: str, path: str) -> Span:
    """The one value of `text`, which has no byte order mark. Raises `EditError` where it is not JSON."""
    try:
        json.loads(text)
    except RecursionError as error:
        raise _unsafe(text, path, 0, "the nesting goes too deep") from error
    except json.JSONDecodeError as error:
        raise _unsafe(text, path, error.pos, "the file is not JSON from here on") from error
    stack: list[Span] = []
    key: Span | None = None
    for sign, start, end in _tokens(text):
        if sign in ",:":
            continue
        if sign in "}]":
            stack[-1].end = end
            if len(stack) == 1:
                return stack[0]
            stack.pop()
            continue
        span = _span(sign, start, end)
        if not stack and span.kind == "scalar":
            return span
        if stack and stack[-1].kind == "mapping" and key is None:
            key = span
            continue
        if stack:
            span.parent = Entry(key, span, stack[-1])
            stack[-1].entries.append(span.parent)
            key = None
        if span.kind != "scalar":
            stack.append(span)
            if len(stack) > DEPTH_LIMIT:
                raise _unsafe(text, path, start, "the nesting goes too deep")
    raise _unsafe(text, path, 0, "the file holds no value")


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _TOKEN.finditer(text):
        yield found.group(1), found.start(1), found.end(1)


def _span(sign: str, start: int, end: int) -> Span:
    if sign == "{":
        return Span("mapping", start, end, start, flow=True)
    if sign == "[":
        return Span("list", start, end, start, flow=True)
    if sign.startswith('"'):
        return Span("scalar", start, end, start, str(json.loads(sign)), style='"')
    return Span("scalar", start, end, start, sign)


def _unsafe(text: str, path: str, offset: int, message: str) -> EditError:
    line, column = position(text, offset)
    return EditError(Place(path, line, column, line, column + 1), message)
