"""`prune:` of the project file: how proposals are weighed and dated, and what data costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.documents import Node

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


class Costs(Struct, frozen=True):
    """What data costs, in one currency."""

    currency: str
    storage_per_gb_month: float
    per_million_events: float


class Rejected(Struct, frozen=True):
    """A proposal that was turned down: why, and the last day on which that holds ('' for good)."""

    proposal: str
    reason: str
    until: str


class Done(Struct, frozen=True):
    """A step of a proposal that was taken: on which day, and by whom ('' if nobody is named)."""

    proposal: str
    stage: str
    on: str
    by: str


class Pruning(Struct, frozen=True):
    """The settings of `trackplan prune`. `lag_days` are by plan; `costs` is None where nobody gives figures."""

    privacy_weight: float = 3.0
    quarantine_days: int = 30
    lag_days: Mapping[str, int] = {}
    costs: Costs | None = None
    rejected: tuple[Rejected, ...] = ()
    done: tuple[Done, ...] = ()


def read(node: Node | None) -> Pruning:
    """The settings, by default those of `Pruning`; the schema has checked their form."""
    usual = Pruning()
    if node is None:
        return usual
    weight, lag, costs, rejected = (node.get(key) for key in ("privacy_weight", "lag", "costs", "rejected"))
    done = node.get("done")
    return Pruning(
        float(weight.text) if weight else usual.privacy_weight,
        _days(node.string("quarantine")) or usual.quarantine_days,
        {plan: _days(said.text) for plan, said in lag.items()} if lag else {},
        _costs(costs) if costs else None,
        tuple(_rejected(each) for each in rejected.elements()) if rejected else (),
        tuple(Done(*map(each.string, ("proposal", "stage", "on", "by"))) for each in done.elements()) if done else (),
    )


def _costs(node: Node) -> Costs:
    return Costs(node.string("currency"), _number(node, "storage_per_gb_month"), _number(node, "per_million_events"))


def _rejected(node: Node) -> Rejected:
    return Rejected(node.string("proposal"), node.string("reason"), node.string("until"))


def _number(node: Node, key: str) -> float:
    said = node.get(key)
    return float(said.text) if said else 0.0


def _days(text: str) -> int:
    if not text:
        return 0
    number, unit = text.split()
    return int(number) * _DAYS[unit.removesuffix("s")]
