"""Values that nobody knows before the template runs in earnest: what they print, decide and are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.jinja.run import Run

# Signs of the private use area, which no SQL needs; a text that holds them is cleaned before it is rendered.
OPEN, CLOSE = "\ue010", "\ue011"
PLACEHOLDER = re.compile("\ue010([0-9]+)\ue011")
_LONGEST_WORD = 20_000


class Unknown:
    """A value that is not known. `key` is the same for the same question, `parts` are what it is made of.

    `asks` tells that it may be the name of a table that stands nowhere in the text.
    """

    __slots__ = ("asks", "key", "label", "parts", "run")

    def __init__(self, run: Run, key: bytes, label: str, parts: tuple[object, ...], asks: bool) -> None:
        self.run = run
        self.key = key
        self.label = label
        self.parts = parts
        self.asks = asks

    def __bool__(self) -> bool:
        return self.run.decide(self.key)

    def __str__(self) -> str:
        return self.run.placeholder(self)

    def __iter__(self) -> Iterator[Unknown]:
        """One item that nobody knows; nobody knows how many there are either, and the run notes that."""
        self.run.loops.append(self)
        yield self.run.unknown("item", self)

    def words(self) -> str:
        """Every text that the value is made of, since each may name what it becomes."""
        found: dict[str, None] = {}
        seen: set[int] = set()
        pending: list[object] = [self]
        while pending:
            value = pending.pop()
            if isinstance(value, str):
                found[value[:_LONGEST_WORD]] = None
                pending.extend(self.run.behind(value))
            elif id(value) in seen:
                continue
            elif isinstance(value, Unknown):
                found[value.label] = None
                pending.extend(value.parts)
            elif isinstance(value, (list, tuple, set, frozenset)):
                pending.extend(value)
            elif isinstance(value, dict):
                pending.extend([*value.keys(), *value.values()])
            elif value is not None:
                found[str(value)[:_LONGEST_WORD]] = None
            seen.add(id(value))
        return PLACEHOLDER.sub(" ", "\n".join(found))


class Mixed(str):
    """A text that holds placeholders of unknown values."""

    run: Run

    def __new__(cls, text: str, run: Run) -> Mixed:
        """The text, with the run that knows its placeholders."""
        made = super().__new__(cls, text)
        made.run = run
        return made

    def __bool__(self) -> bool:
        if PLACEHOLDER.sub("", self).strip():
            return True
        return bool(self.run.unknown("is there", str(self)))

    __hash__ = str.__hash__
