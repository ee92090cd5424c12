"""What rules mostly ask for last, found out by a copy of this process while the rest of the facts is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec

from trackplan import copies
from trackplan.link.takings import Forms

if TYPE_CHECKING:
    from collections.abc import Callable

_WORTH = 3_000  # columns for which a copy of this process is worth its start


class Found(msgspec.Struct):
    """The rows that `classification` has for raw columns, and by their keys the forms in which these are taken."""

    columns: list[tuple[Any, ...]]
    taken: dict[int, Forms]


class Beforehand:
    """At work from `begin` on, until it is left."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs
        self._copy: copies.Shared | None = None
        self._found: Found | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def begin(self, find: Callable[[], Found], count: int) -> None:
        """Let a copy of this process `find` it, if that can be and so many columns are worth it."""
        if self._jobs > 1 and count >= _WORTH and copies.possible():
            self._copy = copies.Shared(1, lambda _: msgspec.msgpack.encode(find()), 2)

    def found(self) -> Found | None:
        """What came out; None where nobody was at work, or it died."""
        if self._copy is not None:
            piece = self._copy.answers().get(0)
            self._copy = None
            self._found = msgspec.msgpack.decode(piece, type=Found) if piece is not None else None
        return self._found
