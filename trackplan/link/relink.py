"""One text of SQL, edited → what that changes: whom each column reaches, and what else rests on it.

Only the statements of the text are linked again, against the tables as they are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from trackplan.errors import TooMuchError
from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.link import net as nets
from trackplan.link import spread
from trackplan.link.effects import Effect, effects
from trackplan.link.kept import packed
from trackplan.link.linked import Linked, link
from trackplan.link.loom import Loom
from trackplan.link.program import Block, Unit
from trackplan.link.reading import Reading
from trackplan.link.said import Parts, bare, outputs, spans
from trackplan.link.scopes import Scopes
from trackplan.link.sheets import Text
from trackplan.sql.records import NotUnderstood, Record, Span, Statement
from trackplan.sql.text import Lines

_ALIKE = ("target", "columns", "insert", "temporary", "view", "existing", "partial", "sets")
_ENCODER = msgspec.msgpack.Encoder()
# Of a change that more statements than these see, a whole run tells as soon.
_MOST_AGAIN = 100


@dataclass(slots=True)
class Relinked:
    """What another text of a file changes.

    `places` are by what they were. The nodes in `reached` are reached by others than before, those in
    `flipped` by anybody at all for sure where nobody did, or the other way round; what is told of those that are
    `touched` may be another in any other way. `read` has by how many statements more each table is read, and
    `respelled` are ways into columns that somebody writes otherwise. `renamed` tells that a model has other columns.
    """

    places: dict[Place, Place] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    flipped: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    read: Counter[int] = field(default_factory=Counter)
    respelled: set[str] = field(default_factory=set)
    renamed: bool = False


@dataclass(slots=True)
class Relinking:
    """Links a text again, which is `sql` now and was `text`, and lays over the net what that changes.

    Who sees other columns of a table for that is linked again too.
    """

    loom: Loom
    sql: Sql
    text: Text
    now: Record
    found: Relinked = field(default_factory=Relinked)
    _spans: list[tuple[Span, Span]] = field(default_factory=list)
    _owners: set[int] = field(default_factory=set)
    _nodes: dict[int, int] = field(default_factory=dict)
    _differing: list[tuple[int, set[str]]] = field(default_factory=list)
    _again: int = 0

    def run(self) -> Relinked:
        """What has changed. Raises `TooMuchError`."""
        net, text, record = self.loom.net, self.text, self.now
        before = self.loom.record(self.sql.place.path).statements
        plain = not (record.definitions or record.routines or record.helpers)
        if text.odd or not plain or len(before) != len(record.statements):
            raise TooMuchError
        over = net.over
        over.references = over.references or net.head.references
        over.unclear = over.unclear if over.count else net.head.unclear
        unit = Unit(self.sql, self.now, self._lines()[1])
        for number, old, new in zip(text.blocks, before, record.statements, strict=True):
            if isinstance(old, NotUnderstood) or isinstance(new, NotUnderstood):
                raise TooMuchError
            self._statement(unit, number, old, new)
        self._move()
        self._spread()
        over.count = self.loom.nodes.count
        lines = nets.lengths(self.sql.text)
        over.texts[self.sql.place.path] = msgspec.structs.replace(text, lines=lines, origin=self.sql.origin)
        over.records[net.head.texts[self.sql.place.path]] = _ENCODER.encode(self.now)
        return self.found

    def _statement(self, unit: Unit, number: int, old: Statement, new: Statement) -> None:
        """Link a statement again."""
        loom, thread = self.loom, self.loom.net.thread(number)
        if bare(old) == bare(new):
            self._only_moved(number, old, new)
            return
        self._alone(number, old, new)
        if any(getattr(old, name) != getattr(new, name) for name in _ALIKE):
            raise TooMuchError
        self._spans.append((old.span, new.span))
        tables = {parts: thread.slots[slot] for parts, slot in thread.names}
        reads = Reading(loom.net, self.found.read).of(number, old, new, tables)
        last = effects(loom.linking, loom.say(number, unit, old, tables))
        self._match(old, new)
        self._link(loom.say(number, unit, new, reads), tables, last)

    def _alone(self, number: int, *statements: Statement) -> None:
        """Raises `TooMuchError` where more than its tables decides what a statement means."""
        net = self.loom.net
        thread = net.thread(number)
        read_like_tables = any(parts[-1].endswith("()") for parts, _ in thread.names)
        if thread.clear or read_like_tables or _calls(*statements) & set(net.head.calls):
            raise TooMuchError

    def _link(self, block: Block, tables: dict[Parts, int], last: dict[tuple[Parts, str], Effect]) -> None:
        """Link a statement again that read `tables`, and had these effects."""
        loom, number = self.loom, block.number
        thread, before = loom.net.thread(number), loom.linked[number]
        reads = {parts: block.slots[slot] for parts, slot in block.slot_of.items()}
        demand = loom.linking.demand
        scopes = demand.scopes(block)
        linked = link(block, scopes, demand.program.tables, list(demand.wanted(block, scopes)))
        self._compare(before, linked, block, list(tables.values()))
        loom.linked[number] = linked
        then = effects(loom.linking, block)
        for parts, table in {**tables, **reads}.items():
            names = {n for p, n in last.keys() | then.keys() if p == parts}
            self._differing.append((table, {n for n in names if last.get((parts, n)) != then.get((parts, n))}))
        over = loom.net.over
        over.linked[number] = _ENCODER.encode(packed(linked))
        over.threads[number] = msgspec.structs.replace(thread, slots=block.slots, names=list(block.slot_of.items()))
        over.references += linked.references - before.references
        over.unclear += linked.unclear - before.unclear
        self._owners.add(thread.target if thread.target >= 0 else -1 - number)
        if thread.asker >= 0:
            self._owners.add(-1 - number)
        if block.target is None:
            return
        asked = [position for position, _ in loom.net.sheet(thread.target).layouts]
        if asked and (list(tables.values()) != block.slots or any(_at(before, p) != _at(linked, p) for p in asked)):
            raise TooMuchError  # what order joins elsewhere may be another struct now
        if before.names != linked.names:
            self._rename(block, scopes)

    def _rename(self, block: Block, scopes: Scopes) -> None:
        """Let a table have other columns, and link those statements again that read it."""
        loom = self.loom
        target = loom.net.thread(block.number).target
        if any(other != target for other in loom.net.called(loom.net.sheet(target).parts)):
            raise TooMuchError  # what a model gives may tell which table it is
        readers: list[tuple[int, dict[tuple[Parts, str], Effect]]] = []
        for number in loom.readers(target):
            reader = loom.repeat(number)
            self._again += 1
            if self._again > _MOST_AGAIN or number in self.text.blocks:
                raise TooMuchError
            self._alone(number, reader.statement)
            readers.append((number, effects(loom.linking, reader)))
        moved = loom.rename(block, scopes)
        self._nodes = {old: moved.get(new, new) for old, new in self._nodes.items()} | moved
        self.found.renamed = True
        for number, last in readers:
            reader = loom.repeat(number)
            self._link(reader, {parts: reader.slots[slot] for parts, slot in reader.slot_of.items()}, last)

    def _only_moved(self, number: int, old: Statement, new: Statement) -> None:
        """A statement that says the same stands elsewhere."""
        net = self.loom.net
        target = net.thread(number).target
        if target >= 0 and net.sheet(target).odd:  # all that stands there counts
            raise TooMuchError
        pairs = list(zip(spans(old), spans(new), strict=True))
        before, now = self._lines()
        places = {before.place(was): now.place(is_) for was, is_ in pairs if was[0] >= 0}
        self._spans += pairs
        linked = self.loom.linked[number]
        unknowns = []
        for unknown in linked.unknowns:
            place = places.get(Place(self.sql.place.path, *unknown.place))
            if place is None:
                raise TooMuchError
            unknowns.append(msgspec.structs.replace(unknown, place=place[1:]))
        net.over.linked[number] = _ENCODER.encode(packed(msgspec.structs.replace(linked, unknowns=unknowns)))

    def _lines(self) -> tuple[Lines, Lines]:
        """The lines of the text as it was, of which nothing but their lengths is known, and as it is."""
        path = self.sql.place.path
        return self.text.blank(path), Lines(self.sql.text, path, self.sql.origin)

    def _match(self, old: Statement, new: Statement) -> None:
        """Note where what is told of by its place stands now: tables by their mentions, items by their names."""
        there: dict[Parts, list[Span]] = {}
        for source in new.sources():
            there.setdefault(source.parts, []).append(source.span)
        counts: Counter[Parts] = Counter()
        for source in old.sources():
            spans = there.get(source.parts, [])
            if source.parts and counts[source.parts] < len(spans):
                self._spans.append((source.span, spans[counts[source.parts]]))
                counts[source.parts] += 1
        was, now = outputs(old), outputs(new)
        self._spans += [(span, now[name]) for name, span in was.items() if name in now]

    def _compare(self, old: Linked, new: Linked, block: Block, before: list[int]) -> None:
        """Raises `TooMuchError` where what the statement gives to others, or asks of them, is another now."""
        if (block.target is not None and old.open != new.open) or old.questions or new.questions:
            raise TooMuchError
        if [(u.reason, u.name) for u in old.unknowns] != [(u.reason, u.name) for u in new.unknowns]:
            raise TooMuchError
        path, edited = block.unit.sql.place.path, self.sql.place.path
        for stood, stands in zip(old.unknowns, new.unknowns, strict=True):
            if path == edited:
                self._place(Place(path, *stood.place), Place(path, *stands.place))
            elif stood != stands:
                raise TooMuchError
        was, now = _asked(before, old), _asked(block.slots, new)
        for number in was.keys() | now.keys():
            wanted = self.loom.net.sheet(number).wanted
            one, another = was.get(number, {}), now.get(number, {})
            known = all(wanted.get(lower, ("", False))[0] == name for lower, (name, _) in another.items())
            sure = all(wanted[lower][1] >= said for lower, (_, said) in another.items()) if known else False
            if one != another and not (known and sure and one.items() <= another.items()):
                raise TooMuchError
        self.found.respelled |= {lower for lower, _ in old.spelled.items() ^ new.spelled.items()}

    def _move(self) -> None:
        """Turn spans into places."""
        before, now = self._lines()
        for old, new in self._spans:
            if old[0] >= 0:
                self._place(before.place(old), now.place(new))
        self._place(Place(self.sql.place.path), Place(self.sql.place.path))
        if len({*self.found.places.values()}) < len(self.found.places):  # what one tag says now is told of once
            raise TooMuchError

    def _place(self, old: Place, new: Place) -> None:
        if self.found.places.setdefault(old, new) != new:
            raise TooMuchError

    def _spread(self) -> None:
        """Follow the steps that lead elsewhere now."""
        loom, net = self.loom, self.loom.net
        steps = {o: loom.steps(o) if o >= 0 else loom.taken(-1 - o) for o in sorted(self._owners)}
        done: dict[int, tuple[int, int]] = {}
        while more := [number for number in loom.grown() if done.get(number) != loom.size(number)]:
            for number in more:
                done[number] = loom.size(number)
                steps[number] = loom.steps(number)
        loom.lay()
        walk = spread.Spread(net)
        seeds = {end for o, now in steps.items() for end in spread.differing(net.steps(o), now, self._nodes)}
        for owner, now in steps.items():
            net.lay(owner, now)
        self.found.reached, self.found.flipped = walk.run(seeds)
        taken = {node for table, names in self._differing for node in loom.nodes_of(table, names)}
        self.found.touched = walk.behind({*seeds, *self.found.reached, *taken})


def _calls(*statements: Statement) -> set[str]:
    """The functions that may be the project's. Raises `TooMuchError` for one that is read like a table."""
    calls = {name: rows for statement in statements for name, (rows, _) in statement.calls.items()}
    if any(rows for statement in statements for rows, _ in statement.calls.values()):
        raise TooMuchError
    return set(calls)


def _asked(slots: Sequence[int], linked: Linked) -> dict[int, dict[str, tuple[str, bool]]]:
    """What a statement asks of its tables besides what they have."""
    found: dict[int, dict[str, tuple[str, bool]]] = {}
    for number, asks in zip(slots, linked.asks, strict=True):
        found.setdefault(number, {}).update((name.lower(), (name, sure)) for name, sure in asks)
    return found


def _at(linked: Linked, position: int) -> object:
    """What a column is made of, and as what kind of struct."""
    made = linked.columns[position] if position < len(linked.columns) else None
    return made, linked.layouts.get(position)
