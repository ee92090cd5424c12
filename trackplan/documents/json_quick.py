"""JSON text → Node, by the standard library's fast parser: what is asked of a value is found when it is asked.

Most files are right, and of most values nobody asks the place. So the text is only parsed and looked over for what
could do harm; whatever is odd in it is left to the careful reader, which finds the right words for it.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from trackplan.documents.base import DEPTH_LIMIT, NODE_LIMIT, Node, control_character
from trackplan.findings import Place

_DIGITS_LIMIT = 300
_CONTAINERS = frozenset({dict, list})
_ESCAPED_CONTROL = re.compile(r"\\u(?:00(?:[01][0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|[dD][89a-fA-F])|\\[bf]")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\],:"]+')
_BREAK = re.compile("\n")
_PARTS = frozenset({"value", "place", "keys", "text"})
_LITERALS: dict[object, str] = {True: "true", False: "false", None: "null"}


def read_quickly(text: str, path: str) -> Node | None:
    """The one value of `text`, or None where there is anything that the careful reader should look at."""
    if "\x7f" in text or (not text.isascii() and control_character(text)) or _ESCAPED_CONTROL.search(text):
        return None
    try:
        raw = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    # Fewer brackets than the limit allows cannot be nested too deeply, and fewer commas make no more values.
    few = text.count("{") + text.count("[") < DEPTH_LIMIT and len(text) < NODE_LIMIT
    if not few and _too_much(raw):
        return None
    return _Lazy(raw, _Source(text, path, raw), None, None)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is there twice")
    return members


def _integer(text: str) -> int:
    if len(text) > _DIGITS_LIMIT:
        raise ValueError("too many digits")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large")
    return number


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _too_much(raw: Any) -> bool:
    """Whether there are more levels or values than anybody writes."""
    level: list[Any] = [raw] if raw.__class__ in _CONTAINERS else []
    depth = count = 0
    while level:
        depth += 1
        inner: list[Any] = []
        for container in level:
            count += len(container)
            values = container.values() if container.__class__ is dict else container
            inner += [value for value in values if value.__class__ in _CONTAINERS]
        level = inner
        if depth > DEPTH_LIMIT or count > NODE_LIMIT:
            return True
    return False


class _Lazy(Node):
    """A node that works out its parts when they are asked for. `holder` is the value that it lies in, `step` where."""

    __slots__ = ("_holder", "_source", "_step", "raw")

    def __init__(self, raw: Any, source: _Source, holder: Any, step: str | int | None) -> None:
        self.raw = raw
        self._source = source
        self._holder = holder
        self._step = step

    def __getattr__(self, name: str) -> Any:
        """A part that is not there yet; the slots of a node answer without this once they are filled."""
        if name not in _PARTS:
            raise AttributeError(name)
        found: Any
        raw, source = self.raw, self._source
        if name == "value":
            if raw.__class__ is dict:
                found = {key: _Lazy(value, source, raw, key) for key, value in raw.items()}
            elif raw.__class__ is list:
                found = [_Lazy(value, source, raw, index) for index, value in enumerate(raw)]
            else:
                found = raw
        elif name == "keys":
            found = _Keys(raw, source) if raw.__class__ is dict else {}
        elif name == "place":
            found = source.place(self._holder, self._step, raw.__class__ in _CONTAINERS)
        else:
            found = self._text()
        setattr(self, name, found)
        return found

    def plain(self) -> object:
        """The value itself: it needs no unwrapping."""
        return self.raw

    def _text(self) -> str:
        raw: object = self.raw
        if isinstance(raw, str):
            return raw
        if isinstance(raw, dict | list):
            return ""
        if raw is None or isinstance(raw, bool):
            return _LITERALS[raw]
        return self._source.written(self._holder, self._step)


class _Keys(Mapping[str, Place]):
    """The keys of a mapping; the place of one is looked up when it is asked for."""

    __slots__ = ("_raw", "_source")

    def __init__(self, raw: dict[str, Any], source: _Source) -> None:
        self._raw = raw
        self._source = source

    def __getitem__(self, key: str) -> Place:
        if key not in self._raw:
            raise KeyError(key)
        return self._source.key(self._raw, key)

    def __contains__(self, key: object) -> bool:
        return key in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


class _Source:
    """The text, and where in it each value stands; the text is gone through once, when the first place is wanted."""

    def __init__(self, text: str, path: str, root: Any) -> None:
        self.text = text
        self.path = path
        self.root = root
        self._spans: dict[int, dict[Any, tuple[int, int, int, int]]] = {}
        self._starts: list[int] = []

    def place(self, holder: Any, step: str | int | None, container: bool) -> Place:
        """The place of a value: of a scalar its own, of another its key, if it has one, else its first character."""
        key, key_end, start, end = self._span(holder, step)
        if not container:
            return self._place(start, end)
        return self._place(key, key_end) if key >= 0 else self._place(start, start + 1)

    def key(self, holder: Any, step: str) -> Place:
        """The place of a key."""
        key, key_end, _, _ = self._span(holder, step)
        return self._place(key, key_end)

    def written(self, holder: Any, step: str | int | None) -> str:
        """A scalar as it is written."""
        _, _, start, end = self._span(holder, step)
        return self.text[start:end]

    def _span(self, holder: Any, step: str | int | None) -> tuple[int, int, int, int]:
        if not self._starts:
            self._starts = [0, *(found.end() for found in _BREAK.finditer(self.text))]
            self._index()
        return self._spans[id(holder)][step]

    def _place(self, start: int, end: int) -> Place:
        line = bisect_right(self._starts, start)
        column = start - self._starts[line - 1] + 1
        return Place(self.path, line, column, line, column + end - start)

    def _index(self) -> None:
        """Go through text and values side by side: they come in the same order, since no key is there twice."""
        text = self.text
        spans: dict[Any, tuple[int, int, int, int]] = {}
        self._spans[id(None)] = spans
        steps: Iterator[tuple[Any, Any]] = iter([(None, self.root)])
        mapping = False
        key: tuple[int, int] | None = None
        stack: list[tuple[dict[Any, tuple[int, int, int, int]], Iterator[tuple[Any, Any]], bool]] = []
        for token in _TOKEN.finditer(text):
            start, end = token.span()
            first = text[start]
            if first in "}]":
                spans, steps, mapping = stack.pop()
                key = None
            elif mapping and key is None:
                key = (start, end)
            else:
                step, raw = next(steps)
                spans[step] = (*(key or (-1, -1)), start, end)
                key = None
                if first in "{[":
                    stack.append((spans, steps, mapping))
                    spans = self._spans[id(raw)] = {}
                    mapping = first == "{"
                    steps = iter(raw.items() if mapping else enumerate(raw))
