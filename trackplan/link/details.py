"""Facts that only some queries ask for: who reaches what, who carries it, the uses, the flows, and the doubts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from trackplan.link.frames import WHOLE, Frame, Key, bits
from trackplan.link.linked import resolved
from trackplan.link.program import Block
from trackplan.link.reached import Masks
from trackplan.sql.values import KEY, LENGTH, key_of, unkeyed

if TYPE_CHECKING:
    from trackplan.facts.base import Row
    from trackplan.link.linking import Linking
    from trackplan.link.references import Use
    from trackplan.link.store import Facts

# A statement that nobody understands may be anybody's: a few names are enough to look into it.
_MOST_POSSIBLE = 20
_MOST_STEPS = 300
_STRENGTHS = ("named", "star", "possible")


def _stored_reach(facts: Facts) -> None:
    _reach(facts, "stored_reach", lambda key: key <= facts.raw)


def _built_reach(facts: Facts) -> None:
    _reach(facts, "built_reach", lambda key: key > facts.raw)


def _reach(facts: Facts, table: str, has: Callable[[int], bool]) -> None:
    rows: list[Row] = []
    consumers = facts.linking.askers.consumer_bits
    for key, (_, column) in facts.stored.items():
        if has(key):
            value = column.masks(facts.linking)
            rows.extend((key, consumer, strength) for consumer, strength in strengths(value, consumers))
    facts.base.insert(table, ("column", "consumer", "strength"), rows)


def _relation_reach(facts: Facts) -> None:
    linking = facts.linking
    rows = [
        (key, consumer, strength)
        for number, key in facts.relations.items()
        for consumer, strength in strengths(linking.masks(linking.nodes.rows(number)), linking.askers.consumer_bits)
    ]
    facts.base.insert("relation_reach", ("relation", "consumer", "strength"), rows)


def strengths(value: Masks, consumers: int) -> Iterator[tuple[int, str]]:
    """The keys of those of the `consumers`, which are bits, that reach something, and how surely."""
    seen = 0
    for mask, strength in zip(value, _STRENGTHS, strict=True):
        mine = mask & consumers & ~seen
        seen |= mask
        most = _MOST_POSSIBLE if strength == "possible" else None
        yield from ((bit + 1, strength) for bit in islice(bits(mine), most))


def _carry(facts: Facts) -> None:
    rows: list[Row] = []
    for key in range(1, facts.raw + 1):
        rows.extend((key, model) for model in facts.carrying(key))
    facts.base.insert("carry", ("column", "relation"), rows)


def _doubt(facts: Facts) -> None:
    texts = facts.linking.askers.texts
    rows: list[Row] = []
    for key, (_, column) in facts.stored.items():
        named, star, possible = column.masks(facts.linking)
        reasons = (
            *texts.reasons(named | star | possible, column.word),
            *(facts.everywhere if key <= facts.raw else ()),
        )
        rows.extend((key, nth, reason) for nth, reason in enumerate(dict.fromkeys(reasons)))
    facts.base.insert("doubt", ("column", "nth", "reason"), rows)


def _uses(facts: Facts) -> None:
    rows: dict[Row, None] = {}
    linking = facts.linking
    for block in linking.program.blocks:
        owner = _owner(facts, block)
        if owner is not None:
            rows.update(dict.fromkeys((*owner, *use) for use in _uses_in(facts, block)))
    for bit, number, position, how, where in linking.askers.taken:
        taken = facts.columns.get((number, position, ""))
        if taken is not None:
            rows[None, bit + 1, taken, how, 1, "", facts.base.place(where)] = None
    names = ("key", "relation", "consumer", "column", "how", "certain", "transform", "place")
    facts.base.insert("use", names, ((k, *row) for k, row in enumerate(rows, 1)))


def _uses_in(facts: Facts, block: Block) -> Iterator[tuple[int, str, int, str, int]]:
    """Column, how, certain, transform and place of each use in a statement, which is linked once more to see them."""
    linking = facts.linking
    scopes = linking.demand.scopes(block)
    resolver = resolved(block, scopes, linking.program.tables, linking.demand.wanted(block, scopes), noting=True)
    for use in resolver.uses or ():
        number = block.slots[use.slot]
        if number not in facts.relations:
            continue
        place = facts.base.place(block.unit.lines.place(use.span))
        for key, path in _meant(linking, number, scopes.frames[scopes.count + use.slot], use):
            for column in _used(facts, number, key, path):
                yield column, use.how, int(use.certain), use.transform, place


def _meant(linking: Linking, number: int, frame: Frame, use: Use) -> Iterable[tuple[Key, str]]:
    """The columns of a table that a use of it means, with the ways into them."""
    if use.key == WHOLE:
        return linking.nodes.members(number, use.path) if use.path != LENGTH else ()
    if not isinstance(use.key, int) or use.key < len(linking.program.tables[number].frame.names):
        return [(use.key, use.path)]
    asked = linking.nodes.index[number].get(frame.names[use.key].lower())
    return [(asked, use.path)] if asked is not None else ()


def _owner(facts: Facts, block: Block) -> tuple[int | None, int | None] | None:
    program = facts.linking.program
    if block.unit.consumer is not None:
        return None, facts.linking.askers.bit_of(block.unit.consumer) + 1
    target = None if block.target is None else program.versions.finals.get(id(block.target), block.target)
    key = None if target is None else facts.relations.get(program.table(target).number)
    if key is None and block.unit.relation is not None:
        key = facts.relations.get(program.table(block.unit.relation).number)
    return None if key is None else (key, None)


def _used(facts: Facts, number: int, key: Key, path: str) -> Iterable[int]:
    if isinstance(key, int):
        exact = facts.columns.get((number, key, unkeyed(path))) or facts.columns.get((number, key, ""))
        of_key = facts.columns.get((number, key, key_of(path))) if KEY in path else None
        return [column for column in (exact, of_key) if column is not None]
    names = facts.linking.nodes.names[number]
    found = (facts.columns.get((number, p, "")) for p, name in enumerate(names) if name.lower() not in key)
    return [k for k in found if k is not None]


def _flows(facts: Facts) -> None:
    rows: set[tuple[int, int]] = set()
    nodes = facts.linking.nodes
    for number in facts.relations:
        for position in range(len(nodes.names[number])):
            target = facts.columns.get((number, position, ""))
            if target is not None:
                for source, key, path in _sources(facts, number, position):
                    rows.update((s, target) for s in _used(facts, source, key, path) if s != target)
    facts.base.insert("flow", ("source", "target"), sorted(rows))


def _sources(facts: Facts, number: int, position: int) -> Iterator[tuple[int, Key, str]]:
    """What flows by value into a column, from the nearest tables that have a row: table, key, path."""
    pending: list[tuple[int, Key, str]] = [(number, position, "")]
    seen = set(pending)
    while pending:
        for found in facts.linking.behind(*pending.pop()):
            if found in seen:
                continue
            seen.add(found)
            if found[0] in facts.relations:
                yield found
            elif len(seen) < _MOST_STEPS:
                pending.append(found)


_BUILT = ("built_column",)
FILLERS: dict[str, tuple[Callable[[Facts], None], tuple[str, ...]]] = {
    "stored_reach": (_stored_reach, ()),
    "built_reach": (_built_reach, _BUILT),
    "relation_reach": (_relation_reach, ()),
    "carry": (_carry, ()),
    "doubt": (_doubt, _BUILT),
    "use": (_uses, _BUILT),
    "flow": (_flows, _BUILT),
}
"""What fills a table, and what has to be filled before."""
