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

    def find(self, qualifier: Sequence[str]) -> tuple[tuple[int, int], int] | None:
        """The source that the first names of `qualifier` mean: `(scopes up, index)` and how many names that takes."""
        frame: Frame | None = self
        up = 0
        while frame is not None:
            # `a.b.c` is column c of table a.b if there is one, else member c of a's column b.
            for taken in range(len(qualifier), 0, -1):
                wanted = tuple(qualifier[:taken])
                answering = [i for i, source in enumerate(frame.sources) if _answers(source, wanted)]
                exact = [i for i in answering if frame.sources[i].alias == wanted[-1]]
                if answering:
                    return (up, (exact or answering)[0]), taken
            frame, up = frame.outer, up + 1
        return None


def _answers(source: Source, wanted: tuple[str, ...]) -> bool:
    if len(wanted) == 1:
        return source.alias.lower() == wanted[0].lower()
    tail = source.parts[-len(wanted) :] if source.parts and source.alias == source.parts[-1] else ()
    return len(tail) == len(wanted) and all(a.lower() == b.lower() for a, b in zip(tail, wanted, strict=True))
