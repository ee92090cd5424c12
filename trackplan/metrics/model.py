"""A metric and what it came to, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Unit = Literal["%", "number"]
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted: in words that follow "the number of", and the SQL that counts it.

    Without SQL it is counted elsewhere: findings by the rules, proposals by the journal.
    """

    words: str
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: `of`, as a share of `over` where it is one; both name counts.

    `requires` are kinds of evidence without which nobody can say (`a|b` is one or the other). `resets` tells that it
    begins at nothing in each quarter.
    """

    id: str
    title: str
    better: Better
    of: str
    over: str
    why: str
    requires: tuple[str, ...] = ()
    resets: bool = False

    @property
    def unit(self) -> Unit:
        """Whether it is a share or a number."""
        return "%" if self.over else "number"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a metric came to. `denominator` is None for a number; `unknown` tells why nobody can say, else ''."""

    metric: Metric
    numerator: int = 0
    denominator: int | None = None
    unknown: str = ""

    @property
    def value(self) -> Fraction | None:
        """The number, or the share from 0 to 1; None where nobody can say."""
        if self.unknown:
            return None
        return Fraction(self.numerator) if self.denominator is None else Fraction(self.numerator, self.denominator)

    @property
    def text(self) -> str:
        """The value for people, `-` where there is none."""
        return shown(self.value, self.metric.unit)


def shown(value: Fraction | None, unit: Unit) -> str:
    """A value for people: `20.2 %`, `1,204`, or `-` where there is none."""
    if value is None:
        return "-"
    if unit == "%":
        return f"{float(value * 100):.1f} %"
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.1f}"
