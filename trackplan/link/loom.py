"""The part of a linked program that is looked at after an edit, made of its net piece by piece, as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar, cast

import msgspec
from msgspec.structs import replace

from trackplan.cache.pack import Pack
from trackplan.errors import TooMuchError
from trackplan.facts.declared import Column, Sql
from trackplan.findings import Place
from trackplan.link.askers import Askers
from trackplan.link.closure import Closure
from trackplan.link.demand import Demand
from trackplan.link.expand import Expanded, complete
from trackplan.link.kept import Kept, Packed, unpacked
from trackplan.link.layouts import Recalled
from trackplan.link.linked import Linked
from trackplan.link.linking import Linking
from trackplan.link.net import Net, masked, number_of
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Program, Table, Unit
from trackplan.link.reached import Masks
from trackplan.link.relations import Registry, Relation
from trackplan.link.routines import Routines
from trackplan.link.scopes import Scopes
from trackplan.link.sheets import Sheet, Triple
from trackplan.link.targets import Step, Targets
from trackplan.sql.records import NotUnderstood, Record, Statement
from trackplan.sql.text import Lines

T = TypeVar("T")
_MOST_PATHS = 900
_LINKED = msgspec.msgpack.Decoder(Packed)
_RECORDS = msgspec.msgpack.Decoder(Record)
_UNSAID = Statement(0, [], (), (-1, -1))


class _Lazy(dict[int, T], Generic[T]):
    """Things by number, each made when it is first asked for."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        found = self[number] = self._make(number)
        return found


class _Recording(Closure):
    """Tells which steps there are, and goes none of them."""

    def _pass(self, table: int, steps: Sequence[Step]) -> None:
        self.steps[table] += steps

    def _grow(self) -> None: ...


