"""What taking columns out of a statement comes to: lists that lose items, and numbers that move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.sql.records import Span
    from trackplan.sql.removal.lists import List

Lost = Callable[[tuple[str, ...]], frozenset[str]]
"""The columns that a relation loses, by its name as the statement writes it, in lower case."""


class CannotDropError(Exception):
    """The statement cannot do without the column, or nobody can tell: where, and why."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = max(offset, 0)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A list, and which of its items go."""

    list: List
    going: frozenset[int]


@dataclass(slots=True)
class Dropping:
    """All that has to change in a text. `moved` are ranges with what takes their place, `left` what it then says."""

    lists: list[Shrunk] = field(default_factory=list)
    moved: list[tuple[Span, str]] = field(default_factory=list)
    left: str = ""
