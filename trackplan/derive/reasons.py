"""Why a verdict is what it is, in one clause for people: each thing once, the most telling first."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

_LISTED = 3


class Doubts(Struct):
    """What stands in the way of saying that something is not used.

    `places` are clauses about SQL that was not understood, `consumers` those that may use it, `unlanded` clauses about
    a column that is not there, `readers` clauses about a table of which too few readers were understood, and `blind`
    tells that nobody who could use anything is given.
    """

    places: list[str] = []
    consumers: list[str] = []
    unlanded: list[str] = []
    readers: list[str] = []
    blind: bool = False

    def __bool__(self) -> bool:
        return bool(self.places or self.consumers or self.unlanded or self.readers or self.blind)

    def add(self, other: Doubts) -> None:
        """Take on what stands in the way of another one, since this is used if that is."""
        self.places.extend(other.places)
        self.consumers.extend(other.consumers)
        self.unlanded.extend(other.unlanded)
        self.readers.extend(other.readers)
        self.blind = self.blind or other.blind

    def reason(self) -> str:
        """The clause. That few readers were understood, or that there are none, is said where nothing else is."""
        clauses = []
        places = list(dict.fromkeys(self.places))
        if places:
            clauses.append(places[0] + (", as may other places" if len(places) > 1 else ""))
        consumers = sorted(set(self.consumers))
        if consumers:
            reads = "reads" if len(consumers) == 1 else "read"
            clauses.append(f"what {few(consumers)} {reads} is not wholly clear and may include it")
        unlanded = list(dict.fromkeys(self.unlanded))
        if unlanded:
            clauses.append(unlanded[0] + (f", and {len(unlanded) - 1} more like it" if len(unlanded) > 1 else ""))
        clauses = clauses or self.readers[:1] or ["no models and no consumers are given"]
        return "; ".join(clauses)


class Purposes(Struct, frozen=True):
    """The use cases that need something; `unnamed` if it is personal data that use cases reach but none names."""

    use_cases: Sequence[str]
    unnamed: bool = False

    def reason(self) -> str:
        """Who needs it, in a clause."""
        if self.use_cases:
            return f"needed by {few(self.use_cases)}"
        return "no use case names it, as personal data requires" if self.unnamed else "no active use case needs it"


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def listing(names: Sequence[str]) -> str:
    """The first names, in alphabetical order, as they stand in a sentence: `a, b, c and 4 more`."""
    words = sorted(names)
    if len(words) > _LISTED:
        words[_LISTED:] = [f"{len(words) - _LISTED:,} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
