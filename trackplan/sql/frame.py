"""The names that are visible inside one scope: its sources, its named windows, and the scopes around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.sql.records import Source

if TYPE_CHECKING:
    from sqlglot import exp

Environment = Mapping[str, tuple[int, tuple[str, ...]]]
"""Common table expressions in reach: name → its scope, and the column names its definition gives."""


@dataclass(slots=True)
class Frame:
    """A scope while it is compiled. `outer` is the frame that correlated references may reach."""

    scope: int
    outer: Frame | None
    environment: Environment
    sources: list[Source] = field(default_factory=list)
    windows: dict[str, exp.Window] = field(default_factory=dict)
    _last: Source | None = None
    _count: int = 0
    _by_alias: dict[str, list[int]] = field(default_factory=dict)

    def find(self, qualifier: Sequence[str]) -> tuple[tuple[int, int], int] | None:
        """The source that the first names of `qualifier` mean: `(scopes up, index)` and how many names that takes."""
        frame: Frame | None = self
        up = 0
        folded = [q.lower() for q in qualifier]
        while frame is not None:
            aliases = frame._aliases()
            # `a.b.c` is column c of table a.b if there is one, else member c of a's column b.
            for taken in range(len(folded), 0, -1):
                if folded[taken - 1] in aliases:
                    index = frame._answering(qualifier[taken - 1], folded[:taken])
                    if index is not None:
                        return (up, index), taken
            frame, up = frame.outer, up + 1
        return None

    def called(self, name: str) -> tuple[int, int] | None:
        """The source that goes by `name` alone: `(scopes up, index)`."""
        frame: Frame | None = self
        up = 0
        lower = name.lower()
        while frame is not None:
            if lower in frame._aliases():
                index = frame._answering(name, [lower])
                if index is not None:
                    return up, index
            frame, up = frame.outer, up + 1
        return None

    def _aliases(self) -> dict[str, list[int]]:
        """The numbers of the sources by their aliases in lower case."""
        sources = self.sources
        last = sources[-1] if sources else None
        if last is not self._last or len(sources) != self._count:  # only the end of the list ever changes
            self._last, self._count = last, len(sources)
            self._by_alias = {}
            for index, source in enumerate(sources):
                self._by_alias.setdefault(source.alias.lower(), []).append(index)
        return self._by_alias

    def _answering(self, written: str, wanted: list[str]) -> int | None:
        """The first source that goes by the names `wanted`, or the first that is spelled as they are `written`."""
        first: int | None = None
        for index in self._by_alias[wanted[-1]]:
            source = self.sources[index]
            if len(wanted) == 1 or _ends_in(source, wanted):
                if source.alias == written:
                    return index
                first = index if first is None else first
        return first


def _ends_in(source: Source, wanted: list[str]) -> bool:
    """Whether a table that has no alias has `wanted` as its last names."""
    parts = source.parts
    if len(parts) < len(wanted) or source.alias != parts[-1]:
        return False
    return [p.lower() for p in parts[-len(wanted) :]] == wanted