class Loom:
    """Tables, statements and steps of a program by their numbers; what the edited text says is known only to `say`."""

    def __init__(self, net: Net, pack: Pack) -> None:
        self.net = net
        self._pack = pack
        self._blocks: dict[int, Block] = {}
        self.tables: dict[int, Table] = _Lazy(self._table)
        self.linked: dict[int, Linked] = _Lazy(self._linked)
        tables, linked = cast("list[Table]", self.tables), cast("list[Linked]", self.linked)
        self.nodes = nodes = Nodes(tables, net.count)
        nodes.names = cast("list[list[str]]", _Lazy(lambda number: net.sheet(number).names))
        nodes.first = cast("list[int]", _Lazy(lambda number: net.sheet(number).first))
        nodes.index = cast("list[dict[str, int]]", _Lazy(self._index))
        nodes.paths = cast("list[dict[tuple[int, str], int]]", _Lazy(self._paths))
        nodes.alls = cast("list[dict[tuple[frozenset[str], str], int]]", _Lazy(self._alls))
        program = Program(Registry(()), [], Routines(), tables)
        demand = Demand(program, Expanded(), Kept(program, Pack()), linked)
        closure = _Recording(program, linked, nodes, Targets(linked, nodes, Recalled(linked, nodes, sheet=net.sheet)))
        self.linking = Linking(program, demand, nodes, Askers(program), closure, {})

    def block(self, number: int) -> Block:
        """A statement, of which nothing is known but what it reads and fills."""
        found = self._blocks.get(number)
        if found is None:
            thread = self.net.thread(number)
            slots = dict(thread.names)
            found = Block(_NOBODY, _UNSAID, number, None, [], thread.slots, slots, thread.columns, thread.by_position)
            found.ordered = thread.ordered
            self._blocks[number] = found
        return found

    def say(self, number: int, unit: Unit, statement: Statement, reads: dict[tuple[str, ...], int]) -> Block:
        """A statement with what it says; `reads` are the tables that it reads, by name."""
        block = self.block(number)
        target = self.net.thread(number).target
        block.unit, block.statement = unit, statement
        block.slot_of = {parts: slot for slot, parts in enumerate(reads)}
        block.slots = list(reads.values())
        if target >= 0:
            block.target = self.tables[target].relation
            self.linking.program.adopt(self.tables[target])
        self.linking.closure.targets.forget()
        return block

    def record(self, path: str) -> Record:
        """The statements of the one text of a file, as it was last. Raises `TooMuchError` where they are not kept."""
        text = self.net.text(path)
        kept = text and (self.net.over.records.get(self.net.head.texts[path]) or self._pack.get(text.record))
        if not kept:
            raise TooMuchError
        return _RECORDS.decode(kept)

    def repeat(self, number: int) -> Block:
        """A statement with what it says all along. Raises `TooMuchError` where that cannot be taken alone."""
        thread = self.net.thread(number)
        path = self.net.path(thread.unit)
        text = self.net.text(path)
        if text is None or text.odd:
            raise TooMuchError
        statement = self.record(path).statements[text.blocks.index(number)]
        if isinstance(statement, NotUnderstood):
            raise TooMuchError
        unit = Unit(Sql("", text.dialect, Place(path)), Record([]), text.blank(path))
        return self.say(number, unit, statement, {parts: thread.slots[slot] for parts, slot in thread.names})

    def readers(self, number: int) -> list[int]:
        """The statements that read a table, by number. Raises `TooMuchError` where others show what it has."""
        found: dict[int, None] = {}
        for reader in self.net.sheet(number).readers:
            sheet = self.net.sheet(reader) if reader >= 0 else None
            if sheet is not None and number in (*sheet.bases, *sheet.copied):
                raise TooMuchError
            blocks = [-1 - reader] if sheet is None else sheet.builders
            found.update((block, None) for block in blocks if number in self.net.thread(block).slots)
        return list(found)

    def rename(self, block: Block, scopes: Scopes) -> dict[int, int]:
        """Let a table have the columns that the statement gives now that builds it; its nodes by what they were.

        Who reads it has to be linked again. Raises `TooMuchError` where somebody asks for its columns by other means.
        """
        number = self.net.thread(block.number).target
        sheet, table, program = self.net.sheet(number), self.tables[number], self.linking.program
        plain = sheet.builders == [block.number] and not (block.by_position or block.statement.partial)
        if sheet.raw or sheet.odd or sheet.open or sheet.copied or sheet.wanted or sheet.layouts or not plain:
            raise TooMuchError
        before = dict(zip(sheet.names, range(sheet.first, sheet.first + len(sheet.names)), strict=True))
        if table.relation is not None:
            table.relation.columns = {name.lower(): Column(name, Place("")) for name in sheet.said}
            table.relation.closed = sheet.closed
        complete(program, table, Expanded({block.number: scopes}))
        names, first = table.frame.names, self.nodes.count
        words = self.net.head.words.keys()
        if table.frame.open or len({*names}) != len(names) or any(name.lower() in words for name in names):
            raise TooMuchError
        rows = sheet.first + len(sheet.names)
        moved = {before[name]: first + at for at, name in enumerate(names) if name in before}
        moved |= {rows: first + len(names), rows + 1: first + len(names) + 1}
        if any(name.lower() in sheet.taken for name in names if name not in before):
            raise TooMuchError
        self._move(sheet, moved)
        over = self.net.over
        paths = [(moved[column], path, node) for column, path, node in sheet.paths if column in moved]
        over.sheets[number] = replace(sheet, names=names, known=len(names), first=first, paths=paths)
        over.homes.update(dict.fromkeys(range(first, first + len(names) + 2), number))
        self.nodes.count += len(names) + 2
        for each in (self.nodes.names, self.nodes.first, self.nodes.index, self.nodes.paths, self.nodes.alls):
            cast("dict[int, object]", each).pop(number, None)
        self.linking.closure.targets.forget()
        return moved

    def _move(self, sheet: Sheet, moved: dict[int, int]) -> None:
        """Let nodes be asked for and reached as others were. Raises `TooMuchError` for more than names taken."""
        net = self.net
        for old in (*range(sheet.first, sheet.first + len(sheet.names) + 2), *_inner(sheet)):
            named, star, possible = net.asked(old)
            if star or possible or (named and old not in moved):
                raise TooMuchError
        for old, new in moved.items():
            net.over.masks[new] = _triple(net.masks(old))
            if net.is_asked(old):
                net.over.asked[new] = _triple(net.asked(old))

    def steps(self, number: int) -> list[Step]:
        """The steps that a table goes as things are now. Raises `TooMuchError` where they do not tell all."""
        sheet, closure = self.net.sheet(number), self.linking.closure
        if sheet.odd:
            raise TooMuchError
        if sheet.takers:
            closure.takers[number] = number_of(sheet.takers)
        closure.spread(self.tables[number])
        return _plain(closure.steps[number])

    def taken(self, number: int) -> list[Step]:
        """The steps of a consumer's statement."""
        self.linking.closure.take(self.block(number), 0)
        return _plain(self.linking.closure.taken[number])

    def size(self, number: int) -> tuple[int, int]:
        """How many ways into the columns of a table are asked for, and how often many columns at once."""
        return len(self.nodes.paths[number]), len(self.nodes.alls[number])

    def lay(self) -> None:
        """Lay over the net what has grown."""
        over = self.net.over
        for number in self.grown():
            sheet = self.net.sheet(number)
            paths = [(column, path, node) for (column, path), node in self.nodes.paths[number].items()]
            alls = [(sorted(names), path, node) for (names, path), node in self.nodes.alls[number].items()]
            if len(paths) > _MOST_PATHS:  # the whole value might count from here on
                raise TooMuchError
            fresh = [node for *_, node in (*paths[len(sheet.paths) :], *alls[len(sheet.alls) :])]
            over.homes.update((node, number) for node in fresh)
            readers = sheet.readers if not alls or number in sheet.readers else [*sheet.readers, number]
            over.sheets[number] = replace(sheet, paths=paths, alls=alls, readers=readers)

    def nodes_of(self, number: int, names: Iterable[str]) -> Iterator[int]:
        """The nodes of some columns of a table, and of the ways into them."""
        first, index = self.nodes.first[number], self.nodes.index[number]
        columns = {first + index[name] for name in names if name in index}
        yield from columns
        yield from (node for (column, _), node in self.nodes.paths[number].items() if column in columns)

    def grown(self) -> list[int]:
        """The tables of which somebody asks for more ways into their columns, or for more columns at once."""
        nodes = self.nodes
        found = []
        for number in {*cast("dict[int, object]", nodes.paths), *cast("dict[int, object]", nodes.alls)}:
            sheet = self.net.sheet(number)
            if len(nodes.paths[number]) > len(sheet.paths) or len(nodes.alls[number]) > len(sheet.alls):
                found.append(number)
        return sorted(found)

    def _table(self, number: int) -> Table:
        sheet = self.net.sheet(number)
        relation = Relation(sheet.parts, "table", None, sheet.declared, built=sheet.built) if sheet.parts else None
        table = Table(number, relation, sheet.bases, sheet.strength)
        table.frame.fill(sheet.names[: sheet.known])
        table.frame.open, table.frame.lists = sheet.open, frozenset(sheet.lists)
        table.frame.starred = [True] * sheet.known if sheet.starred else None
        table.builders = [self.block(block) for block in sheet.builders]
        table.copied, table.wanted = sheet.copied, sheet.wanted
        return table

    def _index(self, number: int) -> dict[str, int]:
        known = len(self.tables[number].frame.names)
        more = self.nodes.names[number][known:]
        return {**self.tables[number].frame.index, **{name.lower(): known + n for n, name in enumerate(more)}}

    def _paths(self, number: int) -> dict[tuple[int, str], int]:
        return {(column, path): node for column, path, node in self.net.sheet(number).paths}

    def _alls(self, number: int) -> dict[tuple[frozenset[str], str], int]:
        return {(frozenset(names), path): node for names, path, node in self.net.sheet(number).alls}

    def _linked(self, number: int) -> Linked:
        piece = self.net.over.linked.get(number) or self._pack.get(self.net.thread(number).linked)
        if piece is None:
            raise TooMuchError
        return unpacked(_LINKED.decode(piece))


def _inner(sheet: Sheet) -> Iterator[int]:
    """The nodes of the ways into a table's columns, and of many columns at once."""
    yield from (node for *_, node in sheet.paths)
    yield from (node for *_, node in sheet.alls)


def _triple(masks: Masks) -> Triple:
    named, star, possible = masked(masks)
    return named, star, possible


def _plain(steps: Sequence[Step]) -> list[Step]:
    return [(list(sources), list(sure), list(perhaps), own) for sources, sure, perhaps, own in steps]


def unit(text: str, dialect: str, path: str) -> Unit:
    """A text as statements refer to it."""
    return Unit(Sql(text, dialect, Place(path)), Record([]), Lines(text, path))


_NOBODY = unit("", "", "")
