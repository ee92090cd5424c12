"""The columns that can be seen inside one statement: those of its scopes, and those of the tables that it reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

ROWS = -1
"""The key of a container's rows: which there are, how often, in what order."""

WHOLE = -2
"""The key of a row taken as one value: a struct whose members are the columns."""

NAMED, STAR, POSSIBLE = 3, 2, 1
"""How surely: written out, taken by a star, or only where a name may mean another. A chain is as its weakest link."""

Key = int | frozenset[str]
"""A column by its position, `ROWS`, `WHOLE`, or every column but those named in the set (in lower case)."""

ALL: frozenset[str] = frozenset()

Origin = int | str | tuple[int, int, int]
"""Where a scope's column comes from: an item of its select list or a position below; a name that it was asked for;
or by a star: the item, the frame that the star takes from, and the position there."""
_PSEUDO = frozenset(
    "_partitiontime _partitiondate _table_suffix _file_name _change_type rowid ctid oid xmin current_date "  # noqa: SIM905
    "current_time current_timestamp current_user session_user".split()
)


class Frame:
    """Columns by position. `open` frames take on whatever name they are asked for, if only perhaps (`maybe`).

    `index` has the first position of each lower-case name, `twins` all of those that stand several times. `starred`
    tells which columns a star brings, None if none; `origins` is None where each column is the item at its position.
    `lists` has the lower-case names of those that are known to be lists.
    """

    __slots__ = ("index", "lists", "maybe", "names", "open", "origins", "starred", "twins", "weak")

    def __init__(self, *, weak: bool = False) -> None:
        self.names: list[str] = []
        self.index: dict[str, int] = {}
        self.twins: dict[str, list[int]] = {}
        self.maybe: dict[str, int] = {}
        self.starred: list[bool] | None = None
        self.origins: list[Origin] | None = None
        self.lists: frozenset[str] = frozenset()
        self.open = False
        self.weak = weak

    def fill(self, names: Iterable[str]) -> None:
        """Set the names of an empty frame, all at once."""
        self.names = found = list(names)
        lower = lowered(found)
        index = dict(zip(lower, range(len(lower)), strict=True))
        if len(index) != len(lower):
            index = dict(zip(reversed(lower), range(len(lower) - 1, -1, -1), strict=True))
            for position, name in enumerate(lower):
                if name and index[name] != position:
                    self.twins.setdefault(name, [index[name]]).append(position)
        index.pop("", None)
        self.index = index

    def add(self, name: str, *, starred: bool = False) -> int:
        """Add a column."""
        position = len(self.names)
        self.names.append(name)
        if self.starred is not None:
            self.starred.append(starred)
        elif starred:
            self.starred = [False] * position + [True]
        if name:
            lower = name.lower()
            first = self.index.setdefault(lower, position)
            if first != position:
                self.twins.setdefault(lower, [first]).append(position)
        return position

    def is_starred(self, position: int) -> bool:
        """Whether a star brings the column."""
        return self.starred is not None and self.starred[position]

    def positions(self, name: str) -> Sequence[int]:
        """Where `name` stands: with its exact letter case if there is one, else in any."""
        lower = name.lower()
        found = self.twins.get(lower)
        if found is not None:
            return [p for p in found if self.names[p] == name] or found
        first = self.index.get(lower)
        return () if first is None else (first,)

    def ask(self, name: str, *, sure: bool) -> Sequence[int]:
        """The positions of `name`; an open frame takes the name on, and knows that it has it only if `sure`."""
        found = self.positions(name)
        if found or not self.open or not name:
            return found
        lower = name.lower()
        position = self.maybe.get(lower)
        if position is None:
            position = len(self.names)
            self.names.append(name)
            if self.starred is None:
                self.starred = [False] * position
            self.starred.append(True)
            if self.origins is None:
                self.origins = list(range(position))
            self.origins.append(name)
        if sure:
            self.maybe.pop(lower, None)
            self.index[lower] = position
        else:
            self.maybe[lower] = position
        return (position,)

    def view(self) -> Frame:
        """The same columns for one statement, which may ask for more of them where they are not all known."""
        if not self.open:
            return self
        copy = Frame(weak=self.weak)
        copy.names = list(self.names)
        copy.index = dict(self.index)
        copy.twins, copy.lists = self.twins, self.lists
        copy.starred = list(self.starred) if self.starred is not None else None
        copy.open = True
        return copy


def lowered(names: list[str]) -> list[str]:
    """Names in lower case, at once; the very same where they are in lower case, as most are."""
    written = "\n".join(names)
    lower = written.lower()
    if lower == written:
        return names
    found = lower.split("\n")
    return found if len(found) == len(names) else [name.lower() for name in names]


def is_pseudo(name: str) -> bool:
    """Whether databases have a column of that lower-case name that no table declares."""
    return name in _PSEUDO or name.startswith(("metadata$", "$"))


def left_out(frame: Frame, exclude: Iterable[str], pattern: str) -> frozenset[str]:
    """The names of a frame, in lower case, that a star does not take: those it excludes, or that do not match."""
    found = {name.lower() for name in exclude}
    if pattern and not frame.open:  # which names another COLUMNS(…) made is not known
        allowed = re.compile(pattern, re.IGNORECASE | re.DOTALL)
        # Of columns that are called the same, all but one get a name that nobody knows.
        found.update(name for name in frame.index if name not in frame.twins and not allowed.fullmatch(name))
    return frozenset(found)


def unnamed(names: Sequence[str]) -> list[int]:
    """The positions of the columns that nobody named, or whose name another one has."""
    first: dict[str, int] = {}
    for position, name in enumerate(names):
        first.setdefault(name.lower(), position)
    return [p for p, name in enumerate(names) if not name or first[name.lower()] != p]


def apart(names: Sequence[str]) -> tuple[str, ...]:
    """What DuckDB calls columns outside of the query that gives them: of two called `a`, the second is `a_1`."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        fresh, nth = name, 0
        while fresh and fresh.lower() in taken:
            nth += 1
            fresh = f"{name}_{nth}"
        taken.add(fresh.lower())
        found.append(fresh)
    return tuple(found)


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
