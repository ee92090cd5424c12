"""Everything that is linked: the tables of a project, the statements that read and build them, and who builds what."""

from __future__ import annotations

from msgspec import Struct, field

from trackplan.facts.declared import Consumer, Sql
from trackplan.link.frames import NAMED, POSSIBLE, Frame
from trackplan.link.relations import Registry, Relation
from trackplan.link.routines import Routines
from trackplan.link.versions import Versions
from trackplan.sql.records import Record, Source, Statement
from trackplan.sql.text import Lines


class Unit(Struct):
    """A compiled text with its owner: the relation that its bare queries build, or the consumer whose query it is.

    `copies` are tables of a relation's name in several schemas (development and production): all are made alike.
    """

    sql: Sql
    record: Record
    lines: Lines
    relation: Relation | None = None
    consumer: Consumer | None = None
    temporary: dict[str, Relation] = {}
    copies: list[tuple[Relation, Relation]] = []


class Block(Struct):
    """A statement while it is linked: `target` is the table it builds, `slots` the tables it reads.

    `reads` are its entries of FROM that name a table, `slot_of` tells the slot of each name. `columns` are new names of
    what it selects; `by_position` tells that it fills its target's columns in their order, whatever they are called.
    What is `hollow` gives its target the names of columns, and no rows. Where it is `ordered`, structs go into those of
    the target by order.
    """

    unit: Unit
    statement: Statement
    number: int
    target: Relation | None
    reads: list[Source]
    slots: list[int] = []
    slot_of: dict[tuple[str, ...], int] = {}
    columns: tuple[str, ...] = ()
    by_position: bool = False
    hollow: bool = False
    ordered: bool = False


class Table(Struct):
    """A relation, or where a name may mean several, one that stands for its `bases`: any (`POSSIBLE`) or all of them.

    `builders` are the statements that fill it, `copied` the tables that it is another copy of. `wanted` are names that
    it was asked for and nobody declares, by lower-case name, with whether somebody was sure. `perhaps` are texts that
    were not understood and may write to it.
    """

    number: int
    relation: Relation | None = None
    bases: tuple[int, ...] = ()
    strength: int = NAMED
    frame: Frame = field(default_factory=Frame)
    builders: list[Block] = []
    copied: list[int] = []
    wanted: dict[str, tuple[str, bool]] = {}
    perhaps: dict[int, None] = {}


class Program(Struct):
    """Tables and blocks by their numbers. `ambiguous` are the names of tables that several answer to."""

    registry: Registry
    units: list[Unit]
    routines: Routines
    tables: list[Table] = []
    blocks: list[Block] = []
    ambiguous: list[tuple[Block, Source, tuple[Relation, ...]]] = []
    versions: Versions = field(default_factory=Versions)
    _relations: dict[int, Table] = {}
    _choices: dict[tuple[int, ...], int] = {}

    def passing(self) -> set[int]:
        """The ids of the relations that nobody stores: temporary tables, and what functions give."""
        local = {id(relation) for unit in self.units for relation in unit.temporary.values()}
        return local | {id(routine.relation) for routine in self.routines.all} | set(self.versions.finals)

    def table(self, relation: Relation) -> Table:
        """The table of a relation."""
        found = self._relations.get(id(relation))
        if found is None:
            found = self._relations[id(relation)] = Table(len(self.tables), relation)
            self.tables.append(found)
        return found

    def adopt(self, table: Table) -> None:
        """Let a table be that of its relation."""
        self._relations[id(table.relation)] = table

    def bases(self, number: int) -> tuple[int, ...]:
        """The relations that a table is or stands for."""
        return self.tables[number].bases or (number,)

    def read(self, block: Block, source: Source) -> None:
        """Find out which table an entry of FROM reads."""
        slot = block.slot_of.get(source.parts)
        found = [self.versions.at(block, relation) for relation in self.lookup(block, source.parts)]
        strength = NAMED if source.parts[-1].endswith("()") else POSSIBLE
        if source.parts[-1].endswith("*"):
            found = found or self.registry.shards(source.parts)
            strength = NAMED
        if len(found) > 1 and strength == POSSIBLE:
            self.ambiguous.append((block, source, tuple(found)))
        if slot is not None:
            return
        if len(found) > 1:
            number = self._choice(found, strength)
        else:
            number = self.table(found[0] if found else self._unknown(block, source)).number
        block.slot_of[source.parts] = len(block.slots)
        block.slots.append(number)

    def lookup(self, block: Block, parts: tuple[str, ...]) -> list[Relation]:
        """The relations that `parts` may mean in a statement; temporary tables of its text come first."""
        if parts[-1].endswith("()"):
            return self.routines.find(block.unit, parts[-1])
        local = block.unit.temporary.get(parts[-1].lower()) if block.unit.temporary and len(parts) == 1 else None
        if local is not None and (local is not block.target or block.statement.existing):
            return [local]
        found = self.registry.find(parts)
        is_any = len(parts) == 1 and len(found) == 1
        if is_any and (self.registry.is_loose(found[0]) or self.registry.is_file(found[0])):
            return self._besides(block, found[0])
        # What a text builds is no table of its name that it reads in a schema that nobody declares.
        own = (block.target, block.unit.relation)
        if any(len(r.parts) > 1 for r in found):
            return found
        known = [*found, *own]
        return found + [r for r in self.registry.written(parts) if not any(r is each for each in known)]

    def _besides(self, block: Block, loose: Relation) -> list[Relation]:
        """What may be meant by the last name alone that statements create a table by: others build theirs so, too."""
        own = self.table(loose)
        if any(builder.unit is block.unit for builder in own.builders):
            return [loose]
        others = self.registry.called(loose.parts[-1])
        return [loose, *(r for r in others if self.table(r).builders)]

    def _choice(self, found: list[Relation], strength: int) -> int:
        bases = tuple(self.table(relation).number for relation in found)
        number = self._choices.get((strength, *bases))
        if number is None:
            number = self._choices[strength, *bases] = len(self.tables)
            self.tables.append(Table(number, None, bases, strength))
        return number

    def _unknown(self, block: Block, source: Source) -> Relation:
        place = block.unit.lines.place(source.span)
        return self.registry.add(source.parts, "table", place, declared=False)
