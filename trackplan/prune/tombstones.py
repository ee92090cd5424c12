"""What was pruned → entries of the project's tombstones, so that it is an error if it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits.document import Document
from trackplan.edits.patch import Change
from trackplan.edits.text import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.prune.model import Proposal
    from trackplan.prune.world import World


def tombstones(world: World, proposals: Iterable[Proposal], day: str) -> Change | None:
    """The change that adds them to the project's first file of tombstones; None where there is none.

    Raises `EditError` or `ReadError` where nothing can be added to it.
    """
    path = next(iter(world.listed("tombstones")), None)
    if path is None:
        return None
    text = before = world.text(path)
    for proposal in proposals:
        for subject in proposal.subjects:
            document = Document(text, path)
            holder = document.entry("tombstones")
            if holder is None:
                raise document.unsafe(0, "there is no list of tombstones to add to")
            said = {"id": subject.id, "pruned": day, "reason": proposal.title, "proposal": proposal.id}
            if holder.value.kind == "scalar":  # nothing stands behind the key yet
                edits = document.set_value(holder, [said])
            else:
                edits = document.add(holder.value, None, said)
            text = apply(text, edits)
    return Change(path, before, (_whole(before, text),))


def _whole(before: str, after: str) -> Edit:
    """One edit from the first to the last difference."""
    start = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    tail = 0
    while tail < min(len(before), len(after)) - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return Edit(start, len(before) - tail, after[start : len(after) - tail])
