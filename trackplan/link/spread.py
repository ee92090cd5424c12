"""Steps that lead elsewhere → the nodes that are reached by others than before, and all that stands behind them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from trackplan.errors import TooMuchError
from trackplan.link.net import Net, masked, number_of
from trackplan.link.reached import Masks
from trackplan.link.targets import STARS, TAKES, Step


def differing(before: Sequence[Step], now: Sequence[Step], moved: Mapping[int, int]) -> set[int]:
    """The nodes to which other steps lead now; `moved` are nodes by the numbers that they had."""
    ends: list[dict[tuple[tuple[int, ...], int], tuple[set[int], set[int]]]] = [{}, {}]
    for at, steps in enumerate((before, now)):
        for sources, sure, perhaps, own in steps:
            known = ends[at].setdefault(
                (tuple(sorted({moved.get(source, source) for source in sources})), own), (set(), set())
            )
            known[0].update([moved.get(end, end) for end in sure])
            known[1].update([moved.get(end, end) for end in perhaps])
    found: set[int] = set()
    nothing: tuple[set[int], set[int]] = (set(), set())
    for key in ends[0].keys() | ends[1].keys():
        one, another = ends[0].get(key, nothing), ends[1].get(key, nothing)
        found |= (one[0] ^ another[0]) | (one[1] ^ another[1])
    return found


class Spread:
    """Asks again who reaches what, on a net that is up to date but for its masks."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._into: dict[int, list[tuple[int, Step, bool]]] = {}
        self._out: dict[int, dict[int, list[Step]]] = {}
        self._known: set[int] = set()
        self._masks: dict[int, Masks] = {}

    def run(self, seeds: Iterable[int]) -> tuple[set[int], set[int]]:
        """The nodes that are reached by others than before, and those of them that nobody surely did or does.

        Who reaches them is laid over the net. Raises `TooMuchError`.
        """
        pending = deque(sorted(seeds))
        waiting = set(pending)
        before: dict[int, Masks] = {}
        while pending:
            node = pending.popleft()
            waiting.discard(node)
            was, now = self._reaching(node), self._again(node)
            if was == now:
                continue
            if self._net.sheet(self._net.home(node)).odd:
                raise TooMuchError
            before.setdefault(node, was)
            self._masks[node] = now
            for _, sure, perhaps, _ in self._steps(node):
                fresh = [target for target in (*sure, *perhaps) if target not in waiting]
                waiting.update(fresh)
                pending.extend(dict.fromkeys(fresh))
        found = {node for node, was in before.items() if self._masks[node] != was}
        for node in found:
            named, star, possible = masked(self._masks[node])
            self._net.over.masks[node] = (named, star, possible)
        return found, {node for node in found if any(before[node][:2]) != any(self._masks[node][:2])}

    def behind(self, nodes: Iterable[int]) -> set[int]:
        """Some nodes, and all to which steps lead from there."""
        found = set(nodes)
        pending = list(found)
        while pending:
            for _, sure, perhaps, _ in self._steps(pending.pop()):
                fresh = {*sure, *perhaps} - found
                found |= fresh
                pending.extend(fresh)
        return found

    def models(self, nodes: Iterable[int]) -> set[int]:
        """The tables that surely take some nodes, directly or through others."""
        found: set[int] = set()
        seen = set(nodes)
        pending = list(seen)
        while pending:
            for owner, (sources, _, _, own), sure in self._leading(pending.pop()):
                if sure:
                    if own and owner >= 0:
                        found.add(owner)
                    fresh = [source for source in sources if source not in seen]
                    seen.update(fresh)
                    pending.extend(fresh)
        return found

    def _reaching(self, node: int) -> Masks:
        found = self._masks.get(node)
        return self._net.masks(node) if found is None else found

    def _again(self, node: int) -> Masks:
        """Who reaches a node, by those who reach what leads to it."""
        named, star, possible = self._net.asked(node)
        for owner, (sources, _, _, own), sure in self._leading(node):
            bits = self._bits(owner) if own else 0
            n, s, p = bits if own & TAKES else 0, bits if own & STARS else 0, 0
            for source in sources:
                masks = self._reaching(source)
                n, s, p = n | masks[0], s | masks[1], p | masks[2]
            if sure:
                named, star, possible = named | n, star | s, possible | p
            else:
                possible |= n | s | p
        return named, star, possible

    def _bits(self, owner: int) -> int:
        if owner >= 0:
            return number_of(self._net.sheet(owner).takers)
        return 1 << self._net.thread(-1 - owner).asker

    def _steps(self, node: int) -> list[Step]:
        """The steps that lead away from a node."""
        home = self._net.home(node)
        known = self._out.get(home)
        if known is None:
            known = self._out[home] = {}
            for step in self._net.steps(home):
                for source in step[0]:
                    known.setdefault(source, []).append(step)
        return known.get(node, [])

    def _leading(self, node: int) -> list[tuple[int, Step, bool]]:
        """The steps that lead to a node, of which tables or statements they are, and how surely they lead there."""
        for owner in self._net.sheet(self._net.home(node)).readers:
            if owner not in self._known:
                self._known.add(owner)
                for step in self._net.steps(owner):
                    for surely, ends in ((True, step[1]), (False, step[2])):
                        for target in ends:
                            self._into.setdefault(target, []).append((owner, step, surely))
        return self._into.get(node, [])
