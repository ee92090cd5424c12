"""Quarters of a year, as a scorecard counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(r"([0-9]{4})Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of the calendar year: 2026Q4 is October to December 2026."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The one that a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Quarter | None:
        """The one that is written as 2026Q4; None for anything else."""
        found = _FORM.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found and found[1] > "0000" else None

    def __str__(self) -> str:
        return f"{self.year:04}Q{self.number}"

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        following = date(self.year, 3 * self.number + 1, 1) if self.number < 4 else date(self.year, 12, 31)
        return following - timedelta(days=1) if self.number < 4 else following
