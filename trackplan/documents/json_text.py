"""JSON text → Node; what is wrong with it is found in one pass without recursion, every error at its place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

from trackplan.documents.base import DEPTH_LIMIT, NODE_LIMIT, Node, Scalar, duplicate, failure, point, scalar, too_many
from trackplan.documents.json_quick import read_quickly
from trackplan.errors import ReadError

if TYPE_CHECKING:
    from trackplan.findings import Place, Problem

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_0-9.+-]+")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}
_DIGITS_LIMIT = 300


@dataclass(slots=True)
class _Frame:
    """An object or array that is still open."""

    place: Place
    opened: Place
    mapping: bool
    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: tuple[str, Place] | None = None


def read_json(text: str, path: str) -> Node:
    """The one value of `text`.

    Raises `ReadError` where it is not JSON, is empty or breaks a limit; duplicate keys are all reported at once.
    """
    text = text.removeprefix("\ufeff")
    quick = read_quickly(text, path)
    if quick is not None:
        return quick
    scanner = _Scanner(text, path)
    root = scanner.scan()
    if scanner.problems:
        raise ReadError(scanner.problems)
    return root


class _Scanner:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.count = 0
        self.stack: list[_Frame] = []
        self.problems: list[Problem] = []

    def scan(self) -> Node:
        """The value of the whole text."""
        self._space()
        if self.at == len(self.text):
            raise failure(point(self.path, 1, 1, 0), "the file is empty")
        root: Node | None = None
        while root is None:
            node = self._value()
            while node is not None and self.stack:
                self._add(self.stack[-1], node)
                node = self._after_value()
            root = node
        self._space()
        if self.at < len(self.text):
            raise failure(self._here(), "the JSON value ends before this", "remove what follows it")
        return root

    def _value(self) -> Node | None:
        """The value that begins here, or None where it is an object or array with content."""
        self._space()
        character = self.text[self.at : self.at + 1]
        below = self.stack[-1].key if self.stack else None
        if character in ("{", "["):
            here = self._here()
            if len(self.stack) >= DEPTH_LIMIT:
                raise failure(here, f"the nesting goes deeper than {DEPTH_LIMIT} levels")
            self.at += 1
            frame = _Frame(below[1] if below else here, here, character == "{")
            self.stack.append(frame)
            self._space()
            if self.text[self.at : self.at + 1] == ("}" if frame.mapping else "]"):
                return self._close()
            if frame.mapping:
                self._key(frame)
            return None
        if character == '"':
            content, place = self._string()
            return scalar(content, place, content)
        return self._word()

    def _after_value(self) -> Node | None:
        """What follows a member: the closed parent, or None after a ',' with the next member ahead."""
        frame = self.stack[-1]
        self._space()
        character = self.text[self.at : self.at + 1]
        closing = "}" if frame.mapping else "]"
        if character == closing:
            return self._close()
        if not character:
            opening = "{" if frame.mapping else "["
            raise failure(frame.opened, f"the '{opening}' here is never closed")
        if character != ",":
            raise failure(self._here(), f"a ',' or '{closing}' is expected here")
        comma = self._here()
        self.at += 1
        self._space()
        if self.text[self.at : self.at + 1] == closing:
            raise failure(comma, f"there is a ',' before the '{closing}'", "remove the ','")
        if frame.mapping:
            self._key(frame)
        return None

    def _close(self) -> Node:
        frame = self.stack.pop()
        self.at += 1
        return Node(frame.values if frame.mapping else frame.items, frame.place, frame.keys)

    def _key(self, frame: _Frame) -> None:
        self._space()
        if self.text[self.at : self.at + 1] != '"':
            raise failure(self._here(), "a key in double quotes is expected here")
        key, place = self._string()
        frame.key = scalar(key, place, key).text, place
        self._space()
        if self.text[self.at : self.at + 1] != ":":
            raise failure(self._here(), "a ':' is expected after the key")
        self.at += 1

    def _add(self, frame: _Frame, node: Node) -> None:
        self.count += 1
        if self.count > NODE_LIMIT:
            raise too_many(node.place)
        if frame.key is None:
            frame.items.append(node)
            return
        (key, place), frame.key = frame.key, None
        if key in frame.keys:
            self.problems.append(duplicate(key, place, frame.keys[key]))
        else:
            frame.values[key], frame.keys[key] = node, place

    def _string(self) -> tuple[str, Place]:
        start = self.at
        try:
            content, self.at = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            if error.msg.startswith("Unterminated"):
                raise failure(self._here(), "the quote that opens here is never closed") from error
            self.at = error.pos
            message = "this escape is not valid" if "escape" in error.msg else "a control character in a text"
            raise failure(self._here(), message, "write it as an escape such as \\n or \\u0001") from error
        return content, point(self.path, self.line, start - self.line_start + 1, self.at - start)

    def _word(self) -> Node:
        found = _WORD.match(self.text, self.at)
        word = found.group() if found else ""
        place = self._here(max(1, len(word)))
        if word in _WORDS:
            value = _WORDS[word]
        else:
            number = _NUMBER.fullmatch(word)
            if number is None:
                raise failure(place, "a value is expected here", "text goes in double quotes" if word else "")
            if number.group(1) or number.group(2):
                value = float(word)
                if not math.isfinite(value):
                    raise failure(place, "the number is too large")
            elif len(word) > _DIGITS_LIMIT:
                raise failure(place, f"a number with more than {_DIGITS_LIMIT} digits")
            else:
                value = int(word)
        self.at += len(word)
        return scalar(value, place, word)

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        end = found.end() if found else self.at
        if end != self.at:
            breaks = self.text.count("\n", self.at, end)
            if breaks:
                self.line += breaks
                self.line_start = self.text.rfind("\n", self.at, end) + 1
            self.at = end

    def _here(self, width: int = 1) -> Place:
        return point(self.path, self.line, self.at - self.line_start + 1, width)
