"""A proposal as plain data: what goes, why, what stands in the way, what it saves and costs, and in which steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from trackplan.edits.patch import Change

DECLARE = "declare"
"""The action of a proposal by which nothing goes: somebody says what data is for that is used already."""

MERGE = "merge"
"""The action of a proposal by which several things that are nearly the same become one."""

COARSEN, HASH, SHORTEN = "coarsen", "hash", "shorten-retention"
"""The actions by which less is kept: a part of each value, a keyed hash of it, or rows for a shorter time."""
LESSENING = frozenset({COARSEN, HASH, SHORTEN})

BY_HAND = (DECLARE, MERGE)
"""Nothing of these goes by itself: people have to say something first."""

PROVED, BOUND, UNPROVED = "proved", "bound", "unproved"
"""How sure it is that nobody notices: every consumer gave the same, the project is still whole, or neither is known."""


@dataclass(frozen=True, slots=True)
class Named:
    """A subject: field, column, table or event, and where it is declared ('' if nowhere)."""

    kind: str
    id: str
    place: str


@dataclass(frozen=True, slots=True)
class Gain:
    """Data on people that is no longer kept: its category of fideslang ('' if only its sensitivity is known).

    `keeps` tells what is kept of it all the same.
    """

    id: str
    category: str
    sensitivity: str
    keeps: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What less data is to a consumer: whether it gets the same from it, and why."""

    consumer: str
    same: bool
    why: str


@dataclass(frozen=True, slots=True)
class Saving:
    """What is no longer collected and stored. Values, bytes and money are by month, None where no volume is known."""

    fields: int
    columns: int
    tables: int
    values: int | None = None
    bytes: int | None = None
    money: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """What has to be touched: files, changed lines, and the owners who have to agree."""

    files: int
    lines: int
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step: its name, the day from which it may be taken, what is done, and what undoes it ('' if nothing)."""

    name: str
    on: str
    what: str
    sql: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How sure it is that no consumer notices, and why."""

    grade: str = UNPROVED
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal. With `blockers`, it is never a part of a wave, and its changes are only what could be drafted."""

    id: str
    action: str
    title: str
    subjects: tuple[Named, ...]
    why: tuple[str, ...]
    evidence: tuple[str, ...]
    blockers: tuple[str, ...]
    privacy: tuple[Gain, ...]
    saving: Saving
    effort: Effort
    score: float
    stages: tuple[Stage, ...]
    owner: str
    wave: str = ""
    proof: Proof = field(default_factory=Proof)
    changes: tuple[Change, ...] = ()
    consumers: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Wave:
    """Proposals that are reviewed and merged together: one owner, one kind of risk. With `blockers`, not all fit."""

    name: str
    title: str
    proposals: tuple[str, ...]
    changes: tuple[Change, ...]
    blockers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposals:
    """All proposals, the best first, and the waves in which they can be shipped."""

    today: str
    proposals: tuple[Proposal, ...]
    waves: tuple[Wave, ...]
    notes: tuple[str, ...] = ()
