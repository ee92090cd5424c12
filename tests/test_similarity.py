"""Sets that are nearly the same: compared with the plain way, and where the plain way would take for ever."""

from __future__ import annotations

import random

import pytest

from trackplan.similarity import groups


def plainly(sets: dict[int, frozenset[str]], share: float) -> list[tuple[int, ...]]:
    """Every set compared with every other."""
    group = {key: {key} for key in sets}
    for one in sets:
        for other in sets:
            larger = max(len(sets[one]), len(sets[other]))
            if group[one] is not group[other] and len(sets[one] & sets[other]) >= share * larger - 1e-9:
                group[one] |= group[other]
                for key in group[other]:
                    group[key] = group[one]
    return sorted({tuple(sorted(keys)) for keys in group.values() if len(keys) > 1})


@pytest.mark.parametrize("seed", range(60))
def test_the_groups_are_those_of_comparing_each_with_each(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    words = [f"word {n}" for n in range(chance.choice([6, 12, 20]))]
    sets = {key: frozenset(chance.sample(words, chance.randint(1, len(words)))) for key in range(40)}
    share = chance.choice([0.5, 0.6, 0.75, 0.8, 0.9, 1.0])
    assert groups(sets, share) == plainly(sets, share)


def test_nine_of_ten_are_ninety_percent() -> None:
    ten = frozenset("abcdefghij")
    assert groups({1: ten, 2: ten - {"j"} | {"k"}, 3: ten - {"i", "j"} | {"l", "m"}}, 0.9) == [(1, 2)]


def test_many_that_are_all_alike_are_one_group() -> None:
    common = [f"common {n}" for n in range(14)]
    assert groups({n: frozenset([*common, f"own {n}"]) for n in range(5000)}, 0.9) == [tuple(range(5000))]


@pytest.mark.parametrize("share", [-1.0, 0.0, 1.5, 1e9])
def test_any_share_will_do(share: float) -> None:
    sets = {1: frozenset("ab"), 2: frozenset("ab"), 3: frozenset("cd"), 4: frozenset()}
    assert groups(sets, share) == [(1, 2)]
