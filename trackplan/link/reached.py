"""Who reaches each node: three integers whose bits are askers, one per strength; what is the same is kept once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from trackplan.link.targets import Ends

Masks = tuple[int, int, int]
"""The askers that reach something: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)


class Reached(Struct):
    """The `masks` of nodes by their numbers; `changed` tells that somebody reaches a node who did not."""

    masks: list[Masks] = []
    changed: bool = False
    _both: dict[tuple[int, int], tuple[Masks, Masks, Masks]] = {}

    def grow(self, count: int) -> None:
        """Let there be so many nodes."""
        missing = count - len(self.masks)
        if missing:
            self.masks += [NONE] * missing

    def of(self, nodes: Sequence[int], masks: Masks = NONE) -> Masks:
        """Who reaches any of some nodes, and `masks`."""
        all_masks = self.masks
        for node in nodes:
            more = all_masks[node]
            if masks is NONE:
                masks = more
            elif more is not masks and more is not NONE:
                masks = self._together(masks, more)
        return masks

    def give(self, ends: Ends, masks: Masks) -> None:
        """Add askers to those of some nodes: of those that are surely meant, and of those that may be."""
        sure, perhaps = ends
        all_masks = self.masks
        for node in sure:
            before = all_masks[node]
            if before is NONE:
                all_masks[node] = masks
                self.changed = True
            elif before is not masks:
                after = self._together(before, masks)
                if after is not before:
                    all_masks[node] = after
                    self.changed = True
        if perhaps:
            named, star, possible = masks
            self.give((perhaps, ()), (0, 0, named | star | possible))

    def forget(self) -> None:
        """Let go of what was found to save time."""
        self._both.clear()

    def _together(self, one: Masks, other: Masks) -> Masks:
        """Two sets of askers as one: the very first where the other adds nothing to it."""
        known = self._both.get((id(one), id(other)))
        if known is None:
            found = (one[0] | other[0], one[1] | other[1], one[2] | other[2])
            known = self._both[id(one), id(other)] = (one, other, one if found == one else found)
        return known[2]


def own(bits: int) -> tuple[Masks, Masks, Masks, Masks]:
    """What a table takes that asks itself, by the last number of a `Step`."""
    return (NONE, (bits, 0, 0), (0, bits, 0), (bits, bits, 0)) if bits else (NONE, NONE, NONE, NONE)
