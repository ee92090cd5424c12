"""A linked program → its net, by which a run after an edit of SQL tells what that changes."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trackplan.cache.sections import sections
from trackplan.facts.declared import IDLE
from trackplan.link import net
from trackplan.link.components import components
from trackplan.link.filling import is_unclear
from trackplan.link.sheets import Head, Sheet, Text, Thread
from trackplan.link.structs import Layout
from trackplan.sql.records import NotUnderstood, Record, called

if TYPE_CHECKING:
    from trackplan.link.kept import Kept
    from trackplan.link.linking import Linking
    from trackplan.link.program import Block, Table, Unit
    from trackplan.link.store import Facts
    from trackplan.link.targets import Step


def netted(facts: Facts, kept: Kept, records: Sequence[tuple[Record, bytes]]) -> bytes:
    """The net of a linked program as bytes; `records` are those of its texts as they were compiled, with their keys."""
    return _Netting(facts, kept, records).bytes()


class _Netting:
    """Writes a net."""

    def __init__(self, facts: Facts, kept: Kept, records: Sequence[tuple[Record, bytes]]) -> None:
        self._facts = facts
        self._linking: Linking = facts.linking
        self._program = facts.linking.program
        self._kept = kept
        self._records = records
        self._units = {id(unit): number for number, unit in enumerate(self._program.units)}
        self._blocks: list[list[Block]] = [[] for _ in self._program.units]
        for block in self._program.blocks:
            if id(block.unit) in self._units:
                self._blocks[self._units[id(block.unit)]].append(block)
        self._taken = self._names_taken()
        self._layouts: dict[int, list[tuple[int, Layout]]] = {}
        for (number, position), layout in sorted(self._linking.closure.targets.layouts.asked.items()):
            self._layouts.setdefault(number, []).append((position, layout))
        self._filled: dict[int, list[int]] = {}
        for table in self._program.tables:
            for block in table.builders:
                self._filled.setdefault(block.number, []).append(table.number)

    def bytes(self) -> bytes:
        """All of it."""
        closure, program = self._linking.closure, self._program
        readers = self._readers()
        circles = self._circles()
        sheets = (self._sheet(table, readers[table.number], table.number in circles) for table in program.tables)
        owners = [closure.steps.get(table.number, ()) for table in program.tables]
        owners += [closure.taken.get(block.number, ()) for block in program.blocks]
        known: dict[tuple[int, int, int], int] = {}
        at = array("I", [known.setdefault(masks, len(known)) for masks in closure.reached.masks])
        names: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for parts, relation in program.registry.names():
            names.setdefault(parts[-1].lower(), []).append((parts, program.table(relation).number))
        return sections(
            net.packed(self._head(names)),
            net.shelf(map(net.encoded, sheets)),
            net.shelf(net.encoded(self._thread(block)) for block in program.blocks),
            net.shelf(net.encoded(self._text(number, unit)) for number, unit in enumerate(program.units)),
            net.shelf(map(_steps, owners)),
            net.compressed(at.tobytes()),
            net.shelf(net.encoded(net.masked(masks)) for masks in known),
            net.packed({node: net.masked(masks) for node, masks in closure.asked.items()}),
            net.packed(names),
            net.compressed(self._homes().tobytes()),
        )

    def _names_taken(self) -> dict[int, set[str]]:
        """By table, the lower-case names of columns that declared consumers take."""
        found: dict[int, set[str]] = {}
        for consumer in self._linking.askers.consumers:
            for taken in consumer.takes:
                for relation in self._program.registry.find(taken.parts) if taken.columns else ():
                    number = self._program.table(relation).number
                    found.setdefault(number, set()).update(name.lower() for name in taken.columns or ())
        return found

    def _homes(self) -> array[int]:
        """The table of each node."""
        nodes = self._linking.nodes
        homes = array("I", bytes(4 * nodes.count))
        for number, first in enumerate(nodes.first):
            size = len(nodes.names[number]) + 2
            homes[first : first + size] = array("I", [number] * size)
            for node in (*nodes.paths[number].values(), *nodes.alls[number].values()):
                homes[node] = number
        return homes

    def _head(self, names: dict[str, list[tuple[tuple[str, ...], int]]]) -> Head:
        linking, program = self._linking, self._program
        texts, askers = linking.askers.texts, linking.askers
        functions = [routine.statement.target[-1] for routine in program.routines.all]
        helpers = [called(helper.name[-1]) for unit in program.units for helper in unit.record.helpers]
        paths = [unit.sql.place.path for unit in program.units]
        said = Counter(paths)
        own = [unit for unit in program.units if unit.sql.relation is not None]
        return Head(
            count=linking.nodes.count,
            consumers=len(askers.consumers),
            references=linking.references,
            unclear=linking.unclear,
            calls=sorted({*functions, *helpers, *(called(word) for word in program.routines.unclear)}),
            everywhere=self._facts.everywhere,
            told=texts.told(),
            words={word: net.masked([mask])[0] for word, mask in texts.words.items()},
            asking=net.masked(texts.asking),
            shift=texts.shift,
            reads_decide=any(self._is_shared(unit, names) for unit in own),
            idle=self._facts.idle,
            taken=self._facts.taken,
            relations=list(self._facts.relations),
            texts={path: number for number, path in enumerate(paths) if said[path] == 1},
        )

    def _is_shared(self, unit: Unit, names: dict[str, list[tuple[tuple[str, ...], int]]]) -> bool:
        """Whether the name of what a file builds may mean something else too."""
        parts = unit.sql.relation or ("",)
        own = -1 if unit.relation is None else self._program.table(unit.relation).number
        found = names.get(parts[-1].lower(), ())
        return any(number != own and net.agree(known, parts) for known, number in found)

    def _readers(self) -> list[list[int]]:
        """For each table, those from which steps may lead to it, and the statements of consumers that read it."""
        found: list[dict[int, None]] = [{} for _ in self._program.tables]
        for block in self._program.blocks:
            for slot in block.slots:
                for owner in self._filled.get(block.number, ()):
                    found[slot][owner] = None
                if block.unit.consumer is not None:
                    found[slot][-1 - block.number] = None
        for table in self._program.tables:
            for base in (*table.bases, *table.copied):
                found[base][table.number] = None
            if self._linking.nodes.alls[table.number]:
                found[table.number][table.number] = None
        return [list(owners) for owners in found]

    def _circles(self) -> set[int]:
        """The tables that depend on themselves, be it by others."""
        reads = [
            {*table.bases, *table.copied, *(slot for block in table.builders for slot in block.slots)}
            for table in self._program.tables
        ]
        parts = components([sorted(needed) for needed in reads])
        return {number for part in parts if len(part) > 1 or part[0] in reads[part[0]] for number in part}

    def _sheet(self, table: Table, readers: list[int], on_circle: bool) -> Sheet:
        number, nodes, relation = table.number, self._linking.nodes, table.relation
        return Sheet(
            parts=relation.parts if relation is not None else (),
            key=self._facts.relations.get(number, 0),
            raw=relation is not None and relation.raw,
            built=relation is None or relation.built,
            declared=relation is None or relation.declared,
            names=nodes.names[number],
            known=len(table.frame.names),
            open=table.frame.open,
            starred=table.frame.starred is not None,
            lists=sorted(table.frame.lists),
            wanted=table.wanted,
            first=nodes.first[number],
            bases=table.bases,
            strength=table.strength,
            copied=table.copied,
            builders=[block.number for block in table.builders],
            takers=net.masked([self._linking.closure.takers.get(number, 0)])[0],
            paths=[(column, path, node) for (column, path), node in nodes.paths[number].items()],
            alls=[(sorted(names), path, node) for (names, path), node in nodes.alls[number].items()],
            odd=on_circle
            or bool(table.perhaps)
            or self._is_unclear(table)
            or any(block.hollow for block in table.builders),
            said=[] if relation is None else [column.name for column in relation.columns.values()],
            closed=relation is not None and relation.closed,
            taken=sorted(self._taken.get(number, ())),
            layouts=self._layouts.get(number, []),
            readers=readers,
        )

    def _is_unclear(self, table: Table) -> bool:
        """Whether a statement fills a table by the order of its columns, and this is not plain."""
        passes = table.relation is not None and any(c.passed_over for c in table.relation.columns.values())
        linking = self._linking
        return any(
            block.by_position
            and (
                passes or block.statement.fixed or is_unclear(table, block, linking.linked[block.number], linking.nodes)
            )
            for block in table.builders
        )

    def _thread(self, block: Block) -> Thread:
        asker = -1 if block.unit.consumer is None else self._linking.askers.bit_of(block.unit.consumer)
        return Thread(
            unit=self._units.get(id(block.unit), -1),
            target=-1 if block.target is None else self._program.table(block.target).number,
            slots=block.slots,
            names=list(block.slot_of.items()),
            columns=block.columns,
            by_position=block.by_position,
            ordered=block.ordered,
            asker=asker,
            linked=self._kept.names.get(block.number, b""),
            clear=self._linking.demand.is_clear(block),
        )

    def _text(self, number: int, unit: Unit) -> Text:
        record, under = self._records[number]
        blocks = self._blocks[number]
        sql = unit.sql
        return Text(
            dialect=sql.dialect,
            own=-1 if unit.relation is None else self._program.table(unit.relation).number,
            blocks=[block.number for block in blocks],
            record=under,
            odd=not sql.rendered
            or sql.unclear is not None
            or bool(sql.origin and not sql.template)
            or unit.record is not record
            or bool(record.definitions or record.routines or record.helpers or unit.temporary or unit.copies)
            or any(isinstance(statement, NotUnderstood) for statement in record.statements)
            or [block.statement for block in blocks] != record.statements
            or any(len(self._program.tables[t].builders) > 1 for b in blocks for t in self._filled.get(b.number, ())),
            idle=unit.consumer is not None and unit.consumer.use in IDLE,
            lines=net.lengths(sql.text),
            origin=sql.origin,
            template=sql.template,
        )


def _steps(steps: Sequence[Step]) -> bytes:
    """Steps as a piece of a shelf."""
    try:
        return net.encoded(steps)
    except TypeError:  # a range of nodes
        return net.encoded([(list(sources), list(sure), list(perhaps), own) for sources, sure, perhaps, own in steps])
