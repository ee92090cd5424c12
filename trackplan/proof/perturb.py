"""Ways to change the values of one column, struct member or JSON key, and nothing else."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from trackplan.proof.values import Pool, make, shifted

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackplan.proof.shapes import Shape

WAYS = ("fresh", "shift", "nulls", "shuffle", "constant", "blink", "fresh again")
MORE_WAYS = (*WAYS, "some", "turned", "extreme")
_EXTREME = Pool(("", "~", "A a"), (-1_000_000, 0, 1_000_000))


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a row's value that holds a leaf: `holder[key]`."""

    holder: Any
    key: Any


def perturb(values: list[Any], shape: Shape, path: tuple[str, ...], way: str, pool: Pool, seed: str) -> list[Any]:
    """Give `values` (of a whole column) with everything below `path` changed in the named way."""
    changed = copy.deepcopy(values)
    slots = [slot for row in range(len(changed)) for slot in _slots(changed, row, path)]
    before = [_get(slot) for slot in slots]
    after = _WAYS[way](before, shape.at(path), pool, Random(f"{seed} {way}"))
    for slot, value in zip(slots, after, strict=True):
        slot.holder[slot.key] = value
    return changed


def coarsened(values: list[Any], path: tuple[str, ...], change: Callable[[Any], Any]) -> list[Any]:
    """Give `values` with `change` made to each value at `path` that is there."""
    changed = copy.deepcopy(values)
    for slot in (slot for row in range(len(changed)) for slot in _slots(changed, row, path)):
        value = _get(slot)
        if value is not None:
            slot.holder[slot.key] = change(value)
    return changed


def _slots(holder: Any, key: Any, path: tuple[str, ...]) -> list[Slot]:
    if not path:
        return [Slot(holder, key)]
    value = holder[key]
    if isinstance(value, list):
        return [slot for index in range(len(value)) for slot in _slots(value, index, path)]
    if not isinstance(value, dict):
        return []
    if path[0] not in value:
        return [Slot(value, path[0])] if len(path) == 1 else []
    return _slots(value, path[0], path[1:])


def _get(slot: Slot) -> Any:
    return slot.holder.get(slot.key) if isinstance(slot.holder, dict) else slot.holder[slot.key]


def _fresh(values: list[Any], shape: Shape, pool: Pool, chance: Random) -> list[Any]:
    """Half the new values come from other rows, half are made up."""
    return [
        copy.deepcopy(chance.choice(values)) if chance.random() < 0.5 else make(shape, chance, pool) for _ in values
    ]


def _shift(values: list[Any], shape: Shape, _pool: Pool, _chance: Random) -> list[Any]:
    return [shifted(value, shape) for value in values]


def _nulls(values: list[Any], _shape: Shape, _pool: Pool, _chance: Random) -> list[Any]:
    return [None for _ in values]


def _shuffle(values: list[Any], _shape: Shape, _pool: Pool, chance: Random) -> list[Any]:
    return chance.sample(values, len(values))


def _constant(values: list[Any], shape: Shape, pool: Pool, chance: Random) -> list[Any]:
    value = make(shape, chance, pool, nulls=0)
    return [copy.deepcopy(value) for _ in values]


def _blink(values: list[Any], shape: Shape, pool: Pool, chance: Random) -> list[Any]:
    """Nulls become values, and some values become null."""
    return [
        make(shape, chance, pool, nulls=0) if value is None else (None if chance.random() < 0.3 else value)
        for value in values
    ]


def _some(values: list[Any], shape: Shape, pool: Pool, chance: Random) -> list[Any]:
    """A few values change, the others stay."""
    return [make(shape, chance, pool) if chance.random() < 0.25 else value for value in values]


def _turned(values: list[Any], _shape: Shape, _pool: Pool, _chance: Random) -> list[Any]:
    """Each row gets the value of the one before."""
    return [*values[-1:], *values[:-1]]


def _extreme(values: list[Any], shape: Shape, _pool: Pool, chance: Random) -> list[Any]:
    return [make(shape, chance, _EXTREME) if chance.random() < 0.5 else value for value in values]


_WAYS: dict[str, Callable[[list[Any], Shape, Pool, Random], list[Any]]] = {
    "fresh": _fresh,
    "shift": _shift,
    "nulls": _nulls,
    "shuffle": _shuffle,
    "constant": _constant,
    "blink": _blink,
    "fresh again": _fresh,
    "some": _some,
    "turned": _turned,
    "extreme": _extreme,
}
