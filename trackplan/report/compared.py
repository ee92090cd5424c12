"""What is kept of an earlier report, and what is different now: plain data."""

from __future__ import annotations

from msgspec import Struct


class Judged(Struct, frozen=True):
    """What an earlier report says of a subject; `landing` are the columns that hold it, if it is a field."""

    id: str
    kind: str
    status: str
    personal: bool = False
    landing: tuple[str, ...] = ()


class Purpose(Struct, frozen=True):
    """What it says of a use case; the fingerprint is that of all that it says."""

    id: str
    fingerprint: str
    state: str


class Measure(Struct, frozen=True):
    """What a measure came to."""

    id: str
    value: float | None


class Earlier(Struct, frozen=True):
    """The part of a report that later ones are compared with."""

    version: int
    today: str
    metrics: tuple[Measure, ...]
    quadrants: dict[str, int]
    inventory: tuple[Judged, ...]
    use_cases: tuple[Purpose, ...]


class Moved(Struct, frozen=True):
    """A subject whose status is another now."""

    id: str
    before: str
    after: str


class Change(Struct, frozen=True):
    """What is different from an earlier report.

    `fewer` is waste that is gone, `lost` what went although it was no waste, `drift` the metrics: id, value before,
    value now. What only came into a plan or left it, and is stored now as it was before, neither came nor went:
    `unplanned` are the columns of fields that are in no plan any more, `planned` new fields, and columns, that were
    stored before.
    """

    since: str
    today: str
    new_fields: tuple[str, ...]
    new_personal: tuple[str, ...]
    fewer: tuple[str, ...]
    lost: tuple[str, ...]
    unplanned: tuple[str, ...]
    planned: tuple[str, ...]
    moved: tuple[Moved, ...]
    new_purposes: tuple[str, ...]
    ended_purposes: tuple[str, ...]
    changed_purposes: tuple[str, ...]
    drift: tuple[tuple[str, float | None, float | None], ...]
    quadrants: dict[str, tuple[int, int]]
