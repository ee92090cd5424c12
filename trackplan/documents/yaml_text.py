"""YAML text → Node, event by event: no recursion, bounded aliases, every error at its place."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

from trackplan.documents.base import (
    ALIAS_LIMIT,
    DEPTH_LIMIT,
    NODE_LIMIT,
    Node,
    Scalar,
    duplicate,
    failure,
    point,
    scalar,
    too_many,
)
from trackplan.errors import ReadError

if TYPE_CHECKING:
    from trackplan.findings import Place, Problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN = {word: value for value in (True, False) for word in (str(value), str(value).lower(), str(value).upper())}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = frozenset({None, "!", _TAG + "map", _TAG + "seq"})
_SCALAR_TAGS = frozenset({_TAG + name for name in ("str", "int", "float", "bool", "null")})
_DIGITS_LIMIT = 300


class _Frame(Struct):
    """A mapping or list that is still open. `size` counts its nodes with aliases expanded, `height` its levels."""

    place: Place
    mapping: bool
    adopts: bool  # takes the place of its first key
    anchor: str | None
    values: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    items: list[Node] = []
    key: tuple[str, Place, bool] | None = None  # text, place, whether it is the merge key
    merged: list[Node] = []
    size: int = 1
    height: int = 1
    foreign: str = ""  # the tag of another tool, which says what the content stands for


def read_yaml(text: str, path: str, *, last_wins: bool = False, foreign_tags: bool = False) -> Node:
    """The one document of `text`, with the scalars of YAML 1.2: dates, yes, no, on and off stay text.

    Raises `ReadError` where the text is not YAML, is empty, holds several documents or breaks a limit; duplicate keys
    are all reported at once, or, with `last_wins`, overwrite each other as they do for many tools. A tag that is not
    YAML's own (`!include`) is an error too, or, with `foreign_tags`, gives a value None whose text is the tag.
    """
    builder = _Builder(text.removeprefix("\ufeff"), path, last_wins, foreign_tags)
    root = builder.build()
    if builder.problems:
        raise ReadError(builder.problems)
    if root is None:
        what = "the file is empty" if not text.strip() else "the file holds nothing but comments"
        raise failure(point(path, 1, 1, 0), what)
    return root


class _Builder:
    def __init__(self, text: str, path: str, last_wins: bool, foreign_tags: bool) -> None:
        self.text = text
        self.path = path
        self.last_wins = last_wins
        self.foreign_tags = foreign_tags
        self.problems: list[Problem] = []
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int, int] | None] = {}
        self.aliased = 0
        self.count = 0
        self.documents = 0
        self.root: Node | None = None
        # YAML 1.1 breaks lines at characters that editors do not: then lines are counted anew.
        self.odd_breaks = any(c in text for c in "\x85\u2028\u2029")

    def build(self) -> Node | None:
        """The root, or None where the text holds no document."""
        take = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            following = _LOADER(self.text).get_event
            while (event := following()) is not None:
                handler = take.get(event.__class__)
                if handler is not None:
                    handler(event)
        except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
            from trackplan.documents import yaml_errors  # takes time to load

            raise yaml_errors.forbidden_character(self.text, self.path) from error
        except yaml.MarkedYAMLError as error:
            from trackplan.documents import yaml_errors

            raise yaml_errors.translated(error, self.text, self.path) from error
        if self.root is not None and self.root.value is None and not self.root.text:
            return None
        return self.root

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            place = self._place(event.start_mark, event.end_mark)
            raise failure(place, "a second document begins here", "put each document in its own file")

    def _scalar(self, event: Any) -> None:
        place = self._place(event.start_mark, event.end_mark)
        frame = self.stack[-1] if self.stack else None
        is_key = frame is not None and frame.mapping and frame.key is None
        bare = event.style is None or event.style == ""
        if bare and not event.value and frame is not None and frame.key is not None:
            place = frame.key[1]
        text = value = event.value
        if not is_key:
            value = self._value(event, place, bare)
            if value is None and self.foreign_tags and event.tag is not None and event.tag not in _SCALAR_TAGS:
                text = event.tag
        node = scalar(value, place, text)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 1)
        if frame is not None and is_key:
            self._key(frame, node, merge=bare and event.value == "<<")
        else:
            self._add(node, 1, 1)

    def _value(self, event: Any, place: Place, bare: bool) -> Scalar:
        if event.tag in (None, "!"):
            return _resolve(event.value, place) if bare and event.tag is None else str(event.value)
        if event.tag not in _SCALAR_TAGS:
            self._check_foreign(event, place)
            return None
        return str(event.value) if event.tag == _TAG + "str" else _resolve(event.value, place)

    def _open(self, event: Any) -> None:
        mapping = isinstance(event, yaml.MappingStartEvent)
        start = event.start_mark
        place = self._at(start, 1)
        foreign = event.tag not in _COLLECTION_TAGS
        if foreign:
            self._check_foreign(event, place)
        if len(self.stack) >= DEPTH_LIMIT:
            raise failure(place, f"the nesting goes deeper than {DEPTH_LIMIT} levels")
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.mapping and frame.key is None:
            raise failure(place, "a key must be text, not a list or mapping")
        below_key = frame is not None and frame.key is not None
        if frame is not None and frame.key is not None:
            place = frame.key[1]
        if event.anchor:
            self.anchors[event.anchor] = None
        adopts = mapping and not event.flow_style and not below_key
        self.stack.append(_Frame(place, mapping, adopts, event.anchor, foreign=event.tag if foreign else ""))

    def _close(self, _: Any) -> None:
        frame = self.stack.pop()
        for other in frame.merged:
            for key, value in other.items():
                if key not in frame.values:
                    frame.values[key] = value
                    frame.keys[key] = other.keys[key]
        node = Node(frame.values if frame.mapping else frame.items, frame.place, frame.keys)
        if frame.foreign:
            node = scalar(None, frame.place, frame.foreign)
        if frame.anchor:
            self.anchors[frame.anchor] = (node, frame.size, frame.height)
        self._add(node, frame.size, frame.height)

    def _alias(self, event: Any) -> None:
        place = self._place(event.start_mark, event.end_mark)
        if event.anchor not in self.anchors:
            hint = "if it is meant as text, put it in quotes"
            raise failure(place, f"no anchor '&{event.anchor}' stands before the alias '*{event.anchor}'", hint)
        known = self.anchors[event.anchor]
        if known is None:
            raise failure(place, f"the alias '*{event.anchor}' refers to itself")
        node, size, height = known
        self.aliased += size
        if self.aliased > ALIAS_LIMIT:
            raise failure(place, f"aliases expand to more than {ALIAS_LIMIT:,} values")
        if len(self.stack) + height > DEPTH_LIMIT + 1:
            raise failure(place, f"the nesting goes deeper than {DEPTH_LIMIT} levels")
        frame = self.stack[-1]
        if frame.mapping and frame.key is None:
            if isinstance(node.value, dict | list):
                raise failure(place, "a key must be text, not a list or mapping")
            self._key(frame, node.at(place), merge=False)
        else:
            self._add(node.at(place), size, height)

    def _key(self, frame: _Frame, node: Node, merge: bool) -> None:
        if frame.adopts and not frame.keys:
            frame.place = node.place
        frame.adopts = False
        frame.key = (node.text, node.place, merge)

    def _add(self, node: Node, size: int, height: int) -> None:
        """Give a complete value to the mapping or list that is open."""
        self.count += 1
        if self.count > NODE_LIMIT:
            raise too_many(node.place)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is not None:
            (key, place, merge), frame.key = frame.key, None
            if merge:
                self._merge(frame, node, place)
            elif key in frame.keys and not self.last_wins:
                self.problems.append(duplicate(key, place, frame.keys[key]))
            else:
                frame.values[key], frame.keys[key] = node, place

    def _merge(self, frame: _Frame, node: Node, place: Place) -> None:
        others = list(node.elements()) if isinstance(node.value, list) else [node]
        if not all(isinstance(other.value, dict) for other in others):
            raise failure(place, "'<<' merges mappings, but this value is none")
        frame.merged.extend(others)

    def _check_foreign(self, event: Any, place: Place) -> None:
        """Refuse a tag that is not YAML's own, unless such tags are expected; those of languages are never."""
        if not self.foreign_tags or str(event.tag).startswith(_TAG):
            tag = str(event.tag).replace(_TAG, "!!")
            raise failure(place, f"the tag '{tag}' is not supported", "write a plain value")

    def _at(self, mark: Any, width: int) -> Place:
        line, column = mark.line + 1, mark.column + 1
        if self.odd_breaks:
            before = self.text[: mark.index]
            line, column = before.count("\n") + 1, mark.index - (before.rfind("\n") + 1) + 1
        return point(self.path, line, column, width)

    def _place(self, start: Any, end: Any) -> Place:
        """From `start` to `end`, cut at the end of the first line."""
        width = end.index - start.index
        if end.line == start.line and not self.odd_breaks:
            return point(self.path, start.line + 1, start.column + 1, width)
        if end.line != start.line:
            stop = self.text.find("\n", start.index)
            stop = len(self.text) if stop < 0 else stop
            width = min(width, len(self.text[start.index : stop].rstrip()))
        return self._at(start, width)


def _resolve(text: str, place: Place) -> Scalar:
    """The value of a bare scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        if len(text) > _DIGITS_LIMIT:
            raise failure(
                place, f"a number with more than {_DIGITS_LIMIT} digits", "put it in quotes to have it as text"
            )
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise failure(place, "the number is too large", "put it in quotes to have it as text")
        return number
    return text
