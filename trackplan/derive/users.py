"""Who uses what, told from the closure: the consumers that reach a raw column, those that may, and the models."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from trackplan.derive.reasons import Doubts, Purposes, few, listing
from trackplan.link.frames import bits

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Row
    from trackplan.link.reached import Masks

_MOST_POSSIBLE = 20
_CALLED = {
    "person": "queries",
    "dashboard": "dashboards",
    "export": "exports",
    "ml": "machines",
    "test": "tests",
    "build": "builds",
    "model": "leaf models",
}


class Reached(Protocol):
    """Who reaches what, as the closure tells. Consumers have the lowest bits; `every_model` is the bit of any model.

    `everywhere` is why any raw column may be used. `idle` tells that there are none but consumers whose use amounts to
    nothing, `taken` that a declared one takes something.
    """

    everywhere: list[str]

    @property
    def every_model(self) -> int:
        """The bit that stands for any model."""

    @property
    def idle(self) -> bool:
        """Whether all there are use nothing."""

    @property
    def taken(self) -> bool:
        """Whether a declared consumer takes something."""

    def masks(self, key: int) -> Masks:
        """Who reaches a raw column, by its key."""

    def rows(self, relation: int) -> Masks:
        """Who reaches the rows of a relation, by its key."""

    def doubts(self, key: int, askers: int) -> tuple[str, ...]:
        """Why those who reach a raw column leave it in doubt."""

    def carrying(self, column: int) -> list[int]:
        """The keys of the models that carry or read a raw column."""


class Users(Struct):
    """Reads sets of consumers, which are integers with a bit for each.

    `counting` are the consumers whose use counts, `ids` their names; `cases` has the active use cases that a consumer
    serves, by its bit; `blind` tells that nobody who could use anything was read.
    """

    reached: Reached
    ids: list[str]
    paths: list[str]
    classes: list[str]
    relation_ids: dict[int, str]
    counting: int
    cases: dict[int, list[str]]
    blind: bool
    _masks: dict[int, Masks] = {}
    _names: dict[int, list[str]] = {}
    _listings: dict[int, str] = {}
    _plain: dict[tuple[int, int, bool], Row] = {}
    _few: dict[tuple[int, int], str] = {}
    _possible: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    _served: dict[int, list[str]] = {}
    _serving: int = 0
    _consumers: int = 0
    _every_model: int = 0

    def __post_init__(self) -> None:
        self._consumers = (1 << len(self.ids)) - 1
        self._serving = sum(1 << bit for bit in self.cases)
        self._every_model = self.reached.every_model

    @classmethod
    def of(cls, base: FactBase, reached: Reached, models: str) -> Users:
        """The users of what is in the fact base; `models` is a query for the keys and ids of relations."""
        ids: list[str] = []
        paths: list[str] = []
        classes: list[str] = []
        counting = 0
        bits_of: dict[object, int] = {}
        for bit, (key, id_, counts, path, use) in enumerate(base.fetch(_CONSUMERS)):
            bits_of[key] = bit
            ids.append(str(id_))
            paths.append(str(path))
            classes.append(str(use))
            counting |= bool(counts) << bit
        cases: dict[int, list[str]] = {}
        for consumer, case in base.fetch(_SERVES):
            cases.setdefault(bits_of[consumer], []).append(str(case))
        relations = {k: str(id_) for k, id_ in base.fetch(models) if isinstance(k, int)}
        blind = reached.idle or (not base.count(_STATEMENTS) and not reached.taken)
        return cls(reached, ids, paths, classes, relations, counting, cases, blind)

    def of_column(self, key: int) -> tuple[int, int, bool]:
        """The counting consumers that name a raw column, those that take it by a star alone, and whether models do."""
        named, star, _ = self._of(key)
        if not star:
            return named & self.counting, 0, bool(named & self._every_model)
        return named & self.counting, star & ~named & self.counting, bool((named | star) & self._every_model)

    def others(self, columns: Iterable[int]) -> int:
        """The consumers that surely use one of some columns, yet do not count."""
        mask = 0
        for key in columns:
            named, star, _ = self._of(key)
            mask |= named | star
        return mask & self._consumers & ~self.counting

    def kinds(self, mask: int) -> list[str]:
        """What consumers are, by their classes: `tests`, `builds`."""
        return sorted({_CALLED[self.classes[bit]] for bit in bits(mask)})

    def served(self, columns: Iterable[int]) -> list[str]:
        """The use cases whose consumers surely reach one of some columns, in alphabetical order."""
        if not self.cases:
            return []
        mask = 0
        for key in columns:
            masks = self._of(key)
            mask |= masks[0] | masks[1]
        return self._of_cases(mask & self._serving)

    def _of_cases(self, mask: int) -> list[str]:
        """The use cases that some consumers serve."""
        known = self._served.get(mask)
        if known is None:
            known = self._served[mask] = sorted({case for bit in bits(mask) for case in self.cases[bit]})
        return known

    def doubt(self, key: int, doubts: Doubts, coverage: str | None) -> None:
        """Tell what stands in the way of calling a column unused that nobody surely uses."""
        named, star, possible = self._of(key)
        places = (*self.reached.doubts(key, named | star | possible), *self.reached.everywhere)
        doubts.places.extend(places)
        doubts.consumers.extend(self._perhaps(possible & ~named & ~star, places))
        doubts.blind = self.blind
        if coverage is not None:
            doubts.readers.append(coverage)

    def relation(self, key: int, columns: Iterable[int]) -> Row:
        """The row of `relation_status` for a raw relation with these columns."""
        named, star, possible = self.reached.rows(key)
        perhaps = possible & ~named & ~star & self._consumers
        used = 1 if (named | star) & self.counting else None if perhaps else 0
        reached = bool((named | star) & self._consumers or perhaps)
        return key, int(reached), used, int(bool(perhaps) or any(map(self._is_doubted, columns)))

    def plain(self, named: int, starred: int, carried: bool) -> Row:
        """The cells of a verdict on what is used and that no use case needs."""
        known = self._plain.get((named, starred, carried))
        if known is None:
            reason = f"{Purposes(()).reason()}; used by {self.few(named, starred)}"
            listed = (self.listing(named), self.listing(starred), "", "", "")
            known = (0, 1, int(not named), int(carried), "undeclared", reason, 0, *listed)
            self._plain[named, starred, carried] = known
        return known

    def few(self, named: int, starred: int) -> str:
        """The first consumers, those that name what they take before the others."""
        known = self._few.get((named, starred))
        if known is None:
            known = self._few[named, starred] = few([*self.names(named), *self.names(starred & ~named)])
        return known

    def listing(self, mask: int) -> str:
        """The first consumers as they stand in a message."""
        known = self._listings.get(mask)
        if known is None:
            known = self._listings[mask] = listing(self.names(mask))
        return known

    def names(self, mask: int) -> list[str]:
        """The ids of consumers in alphabetical order."""
        known = self._names.get(mask)
        if known is None:
            known = self._names[mask] = sorted(self.ids[bit] for bit in bits(mask))
        return known

    def models(self, columns: Iterable[int]) -> list[str]:
        """The ids of the models that carry or read one of some columns, in alphabetical order."""
        return sorted({self.relation_ids[key] for column in columns for key in self.reached.carrying(column)})

    def _of(self, key: int) -> Masks:
        known = self._masks.get(key)
        if known is None:
            known = self._masks[key] = self.reached.masks(key)
        return known

    def _is_doubted(self, key: int) -> bool:
        named, star, possible = self._of(key)
        return bool(self.reached.everywhere or self.reached.doubts(key, named | star | possible))

    def _perhaps(self, possible: int, places: tuple[str, ...]) -> list[str]:
        """Consumers that may use something; of those whose own text was not understood, `places` tell enough."""
        mask = possible & self._consumers
        known = self._possible.get((mask, places))
        if known is None:
            known = []
            for bit in islice(bits(mask), _MOST_POSSIBLE):
                told = (self.paths[bit] + ":", self.paths[bit] + " ")
                if self.counting >> bit & 1 and not any(place.startswith(told) for place in places):
                    known.append(self.ids[bit])
            self._possible[mask, places] = known
        return known


_CONSUMERS = """
SELECT c.key, c.id, c.counts, f.path, c.class
FROM consumer c LEFT JOIN place p ON p.key = c.place LEFT JOIN file f ON f.key = p.file
ORDER BY c.key
"""
_SERVES = """
SELECT s.consumer, u.id FROM serves s JOIN use_case u ON u.key = s.use_case WHERE u.state = 'active' ORDER BY u.id
"""
# Whether anything was read that could use a column: a pattern that matches nothing is no evidence.
_STATEMENTS = "SELECT coalesce(sum(statements), 0) FROM evidence WHERE kind IN ('models', 'consumers')"
