"""The published figures: sums of many verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.judge.verdicts import Verdict

# The shares of dead columns and keys that must be called unused.
MARK, MARK_KEYS = 0.97, 0.95
_SUMMED = ("columns", "dead", "dead_said", "keys", "dead_keys", "dead_keys_said")


@dataclass(slots=True)
class Figures:
    """Sums over pipelines; `unsound` holds every false "unused" as a line."""

    pipelines: int = 0
    unsound: list[str] = field(default_factory=list)
    unknown: int = 0
    columns: int = 0
    dead: int = 0
    dead_said: int = 0
    keys: int = 0
    dead_keys: int = 0
    dead_keys_said: int = 0

    def add(self, verdict: Verdict) -> None:
        """Add one pipeline's counts."""
        self.pipelines += 1
        self.unsound += [f"{verdict.name}: {line}" for line in verdict.unsound]
        self.unknown += len(verdict.unknown)
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(verdict, name))

    @property
    def found(self) -> float:
        """The share of the columns that change nothing which trackplan calls unused."""
        return self.dead_said / self.dead if self.dead else 1.0

    @property
    def found_keys(self) -> float:
        """The same for struct members and JSON keys."""
        return self.dead_keys_said / self.dead_keys if self.dead_keys else 1.0

    @property
    def reached(self) -> bool:
        """Whether the shares are as high as the marks."""
        return self.found >= MARK and self.found_keys >= MARK_KEYS

    def __str__(self) -> str:
        return (
            f"{self.pipelines} pipelines, {self.columns} columns, {self.keys} keys, {self.unknown} unknown\n"
            f"called unused though they change a result: {len(self.unsound)}\n"
            f"dead columns called unused: {self.dead_said} of {self.dead} = {self.found:.1%}\n"
            f"dead keys called unused:    {self.dead_keys_said} of {self.dead_keys} = {self.found_keys:.1%}"
        )
