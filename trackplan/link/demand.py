"""Every statement linked, readers before what they read: open tables take on the columns that they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from trackplan.link.expand import Expanded
from trackplan.link.kept import Kept
from trackplan.link.linked import Linked, begin, link
from trackplan.link.program import Block, Program, Table
from trackplan.link.scopes import Scopes

# A name that becomes clear can make another one clear.
_ROUNDS = 3


class Demand(Struct):
    """Links the statements of `program`, but for those `kept`; `linked` has what came out, by statements' numbers.

    `ready` are those that were linked ahead.
    """

    program: Program
    expanded: Expanded
    kept: Kept
    linked: list[Linked] = []
    ready: dict[int, Linked] = {}
    _waiting: dict[int, None] = {}
    _clear: dict[int, list[tuple[int, str]]] = {}
    _unfinished: dict[int, Callable[[], None]] = {}

    def want(self, table: Table, name: str, *, sure: bool) -> None:
        """Ask a table for a column; it takes the name on if it is open and has no such column."""
        pending = [(table, sure)]
        while pending:
            current, certain = pending.pop()
            lower = name.lower()
            if not current.frame.open or lower in current.frame.index:
                continue
            known = current.wanted.get(lower)
            if known is not None and known[1] >= certain:
                continue
            current.wanted[lower] = (known[0] if known else name, certain)
            if known is None:
                self._waiting[current.number] = None
            certain = certain and len(current.bases) < 2
            pending.extend((self.program.tables[n], certain) for n in (*current.bases, *current.copied))

    def run(self) -> None:
        """Link everything."""
        program = self.program
        self.linked = [None] * len(program.blocks)  # type: ignore[list-item]  # filled just below
        for block in program.blocks:
            if block.target is None:
                self._link(block)
        for number in reversed(self.expanded.order):
            self._waiting.pop(number, None)
            for block in program.tables[number].builders:
                self._link(block)
        self._settle()
        for _ in range(_ROUNDS):
            unclear = [b for b in program.blocks if self.linked[b.number].questions]
            if not sum(self._made_clear(block) for block in unclear):
                break
            self._settle()
        for finish in self._unfinished.values():
            finish()
        self._unfinished.clear()

    def _settle(self) -> None:
        while self._waiting:
            number = next(iter(self._waiting))
            del self._waiting[number]
            for block in self.program.tables[number].builders:
                if self.linked[block.number].open:
                    self._link(block)

    def _made_clear(self, block: Block) -> bool:
        """Link a statement again if by now more is known of the open tables that it reads."""
        tables = self.program.tables
        clear = [
            (slot, name)
            for slot, name in self.linked[block.number].questions
            if (known := tables[block.slots[slot]].wanted.get(name)) and known[1]
        ]
        if clear:
            self._clear[block.number] = sorted({*clear, *self._clear.get(block.number, ())})
            self._link(block)
        return bool(clear)

    def scopes(self, block: Block) -> Scopes:
        """The scopes of a statement, ready to be resolved."""
        tables = self.program.tables
        scopes = self.expanded.scopes.pop(block.number, None) or Scopes(block, tables)
        for slot, name in self._named(block):
            scopes.frames[scopes.count + slot].ask(name, sure=True)
        return scopes

    def is_clear(self, block: Block) -> bool:
        """Whether a statement can be sure of columns only since others ask for them."""
        return block.number in self._clear

    def _named(self, block: Block) -> list[tuple[int, str]]:
        """The columns of open tables that a statement can be sure of since others ask for them, as these write them."""
        tables = self.program.tables
        return [(slot, tables[block.slots[slot]].wanted[name][0]) for slot, name in self._clear.get(block.number, ())]

    def ahead(self, block: Block) -> Linked | None:
        """A statement linked before anything was asked for; None where that can be linked to more later on."""
        scopes = self.scopes(block)
        return None if self._open(block, scopes) else link(block, scopes, self.program.tables, [])

    @staticmethod
    def _open(block: Block, scopes: Scopes) -> bool:
        """Whether a statement can be asked for more columns than it has."""
        return block.target is not None and not block.by_position and scopes.frames[scopes.root].open

    def _link(self, block: Block) -> None:
        ready = self.ready.pop(block.number, None)
        if ready is None:
            linked = self._linked(block)
        else:
            self.expanded.scopes.pop(block.number, None)
            linked = self.kept.linked(block, [], [], lambda: ready)
        self.linked[block.number] = linked
        for number, asks in zip(block.slots, linked.asks, strict=True):
            for name, sure in asks:
                self.want(self.program.tables[number], name, sure=sure)

    def _linked(self, block: Block) -> Linked:
        tables = self.program.tables
        scopes = self.scopes(block)
        wanted = list(self.wanted(block, scopes))
        if self.kept.pack.lasts:
            return self.kept.linked(block, wanted, self._named(block), lambda: link(block, scopes, tables, wanted))
        linked, finish = begin(block, scopes, tables, wanted)
        self._unfinished.pop(block.number, None)
        if linked.questions:  # it may be linked again
            self._unfinished[block.number] = finish
        else:
            finish()
        return linked

    def wanted(self, block: Block, scopes: Scopes) -> Iterable[tuple[str, bool]]:
        """What a statement is asked for by the name of its target's columns, besides what it has."""
        if block.target is None or not self._open(block, scopes):
            return []
        root = scopes.frames[scopes.root]
        table = self.program.table(block.target)
        only = len(table.builders) + len(table.copied) == 1
        declared = [(name, only) for name in table.frame.names if name.lower() not in root.index]
        return declared + [(name, sure and only) for _, (name, sure) in sorted(table.wanted.items())]
