"""Which events have other fields than when the facts were made, in which versions, and what that may reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from trackplan.derive import edited_plans
from trackplan.errors import TooMuchError
from trackplan.names import field_id

if TYPE_CHECKING:
    from trackplan.classify import Dictionary
    from trackplan.derive.edited import Changes, Declared
    from trackplan.derive.grown import Grown
    from trackplan.derive.versions import Path, Version
    from trackplan.facts.base import FactBase
    from trackplan.facts.declared import Plan
    from trackplan.facts.reads import Cell

_TABLES = (
    "field", "field_tag", "landing", "unlanded", "field_status", "column_status", "event_status", "need_match",
    "classification", "lessened_subject", "less_data", "tombstone_match",
)  # fmt: skip
CELLS: frozenset[Cell] = frozenset({*((table, "*") for table in _TABLES), ("evidence", "subjects")})
"""Where something else may be once events have other fields."""


class Sprout(msgspec.Struct):
    """What an event has that it did not have: needs that select it otherwise, None where nobody looked, and paths."""

    needs: list[int] | None
    paths: list[list[str]]


class Growth(Struct):
    """`since` has by file and id the events with other fields than when the facts were made.

    `origin` gives what a file declared then, and `changed` are the ids of those whose edit is judged now.
    """

    since: dict[str, dict[str, Sprout]]
    origin: Callable[[str], Declared]
    ground: bytes
    words: Callable[[], Dictionary]
    changed: set[str] = set()
    _versions: dict[str, list[Version]] = {}
    _first: dict[str, Version] = {}
    _pairs: set[str] = set()

    def add(self, changes: Changes, path: str, was: Declared, now: Declared) -> None:
        """Take on an edit of a file. Raises `TooMuchError` where it is more than can be told."""
        ids = changes.grow(was, now)
        self._pairs.add(path)
        self.changed |= ids
        if not ids and path not in self.since:
            return
        first = self.origin(path)
        others = [edited_plans.grown(first.plans, each.plans) for each in (was, now)]
        if None in others:
            raise TooMuchError
        grown = set().union(*(ids for ids in others if ids))
        for declared in (first, was, now):
            for version in _versions(declared.plans, grown):
                self._versions.setdefault(version.id, []).append(version)
        self._first.update((version.id, version) for version in _versions(first.plans, grown))
        self.since[path] = {id_: Sprout(None, []) for id_ in sorted(others[1] or ())}
        for version in _versions(now.plans, self.since[path]):
            known = set(self._first[version.id].paths)
            self.since[path][version.id].paths = [list(each) for each in version.paths if each not in known]

    @property
    def cells(self) -> Collection[Cell]:
        """Where something else may be."""
        return CELLS if self.changed else ()

    def further(self) -> set[str]:
        """The events that were edited before, and that are near others than in the facts."""
        return {id_ for found in self.since.values() for id_, sprout in found.items() if sprout.needs != []}

    def ids(self) -> set[str]:
        """The events that have other fields than when the facts were made."""
        return {*self._first, *(id_ for found in self.since.values() for id_ in found)}

    def paths(self) -> dict[str, list[Path]]:
        """The paths that they have since then."""
        return {id_: list(map(tuple, sprout.paths)) for found in self.since.values() for id_, sprout in found.items()}

    def pairs(self, pairs: Mapping[str, tuple[Declared, Declared]], ids: Collection[str]) -> dict[str, list[Version]]:
        """Some events as they were before the edit, and as they are."""
        found: dict[str, list[Version]] = {}
        for pair in pairs.values():
            for declared in pair:
                for version in _versions(declared.plans, ids):
                    found.setdefault(version.id, []).append(version)
        return found

    def needs(self, base: FactBase) -> set[int]:
        """The keys of the needs that select something of the events with other fields, then or now."""
        if not self.changed:
            return set()
        from trackplan.derive.chosen import Chosen, categories

        versions = [each for id_ in sorted(self.changed) for each in self._versions[id_]]
        chosen = Chosen.of(base, versions)
        found: set[int] = set()
        told = {id_: sprout for listed in self.since.values() for id_, sprout in listed.items()}
        for id_ in self.changed:
            each = [
                chosen.needs(v, categories(v, self.words) if chosen.by_category else {}) for v in self._versions[id_]
            ]
            found.update(*each)
            if id_ in told:
                told[id_].needs = sorted(each[0] ^ each[-1])
        return found

    def events(self, base: FactBase, held: Collection[str]) -> Grown:
        """What tells of such events in a small base, which has these."""
        from trackplan.derive import ground
        from trackplan.derive.chosen import Chosen
        from trackplan.derive.grown import Grown

        first = {id_: version for id_, version in self._all_first(held).items() if id_ in held}
        versions = [each for id_ in first for each in self._versions.get(id_, [first[id_]])]
        chosen, elsewhere = Chosen.of(base, versions), self.ids() - first.keys()
        found = Grown(base, first, ground.decoded(self.ground), chosen, self.words, elsewhere)
        found.look()
        return found

    def versions(self, plans: Iterable[Plan]) -> Iterator[Version]:
        """The events with other fields, as plans declare them."""
        yield from _versions(plans, self.ids())

    def _all_first(self, held: Collection[str]) -> dict[str, Version]:
        """The events with other fields as they were, as far as the base has them."""
        for path, listed in self.since.items():
            if path not in self._pairs and any(id_ in held for id_ in listed):
                for version in _versions(self.origin(path).plans, listed):
                    self._first.setdefault(version.id, version)
        return self._first


def _versions(plans: Iterable[Plan], ids: Collection[str]) -> Iterator[Version]:
    from trackplan.derive.versions import Version

    for plan in plans if ids else ():
        for event in plan.events:
            if field_id(plan.name, event.name, ()) in ids:
                yield Version(plan, event)
