"""Who reaches each node: three integers whose bits are askers, one per strength; what is the same is kept once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trackplan.link.targets import Step

Masks = tuple[int, int, int]
"""The askers that reach something: named, by star only, and only possibly."""

NONE: Masks = (0, 0, 0)

_With = dict[int, tuple[Masks, Masks]]
"""By the numbers of others, which live as long: these, and what they come to together with some."""


class Reached(Struct):
    """The `masks` of nodes by their numbers; `changed` tells that somebody reaches a node who did not."""

    masks: list[Masks] = []
    changed: bool = False
    _both: dict[int, tuple[Masks, _With]] = {}

    def grow(self, count: int) -> None:
        """Let there be so many nodes."""
        missing = count - len(self.masks)
        if missing:
            self.masks += [NONE] * missing

    def go(self, steps: Iterable[Step], own: Sequence[Masks]) -> None:
        """Go some steps, one after the other; `own` is what their table itself takes, by the last number of a step."""
        all_masks, changed = self.masks, False
        for sources, sure, perhaps, taken in steps:
            masks = own[taken]
            for node in sources:
                more = all_masks[node]
                if masks is NONE:
                    masks = more
                elif more is not masks and more is not NONE:
                    masks = self._together(masks, more)
            if masks is NONE:
                continue
            known = None  # what others come to together with these
            for node in sure:
                before = all_masks[node]
                if before is masks:
                    continue
                if before is NONE:
                    all_masks[node] = masks
                    changed = True
                    continue
                if known is None:
                    known = self._with(masks)
                found = known.get(id(before))
                after = self._joined(before, masks, known) if found is None else found[1]
                if after is not before:
                    all_masks[node] = after
                    changed = True
            if perhaps:
                named, star, possible = masks
                self.give(perhaps, (0, 0, named | star | possible))
        self.changed |= changed

    def give(self, nodes: Sequence[int], masks: Masks) -> None:
        """Add askers to those of some nodes."""
        self.go((((), nodes, (), 0),), (masks,))

    def forget(self) -> None:
        """Let go of what was found to save time."""
        self._both.clear()

    def _with(self, masks: Masks) -> _With:
        known = self._both.get(id(masks))
        if known is None:
            known = self._both[id(masks)] = masks, {}
        return known[1]

    def _together(self, one: Masks, other: Masks) -> Masks:
        """Two sets of askers as one: the very first, or the other, where that has all of both."""
        known = self._with(other)
        found = known.get(id(one))
        return self._joined(one, other, known) if found is None else found[1]

    @staticmethod
    def _joined(one: Masks, other: Masks, known: _With) -> Masks:
        both = (one[0] | other[0], one[1] | other[1], one[2] | other[2])
        found = one if both == one else other if both == other else both
        known[id(one)] = one, found
        return found


def own(bits: int) -> tuple[Masks, Masks, Masks, Masks]:
    """What a table takes that asks itself, by the last number of a `Step`."""
    return (NONE, (bits, 0, 0), (0, bits, 0), (bits, bits, 0)) if bits else (NONE, NONE, NONE, NONE)
