"""Who reaches what, as a net tells it, for the verdicts on columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from trackplan.link.columns import members, taken
from trackplan.link.frames import bits
from trackplan.link.net import Net, number_of
from trackplan.link.spread import Spread
from trackplan.link.texts import telling

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.link.reached import Masks

Asked = tuple[str, str, list[int]]
"""The last word of a column's name, the way to it inside its column, and the nodes by which it is asked for."""


@dataclass
class Woven:
    """Who reaches what by a net, for the verdicts; `everywhere` is why any raw column may be used."""

    net: Net
    base: FactBase
    everywhere: list[str] = field(init=False)
    _relations: dict[int, dict[int, Asked]] = field(default_factory=dict)
    _homes: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.everywhere = self.net.head.everywhere
        self._words = {word: number_of(mask) for word, mask in self.net.head.words.items()}
        self._asking = [number_of(mask) for mask in self.net.head.asking]

    @property
    def every_model(self) -> int:
        """The bit of any model."""
        return 1 << (self.net.head.consumers + len(self.net.head.told))

    @property
    def idle(self) -> bool:
        """Whether all there are use nothing."""
        return self.net.head.idle

    @property
    def taken(self) -> bool:
        """Whether a declared consumer takes something."""
        return self.net.head.taken

    def masks(self, key: int) -> Masks:
        """Who reaches a raw column."""
        named = star = possible = 0
        for node in self.column(key)[2]:
            n, s, p = self._spread(self.net.masks(node))
            named, star, possible = named | n, star | s, possible | p
        return named, star, possible

    def rows(self, relation: int) -> Masks:
        """Who reaches the rows of a relation."""
        return self._spread(self.net.masks(self.rows_of(relation)))

    def rows_of(self, relation: int) -> int:
        """The node of a relation's rows."""
        sheet = self.net.sheet(self.net.head.relations[relation - 1])
        return sheet.first + len(sheet.names)

    def doubts(self, key: int, askers: int) -> tuple[str, ...]:
        """Why the texts that reach a column leave it in doubt, see `telling`."""
        head = self.net.head
        texts = (askers >> head.shift) & ((1 << len(head.told)) - 1)
        said = self._words.get(self.column(key)[0], 0)
        return tuple(head.told[number] for number in telling(said, texts, self._asking, head.shift))

    def carrying(self, column: int) -> list[int]:
        """The models that carry or read a column."""
        found = self._models.models(self.column(column)[2])
        keys = (self.net.sheet(number).key for number in found)
        own = self._homes[column]
        return sorted(key for key in keys if key and key != own)

    def column(self, key: int) -> Asked:
        """The last word of a raw column's name, the way to it inside its column, and the nodes by which it is asked."""
        home = self._homes.get(key)
        if home is None:
            home = int(str(next(self.base.fetch('SELECT relation FROM "column" WHERE key = :key', {"key": key}))[0]))
        return self.columns(home)[key]

    def columns(self, relation: int) -> dict[int, Asked]:
        """The same for all columns of a raw relation."""
        known = self._relations.get(relation)
        if known is None:
            known = self._relations[relation] = dict(self._columns(relation))
            self._homes.update(dict.fromkeys(known, relation))
        return known

    def _columns(self, relation: int) -> Iterator[tuple[int, Asked]]:
        sheet = self.net.sheet(self.net.head.relations[relation - 1])
        index = {name.lower(): sheet.first + at for at, name in reversed(list(enumerate(sheet.names)))}
        ways: dict[int, list[tuple[str, int]]] = {}
        for column, path, node in sheet.paths:
            ways.setdefault(column, []).append((path, node))
        inner: dict[int, Callable[[str], list[int]]] = {}
        rows = [
            (int(str(k)), json.loads(str(p)), bool(d)) for k, p, d in self.base.fetch(_PATHS, {"relation": relation})
        ]
        keys: dict[str, list[tuple[str, bool]]] = {}
        for _, (name, *inside), declared in rows:
            if inside:
                keys.setdefault(name.lower(), []).append((".".join(inside).lower(), declared))
        for key, (name, *inside), _ in rows:
            column = index[name.lower()]
            into = ways.get(column, [])
            if not inside:
                yield key, (name.lower(), "", [column, *(node for _, node in into)])
                continue
            lower = ".".join(inside).lower()
            take = inner.get(column)
            if take is None:
                take = inner[column] = taken(into, members(keys[name.lower()]))
            yield key, (inside[-1].lower(), lower, [column, *take(lower)])

    def _spread(self, masks: Masks) -> Masks:
        """Whoever asks a text that may have written it asks for it too."""
        named, star, possible = masks
        texts = (possible >> self.net.head.shift) & ((1 << len(self._asking)) - 1)
        for number in bits(texts):
            possible |= self._asking[number]
        return named, star, possible

    @cached_property
    def _models(self) -> Spread:
        return Spread(self.net)


_PATHS = 'SELECT key, path, declared FROM "column" WHERE relation = :relation ORDER BY key'
