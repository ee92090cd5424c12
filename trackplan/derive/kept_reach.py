"""Who reaches what, as the tables of a base tell that a whole run filled: what verdicts ask of a closure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.link.closure import Masks

_STRENGTHS = ("named", "star", "possible")


@dataclass(slots=True)
class KeptReach:
    """What `derive.users.Reached` asks for; of rows nothing is known.

    What leaves a column in doubt is told by `doubt`, and so there is nothing `everywhere`.
    """

    base: FactBase
    idle: bool
    taken: bool
    everywhere: list[str] = field(default_factory=list)
    _bits: dict[object, int] = field(init=False)

    def __post_init__(self) -> None:
        self._bits = {key: bit for bit, (key,) in enumerate(self.base.fetch("SELECT key FROM consumer ORDER BY key"))}

    @property
    def every_model(self) -> int:
        """The bit that stands for any model."""
        return 1 << len(self._bits)

    def masks(self, key: int) -> Masks:
        """Who reaches a raw column, by its key."""
        found = dict.fromkeys(_STRENGTHS, 0)
        for consumer, strength in self.base.fetch(_REACH, {"key": key}):
            found[str(strength)] |= 1 << self._bits[consumer]
        carried = next(self.base.fetch(_CARRIED, {"key": key}), (0,))[0]
        return found["named"] | (self.every_model if carried else 0), found["star"], found["possible"]

    def rows(self, relation: int) -> Masks:  # noqa: ARG002 - nobody asks for what comes of it
        """Nobody that is known."""
        return 0, 0, 0

    def doubts(self, key: int, askers: int) -> tuple[str, ...]:  # noqa: ARG002 - all of them are written
        """Why a raw column is in doubt."""
        return tuple(str(reason) for (reason,) in self.base.fetch(_DOUBTS, {"key": key}))

    def carrying(self, column: int) -> list[int]:
        """The keys of the models that carry or read a raw column."""
        return [int(str(key)) for (key,) in self.base.fetch(_CARRY, {"key": column})]


_REACH = 'SELECT consumer, strength FROM reach WHERE "column" = :key'
_CARRIED = 'SELECT carried FROM whole.column_status WHERE "column" = :key'
_DOUBTS = 'SELECT reason FROM doubt WHERE "column" = :key ORDER BY reason'
_CARRY = 'SELECT relation FROM carry WHERE "column" = :key ORDER BY relation'
