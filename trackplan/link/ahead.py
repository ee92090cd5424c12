"""Statements that are linked the same whatever their readers ask for, so that several processes can share them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from trackplan import copies
from trackplan.link.kept import Packed, packed, unpacked

if TYPE_CHECKING:
    from trackplan.link.demand import Demand
    from trackplan.link.linked import Linked

_WORTH = 400  # statements for which a copy of this process is worth its start
_ENCODER = msgspec.msgpack.Encoder()


def linked(demand: Demand, jobs: int) -> dict[int, Linked]:
    """What can be linked ahead, by statements' numbers, by `jobs` processes; nothing where that is not worth it."""
    blocks = demand.program.blocks
    if jobs < 2 or len(blocks) < _WORTH or demand.kept.pack.size or not copies.possible():
        return {}

    def work(number: int) -> bytes:
        found = demand.ahead(blocks[number])
        return _ENCODER.encode(None if found is None else packed(found))

    with closing(copies.Shared(len(blocks), work, jobs)) as shared:
        made = {number: demand.ahead(blocks[number]) for number in shared.items()}
        answers = shared.answers()  # what a copy owes that died is linked later on
        decoder = msgspec.msgpack.Decoder(Packed | None)
        theirs = {number: decoder.decode(piece) for number, piece in answers.items() if number not in made}
        made.update((number, None if each is None else unpacked(each)) for number, each in theirs.items())
    return {number: found for number, found in made.items() if found is not None}
