"""Statements that were linked in an earlier run: given again where they, and all they are linked against, are the same.

A statement is linked against the columns of the tables that it reads, not against what these are made of. So a change
is felt as far as it changes columns, and no further.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from trackplan import once
from trackplan.cache.pack import Pack
from trackplan.cache.sections import key
from trackplan.link.linked import Linked
from trackplan.link.program import Block, Program, Table, Unit

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_CODE = ("link/*.py", "sql/*.py", "names.py", "findings.py")
Packed = tuple[list[int], Linked]
"""A linked statement whose columns are told apart: for each of them, which one it is."""


class Kept(Struct):
    """What of the statements of `program` is in `pack`; `names` has under which keys, by their numbers."""

    program: Program
    pack: Pack
    names: dict[int, bytes] = {}
    _units: dict[int, bytes] = {}
    _tables: dict[int, bytes] = {}

    def linked(
        self,
        block: Block,
        wanted: Sequence[tuple[str, bool]],
        clear: Sequence[tuple[int, str]],
        make: Callable[[], Linked],
    ) -> Linked:
        """The linked statement: what `make` gives, or gave before. `wanted` and `clear` are what it is asked for."""
        if not self.pack.lasts:
            return make()
        try:
            parts = self._parts(block, wanted, clear)
        except UnicodeEncodeError:  # half a character
            return make()
        under = self.names[block.number] = once.under(Packed, parts)
        return unpacked(once.kept(self.pack, Packed, under, lambda: packed(make())))

    def _parts(
        self, block: Block, wanted: Sequence[tuple[str, bool]], clear: Sequence[tuple[int, str]]
    ) -> tuple[bytes, ...]:
        """All that decides what a statement is linked to."""
        own = _ENCODER.encode((block.statement, block.columns, list(block.slot_of), wanted, clear))
        return (_linker(), self._unit(block.unit), own, *map(self._table, block.slots))

    def _unit(self, unit: Unit) -> bytes:
        """The text in which a statement stands, with its lines."""
        known = self._units.get(id(unit))
        if known is None:
            sql = unit.sql
            known = self._units[id(unit)] = key(sql.text, sql.dialect, _ENCODER.encode(sql.origin))
        return known

    def _table(self, number: int) -> bytes:
        """What a statement sees of a table."""
        known = self._tables.get(number)
        if known is None:
            known = self._tables[number] = key(_seen(self.program.tables[number]))
        return known


def _seen(table: Table) -> bytes:
    frame, relation = table.frame, table.relation
    return _ENCODER.encode(
        (frame.names, frame.starred, frame.open, sorted(frame.lists), relation is None or relation.built)
    )


def unpacked(packed: Packed) -> Linked:
    """The linked statement."""
    at, linked = packed
    linked.columns = [linked.columns[number] for number in at]
    return linked


def packed(linked: Linked) -> Packed:
    """Columns that are made of the very same are kept once."""
    found: dict[int, int] = {}
    at = [found.setdefault(id(edges), len(found)) for edges in linked.columns]
    columns = list({id(edges): edges for edges in linked.columns}.values())
    return at, msgspec.structs.replace(linked, columns=columns)


@cache
def _linker() -> bytes:
    """What stands for the code that links."""
    package = Path(__file__).parents[1]
    files = [path for pattern in _CODE for path in sorted(package.glob(pattern))]
    return key(str(sys.version_info[:2]), *(path.read_bytes() for path in files))
