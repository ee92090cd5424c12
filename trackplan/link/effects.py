"""What a statement makes of each column that it reads: where its value goes, and in which forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.link.frames import ROWS
from trackplan.link.steps import Spot, Steps, steps_of

if TYPE_CHECKING:
    from trackplan.link.linking import Linking
    from trackplan.link.program import Block

_MOST = 5_000
# Something inside what is asked for, by which it is told whether that keeps its structure.
_INNER = "\x04"
Effect = frozenset[tuple[str, str, str, str]]


def effects(linking: Linking, block: Block) -> dict[tuple[tuple[str, ...], str], Effect]:
    """By the name of a table that a statement reads, and that of a column there: what is made of its value."""
    steps = steps_of(linking, block)
    found: dict[tuple[tuple[str, ...], str], Effect] = {}
    for parts, slot in block.slot_of.items():
        frame = steps.first + slot
        for position, name in enumerate(steps.names[frame]):
            lower = name.lower()
            asked = {
                step.path
                for step in steps.steps.get(frame, ())
                if (step.key in (position, -2) if isinstance(step.key, int) else lower not in step.key)
            }
            ways = {way for path in asked for way in ("", path, f"{path}.{_INNER}" if path else _INNER)}
            ends = [(way, *end) for way in ways for end in _ends(steps, (frame, position, way))]
            if ends:
                found[parts, lower] = frozenset(ends)
    return found


def _ends(steps: Steps, start: Spot) -> set[tuple[str, str, str]]:
    """Where a value goes: to columns that the statement gives, or its rows, each with the form in which it is taken."""
    names = [name.lower() or str(at) for at, name in enumerate(steps.names[steps.root])]
    seen: set[tuple[Spot, str]] = {(start, "")}
    pending = [(start, "")]
    found: set[tuple[str, str, str]] = set()
    while pending and len(seen) <= _MOST:
        spot, taken = pending.pop()
        if spot[0] == steps.root:
            found.add((names[spot[1]], spot[2], taken))
        for to, then in steps.follow(spot, taken):
            if to[1] == ROWS:
                found.add(("", "rows", then))
            elif (to, then) not in seen:
                seen.add((to, then))
                pending.append((to, then))
    if pending:
        found.add(("", str(id(steps)), ""))
    return found
