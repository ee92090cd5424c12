"""Sets that are nearly the same, found without comparing each with each.

Two sets are alike if they share a given part of the larger one. The words of every set are put into one order, rare
ones first: two sets that are alike then have some words in common among their first few (prefix filtering), so only
sets that meet there are compared. Sets that are known to be in one group are not compared again.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEAST_SHARE = 0.5  # below, nearly everything would have to be compared
_LONGEST, _MOST = 4, 40  # words of a signature; signatures of a set
NEARLY = 1e-9  # 0.9 * 10 is to be 9, whatever floats make of it


def groups(sets: Mapping[int, frozenset[str]], share: float) -> list[tuple[int, ...]]:
    """The keys of sets that are alike, group by group; whoever is like one of a group belongs to it.

    Sets in no group are left out. Keys and groups come in ascending order.
    """
    same: dict[frozenset[str], list[int]] = {}
    for key in sorted(sets):
        if sets[key]:
            same.setdefault(sets[key], []).append(key)
    united = _united(list(same), min(max(share, LEAST_SHARE), 1.0))
    found: dict[int, list[int]] = {}
    for root, keys in zip(united, same.values(), strict=True):
        found.setdefault(root, []).extend(keys)
    return sorted(tuple(sorted(keys)) for keys in found.values() if len(keys) > 1)


def _united(sets: Sequence[frozenset[str]], share: float) -> list[int]:
    """For each set the number of its group; no two sets are equal."""
    frequency = Counter(word for each in sets for word in each)
    order = {word: n for n, word in enumerate(sorted(frequency, key=lambda word: (frequency[word], word)))}
    numbered = [sorted(order[word] for word in each) for each in sets]
    needed = [math.ceil(share * len(each) - NEARLY) for each in sets]
    # The more words a signature has, the fewer sets meet by chance, but the more signatures there are.
    sizes = [
        max(size for size in range(1, min(_LONGEST, need) + 1) if _is_few(len(each), need, size))
        for each, need in zip(sets, needed, strict=True)
    ]
    asked = sorted(set(sizes))
    forest = _Forest(list(range(len(sets))))
    # signature → the sets that have it, by the group that they were in when they came
    met: dict[tuple[int, ...], dict[int, list[int]]] = {}
    for number in sorted(range(len(sets)), key=lambda n: (len(sets[n]), n)):
        mine, need, size = sets[number], needed[number], sizes[number]
        for signature in _signatures(numbered[number], need, size):
            for group, others in met.get(signature, {}).items():
                if forest.root(group) != forest.root(number):
                    like = next((o for o in others if len(sets[o]) >= need and len(mine & sets[o]) >= need), None)
                    if like is not None:
                        forest.unite(like, number)
        for length in asked:
            for signature in _signatures(numbered[number], need, length) if _is_few(len(mine), need, length) else ():
                met.setdefault(signature, {}).setdefault(forest.root(number), []).append(number)
    return [forest.root(number) for number in range(len(sets))]


def _is_few(words: int, needed: int, size: int) -> bool:
    """Whether signatures of that size are few enough; what holds for a set holds for each smaller one too."""
    return size == 1 or comb(words - needed + size, size) <= _MOST


def _signatures(words: Sequence[int], needed: int, size: int) -> Iterator[tuple[int, ...]]:
    """All choices of `size` among the first words: sets with `needed` words in common have one of them in common."""
    return combinations(words[: len(words) - needed + size], size)


class _Forest(Struct):
    """Which numbers belong together; each leads, by way of others, to the one that stands for its group."""

    above: list[int] = []

    def root(self, number: int) -> int:
        while self.above[number] != number:
            self.above[number] = self.above[self.above[number]]
            number = self.above[number]
        return number

    def unite(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self.above[second] = first
