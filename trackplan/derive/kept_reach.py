"""Who reaches what, as the tables of a base tell that a whole run filled: what verdicts ask of a closure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.link.reached import Masks

_STRENGTHS = ("named", "star", "possible")
_NOBODY = dict.fromkeys(_STRENGTHS, 0)


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
    _reach: dict[object, dict[str, int]] = field(init=False)
    _doubts: dict[object, tuple[str, ...]] = field(init=False)
    _carried: set[object] = field(init=False)

    def __post_init__(self) -> None:
        self._bits = {key: bit for bit, (key,) in enumerate(self.base.fetch("SELECT key FROM consumer ORDER BY key"))}
        self._reach = {}
        for key, consumer, strength in self.base.fetch('SELECT "column", consumer, strength FROM stored_reach'):
            found = self._reach.setdefault(key, dict.fromkeys(_STRENGTHS, 0))
            found[str(strength)] |= 1 << self._bits[consumer]
        self._doubts = {}
        for key, reason in self.base.fetch('SELECT "column", reason FROM doubt ORDER BY nth'):
            self._doubts[key] = (*self._doubts.get(key, ()), str(reason))
        self._carried = {key for (key,) in self.base.fetch(_CARRIED)}

    @property
    def every_model(self) -> int:
        """The bit that stands for any model."""
        return 1 << len(self._bits)

    def masks(self, key: int) -> Masks:
        """Who reaches a raw column, by its key."""
        found = self._reach.get(key, _NOBODY)
        carried = self.every_model if key in self._carried else 0
        return found["named"] | carried, found["star"], found["possible"]

    def rows(self, relation: int) -> Masks:  # noqa: ARG002 - nobody asks for what comes of it
        """Nobody that is known."""
        return 0, 0, 0

    def doubts(self, key: int, askers: int) -> tuple[str, ...]:  # noqa: ARG002 - all of them are written
        """Why a raw column is in doubt."""
        return self._doubts.get(key, ())

    def carrying(self, column: int) -> list[int]:
        """The keys of the models that carry or read a raw column."""
        return [int(str(key)) for (key,) in self.base.fetch(_CARRY, {"key": column})]


_CARRIED = """
SELECT w."column" FROM stored_column c CROSS JOIN whole.column_status w ON w."column" = c.key WHERE w.carried
"""
_CARRY = 'SELECT relation FROM carry WHERE "column" = :key ORDER BY relation'
