"""What was pruned, and what has its name today → `tombstone`, `tombstone_match`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.names import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.derive.subjects import Subjects
    from trackplan.facts.base import FactBase
    from trackplan.facts.declared import Tombstone


def store(base: FactBase, subjects: Subjects, tombstones: Sequence[Tombstone]) -> None:
    """Write the tombstones, each with the subjects that go by its id."""
    names = ("key", "id", "pruned", "by", "reason", "proposal", "place")
    rows = [
        (key, stone.id, stone.pruned, stone.by, stone.reason, stone.proposal, base.place(stone.place))
        for key, stone in enumerate(tombstones, 1)
    ]
    base.insert("tombstone", names, rows)
    matches = (
        (key, *subject)
        for key, stone in enumerate(tombstones, 1)
        for subject in sorted(subjects.called(plain(stone.id)))
    )
    base.insert("tombstone_match", ("tombstone", "kind", "key"), matches)
