"""Values → how they are written into YAML or JSON, in the manner of what stands beside them."""

from __future__ import annotations

import json as codec
import re
from typing import TYPE_CHECKING, TypeAlias

from trackplan.edits.removal import RefusedError, first_of
from trackplan.edits.text import Edit, line_end, line_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trackplan.edits.spans import Span

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"
_BARE = re.compile(r"[A-Za-z_$][\w$./+-]*(?: [\w$(./+-][\w$()./+-]*)*|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"})


def scalar(text: str, style: str, *, json: bool) -> str:
    """A text as a scalar, in quotes of the style that is asked for, where that can hold it; else as is needed."""
    if json or style == '"':
        return codec.dumps(text, ensure_ascii=False)
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if _BARE.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return codec.dumps(text, ensure_ascii=False)


def value(content: Value, *, json: bool) -> str:
    """Any value on one line."""
    if isinstance(content, str):
        return scalar(content, "", json=json)
    if content is None or isinstance(content, bool | int | float):
        return codec.dumps(content)
    if json:
        return codec.dumps(content, ensure_ascii=False)
    if isinstance(content, dict):
        return "{" + ", ".join(f"{value(k, json=False)}: {value(v, json=False)}" for k, v in content.items()) + "}"
    return "[" + ", ".join(value(item, json=False) for item in content) + "]"


def addition(text: str, holder: Span, key: str | None, content: Value, *, json: bool) -> Edit:
    """The edit that adds an entry at the end. Raises `RefusedError` where nothing can be added."""
    said = value(content, json=json)
    said = said if key is None else f"{scalar(key, '', json=json)}: {said}"
    if not holder.flow:
        return _block(text, holder, said if key is not None else f"- {said}")
    if text[holder.content] not in "{[":
        raise RefusedError(holder.start, "nothing can be added here")
    if not holder.entries:
        return Edit(holder.content + 1, holder.content + 1, said)
    last = holder.entries[-1]
    begin = line_start(text, last.start)
    alone = not text[begin : last.start].strip()
    gap = _break(text, begin) + text[begin : last.start] if alone else " "
    tail = re.compile(r"[ \t\r\n]*,").match(text, last.end)
    if tail is not None:
        return Edit(tail.end(), tail.end(), f"{gap}{said}")
    return Edit(last.end, last.end, f",{gap}{said}")


def _block(text: str, holder: Span, said: str) -> Edit:
    first = first_of(text, holder.entries[0])
    indent = " " * (first - line_start(text, first))
    at = line_end(text, holder.end)
    brk = _break(text, holder.start)
    return Edit(at, at, f"{indent}{said}{brk}" if text[:at].endswith("\n") else f"{brk}{indent}{said}")


def _break(text: str, near: int) -> str:
    """How the line near an offset ends."""
    end = text.find("\n", near)
    before = end if end >= 0 else text.find("\n")
    return "\r\n" if before > 0 and text[before - 1] == "\r" else "\n"
