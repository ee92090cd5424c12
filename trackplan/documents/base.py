"""A value that knows where it was written, and the limits that keep hostile documents harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.errors import ReadError
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DEPTH_LIMIT = 100
ALIAS_LIMIT = 200_000
NODE_LIMIT = 500_000

# Escapes can smuggle these into names; terminals obey some, and databases and encoders stumble over others.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_NO_KEYS: dict[str, Place] = {}

Scalar = str | int | float | bool | None


class Node:
    """A value with its place. `keys` are the places of a mapping's keys, `text` is a scalar as it was written.

    The place of a mapping or list is its key, if it has one, else its first character or first key. Nothing changes a
    node once it is made.
    """

    __slots__ = ("keys", "place", "text", "value")

    def __init__(
        self,
        value: dict[str, Node] | list[Node] | Scalar,
        place: Place,
        keys: Mapping[str, Place] = _NO_KEYS,
        text: str = "",
    ) -> None:
        self.value = value
        self.place = place
        self.keys = keys
        self.text = text

    def at(self, place: Place) -> Node:
        """The same value elsewhere."""
        return Node(self.value, place, self.keys, self.text)

    def get(self, key: str) -> Node | None:
        """The value of `key` if this is a mapping that has it and gives it a value."""
        node = self.value.get(key) if isinstance(self.value, dict) else None
        return None if node is None or node.value is None else node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, in order; nothing for other values."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> Iterator[Node]:
        """The items of a list, in order; nothing for other values."""
        if isinstance(self.value, list):
            yield from self.value

    def string(self, key: str) -> str:
        """The scalar under `key` as it was written, stripped; '' if there is none."""
        node = self.get(key)
        return node.text.strip() if node else ""

    def strings(self, key: str) -> tuple[str, ...]:
        """The scalars under `key`, whether one or a list of them; () if there is none."""
        node = self.get(key)
        if node is None:
            return ()
        return tuple(n.text for n in node.elements()) if isinstance(node.value, list) else (node.text,)

    def plain(self) -> object:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def plain(node: Node) -> object:
    """The value without its places: dicts, lists, text, numbers, booleans and None."""
    return node.plain()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the likeliest of `known`, and else lists them all; '' if nothing is known."""
    names = sorted(set(known))
    lower: dict[str, list[str]] = {}
    for name in names:
        lower.setdefault(name.lower(), []).append(name)
    import difflib  # takes time to load

    close = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    if not close and len(word) >= 3:
        close = [name.lower() for name in sorted(names, key=str.lower) if name.lower().startswith(word.lower())]
    listed = ", ".join(names[:30]) + (", ..." if len(names) > 30 else "")
    if close:
        likeliest = "' or '".join(lower[close[0]])
        return f"did you mean '{likeliest}'?" + (f" Known here: {listed}" if len(names) > 1 else "")
    return f"known here: {listed}" if names else ""


_MEANT = re.compile(r"did you mean '([^']+)'\?", re.IGNORECASE)


def meant(hint: str) -> str:
    """The one word that such a hint names; '' where it names none, or more than one."""
    found = _MEANT.search(hint)
    return found[1] if found else ""


def failure(place: Place, message: str, hint: str = "") -> ReadError:
    """A `ReadError` with one problem."""
    return ReadError([Problem(place, message, hint)])


def scalar(value: Scalar, place: Place, text: str) -> Node:
    """The node of a scalar. Raises `ReadError` if an escape put a control character in it."""
    if not text.isprintable() and control_character(text):
        code = f"U+{ord(control_character(text)):04X}"
        raise failure(place, f"the text holds the control character {code}", "remove it")
    return Node(value, place, _NO_KEYS, text)


def control_character(text: str) -> str:
    """The first control character in `text` that nobody writes on purpose; '' if there is none."""
    found = _CONTROL.search(text)
    return found.group() if found is not None else ""


def too_many(place: Place) -> ReadError:
    """The error of a document with more values than anybody writes."""
    return failure(place, f"the file holds more than {NODE_LIMIT:,} values", "split it into several files")


def duplicate(key: str, place: Place, first: Place) -> Problem:
    """The problem of a key that a mapping has twice."""
    return Problem(place, f"the key '{key}' is there already, in line {first.line}", "keep one", "duplicate")


def point(path: str, line: int, column: int, width: int = 1) -> Place:
    """A place within one line; made as a tuple, which takes half the time."""
    return tuple.__new__(Place, (path, line, column, line, column + width))
