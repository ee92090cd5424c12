"""Ways into a JSON value, as a path (`'$.a.b'`, `'/a/b'`, `'{a,b}'`) or one key after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp, jsonpath
from sqlglot.errors import SqlglotError

_ELEMENTS = (exp.JSONPathWildcard, exp.JSONPathSlice)
# The steps that the parser's own paths do not all have: `[last]`, `[#-1]`, `[0 to last]`.
_STEP = re.compile(
    r'\.(?P<plain>[A-Za-z_]\w*)(?![\w(])|\."(?P<quoted>[^"\\]*)"'
    r"|\[(?:\*|\d+(?:\s+to\s+(?:\d+|last))?|last(?:\s*-\s*\d+)?|#-\d+)\]"
)
_CONDITIONS = (exp.JSONPathFilter, exp.JSONPathScript)
"""What may look at the whole value again."""


class Way(NamedTuple):
    """The segments of a way into a value; with `cut`, what is taken lies somewhere below, or is only made of it."""

    path: list[str]
    cut: bool = False


ANYWHERE = Way([], cut=True)
"""A way that nobody knows."""


def way_of(node: exp.Expr) -> Way:
    """The way that an argument such as `'$.a.b'` describes."""
    if isinstance(node, exp.JSONPath):
        return _walked(node.expressions)
    return text_way(node.this) if isinstance(node, exp.Literal) and node.is_string else ANYWHERE


def text_way(text: str) -> Way:
    """The way that a text describes."""
    for mode in ("lax ", "strict "):
        text = text.removeprefix(mode)
    if text.startswith("$"):
        try:
            return _walked(jsonpath.parse(text).expressions)
        except SqlglotError:
            return _beginning(text)
    if text.startswith("/"):
        return keyed(text[1:].split("/")) if "~" not in text else ANYWHERE
    return Way([text]) if text and not set(text) & set("{}[]$,.*/") else ANYWHERE


def braced(node: exp.Expr) -> Way:
    """`'{a,b}'` or `ARRAY['a', 'b']`."""
    if isinstance(node, exp.Array):
        return keyed([e.this if isinstance(e, exp.Literal) and e.is_string else "" for e in node.expressions])
    text = node.this.strip() if isinstance(node, exp.Literal) and node.is_string else ""
    if not text.startswith("{") or not text.endswith("}") or set(text) & set("\"'\\"):
        return ANYWHERE
    return keyed([key.strip() for key in text[1:-1].split(",")])


def listed(nodes: Sequence[exp.Expr]) -> Way:
    """One key after the other; numbers are places in lists."""
    path: list[str] = []
    for node in nodes:
        if not isinstance(node, exp.Literal):
            return Way(path, cut=True)
        if node.is_string:
            path.append(node.this)
    return Way(path)


def keyed(keys: Sequence[str]) -> Way:
    """Keys of a text, where a number may be a place in a list or a key like any other."""
    path: list[str] = []
    for key in keys:
        if not key or key.lstrip("-").isdigit():
            return Way(path, cut=True)
        path.append(key)
    return Way(path)


def _walked(parts: Sequence[exp.Expr]) -> Way:
    """The steps of a JSON path: places in lists are none."""
    path: list[str] = []
    for part in parts:
        if isinstance(part, exp.JSONPathRoot):
            continue
        if isinstance(part, exp.JSONPathKey) and isinstance(part.this, str):
            if part.this == "*":
                return Way(path, cut=True)
            if part.this != "$":
                path.append(part.this)
        elif isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, str):
            path.append(part.this)
        elif not isinstance(part, exp.JSONPathSubscript) or not isinstance(part.this, (int, *_ELEMENTS)):
            again = any("$" in str(condition.this) for condition in part.find_all(*_CONDITIONS))
            return ANYWHERE if again else Way(path, cut=True)
    return Way(path)


def contained(text: str) -> list[Way]:
    """The ways to what a JSON object holds, that another one is asked to hold too; none for what is no such object."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [Way(path, cut=True) for path in _leaves(held, [])] if isinstance(held, dict) and held else []


def template(text: str) -> list[Way]:
    """The ways that a template says: `{"a": "INT", "b": {"c": "VARCHAR"}}`."""
    try:
        return [Way(path) for path in _leaves(json.loads(text), [])]
    except (ValueError, RecursionError):
        return []


def _leaves(held: object, above: list[str]) -> Iterator[list[str]]:
    while isinstance(held, list) and len(held) == 1:
        held = held[0]
    if isinstance(held, dict) and held:
        for key, below in held.items():
            yield from _leaves(below, [*above, key])
    else:
        yield above


def typed(text: str) -> list[Way]:
    """The ways that a type says, or a list of columns: `a STRING, b STRUCT<c: INT>`."""
    whole = text.strip().lower().startswith(("struct<", "array<", "map<"))
    try:
        kind = exp.DataType.build(text if whole else f"struct<{text}>", dialect="spark")
    except Exception:  # a stranger's type, which the parser fails at in more ways than it documents
        return []
    return [Way(path) for path in _fields(kind, [])]


def _fields(kind: exp.Expr | None, above: list[str]) -> Iterator[list[str]]:
    while isinstance(kind, exp.DataType) and kind.this == exp.DType.ARRAY and len(kind.expressions) == 1:
        kind = kind.expressions[0]
    struct = isinstance(kind, exp.DataType) and kind.this == exp.DType.STRUCT
    fields = kind.expressions if struct and kind is not None else []
    if fields and all(isinstance(field, exp.ColumnDef) for field in fields):
        for field in fields:
            yield from _fields(field.args.get("kind"), [*above, field.name])
    else:
        yield above


def _beginning(text: str) -> Way:
    """The steps of a path up to a filter, a function or a comparison, that looks at what lies below."""
    path: list[str] = []
    at = 1
    while (step := _STEP.match(text, at)) is not None:
        key = step["plain"] or step["quoted"]
        path += [key] if key else []
        at = step.end()
    # What comes then may look at the whole again.
    return ANYWHERE if "$" in text[at:] else Way(path, cut=at < len(text))
