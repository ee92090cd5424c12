"""Where everything in a document is written: each value from its first to its last character."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, eq=False)
class Entry:
    """What a mapping holds under a key, or an item of a list (then `key` is None)."""

    key: Span | None
    value: Span
    holder: Span

    @property
    def start(self) -> int:
        """The first character: of the key, or of the value where there is none."""
        return (self.key or self.value).start

    @property
    def end(self) -> int:
        """The character after the value, or after the key where nothing is written."""
        return self.value.end

    @property
    def name(self) -> str:
        """The key; '' for an item of a list."""
        return self.key.text if self.key else ""


@dataclass(slots=True, eq=False)
class Span:
    """One value as written. `kind` is scalar, mapping, list or alias; `text` the scalar's content or the alias's name.

    `start` lies before an anchor or tag, `content` behind them. `flow` is true of values in brackets, and `style` tells
    how a scalar is written: `'`, `"`, `|`, `>` or '' for a bare one.
    """

    kind: str
    start: int
    end: int
    content: int
    text: str = ""
    anchor: str = ""
    tag: str = ""
    style: str = ""
    flow: bool = False
    parent: Entry | None = None
    entries: list[Entry] = field(default_factory=list)

    def walk(self) -> Iterator[Span]:
        """This value and all inside it, keys too, in the order in which they are written."""
        pending = [self]
        while pending:
            span = pending.pop()
            yield span
            for entry in reversed(span.entries):
                pending.append(entry.value)
                if entry.key is not None:
                    pending.append(entry.key)

    def data(self, without: frozenset[int] = frozenset()) -> object:
        """What is written, to compare texts by: entries (by their `id`) in `without` are left out."""
        if self.kind in ("scalar", "alias"):
            return (self.kind, self.text, self.anchor, self.tag, self.style)
        kept = [entry for entry in self.entries if id(entry) not in without]
        pairs = [(e.key.data() if e.key else None, e.value.data(without)) for e in kept]
        return (self.kind, self.anchor, self.tag, pairs)


def inside(entry: Entry) -> Iterator[Entry]:
    """The entry and those around it, innermost first."""
    current: Entry | None = entry
    while current is not None:
        yield current
        current = current.holder.parent
