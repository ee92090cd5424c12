"""Compiled texts → the program of all that is linked: who builds and who reads which table."""

from __future__ import annotations

from collections.abc import Iterable

from trackplan.facts.declared import Column, RelationKind
from trackplan.link.helpers import Helpers
from trackplan.link.program import Block, Program, Table, Unit
from trackplan.link.relations import Registry, Relation
from trackplan.link.routines import Routines
from trackplan.sql.records import NOTHING_LEFT, NOWHERE, Definition, NotUnderstood, Source, Span, Statement
from trackplan.sql.values import STRUCTS_BY_ORDER


def load(registry: Registry, units: list[Unit]) -> Program:
    """Give every relation its table, and find out who builds and who reads what."""
    routines = Routines.of(units)
    Helpers.of(units, routines.hides()).follow(units)
    program = Program(registry, units, routines)
    for unit in units:
        for statement, target, reads in _targets(program, unit):
            program.blocks.append(Block(unit, statement, len(program.blocks), target, reads))
    for routine in program.routines.all:
        reads = program.routines.reads(routine.unit, routine.statement)
        program.blocks.append(Block(routine.unit, routine.statement, len(program.blocks), routine.relation, reads))
    for relation in registry.relations:
        program.table(relation)
    written = list(program.blocks)
    _split(program)
    for block in written:
        if block.target is not None:
            _build(program.table(block.target), block, block.target)
    for unit in units:
        for copy, relation in unit.copies:
            copy.built = True
            program.table(copy).copied.append(program.table(relation).number)
    for block in program.blocks:
        for source in block.reads:
            program.read(block, source)
    return program


def _split(program: Program) -> None:
    """Tables that a script changes after it has made them get versions."""
    builders: dict[int, list[Block]] = {}
    for block in program.blocks:
        if block.target is not None:
            builders.setdefault(id(block.target), []).append(block)
    for blocks in builders.values():
        for after, before, statement in program.versions.split(blocks):
            table = program.table(before).number
            block = Block(after.unit, statement, len(program.blocks), after.target, [], [table])
            block.slot_of = {source.parts: 0 for source in statement.sources()}
            block.hollow = NOTHING_LEFT in after.statement.sets
            program.blocks.append(block)
            if after.target is not None:
                program.table(after.target).builders.append(block)


def _targets(program: Program, unit: Unit) -> Iterable[tuple[Statement, Relation | None, list[Source]]]:
    """The statements of a text with the relations they build, made known before anything is resolved."""
    registry = program.registry
    for definition in unit.record.definitions:
        _define(registry, unit, definition)
    for statement in unit.record.statements:
        if isinstance(statement, NotUnderstood):
            if unit.relation is not None:
                unit.relation.built = unit.relation.partly = True
            continue
        reads = program.routines.reads(unit, statement)
        target = unit.relation
        if statement.target:
            target = _target(registry, unit, statement, reads)
        if target is not None and not statement.partial:
            target.built = True
            target.place = target.place or unit.lines.place(statement.span)
        yield statement, target, reads


def _define(registry: Registry, unit: Unit, definition: Definition) -> None:
    """A script creates a table for itself to fill: its columns and their order are known."""
    if not definition.target or not definition.columns:
        return
    relation = _named(registry, unit, definition.target, definition.temporary, "table", NOWHERE)
    if not relation.columns:
        places = {name: unit.lines.place(span) for name, span in definition.columns}
        relation.columns = {
            name.lower(): Column(name, place, passed_over=name in definition.passed_over)
            for name, place in places.items()
        }
        relation.closed = relation.built = True


def _target(registry: Registry, unit: Unit, statement: Statement, reads: list[Source]) -> Relation:
    kind: RelationKind = "view" if statement.view else "table"
    read = [source.parts for source in reads]
    made, span = statement.temporary, statement.span
    return _named(registry, unit, statement.target, made, kind, span, read, statement.existing)


def _named(
    registry: Registry,
    unit: Unit,
    parts: tuple[str, ...],
    temporary: bool,
    kind: RelationKind,
    span: Span,
    sources: Iterable[tuple[str, ...]] = (),
    existing: bool = False,
) -> Relation:
    """The relation that a statement creates, or fills if it is `existing`; `sources` are the names that it reads."""
    last = parts[-1].lower()
    if temporary:
        relation = Relation(parts, "table", unit.lines.place(span), declared=False)
        unit.temporary[last] = relation
        return relation
    if last in unit.temporary and len(parts) == 1:
        return unit.temporary[last]
    exact = registry.exactly(parts)
    # `create table t as select … from raw.t` makes another t, and with `from t` the same once more.
    # What the file of another model is called may be another table, too.
    is_other = exact is not None and exact is not unit.relation and registry.is_file(exact)
    loose = exact is not None and (is_other or registry.is_loose(exact))
    asked = [source for source in sources if source != parts] if loose or not exact else []
    read = {id(r) for source in asked for r in registry.find(source)}
    found = registry.called(last) if loose else [exact] if exact else registry.find(parts)
    matching = found if existing and len(found) == 1 else [r for r in found if id(r) not in read]
    perhaps = [r for r in found if existing and id(r) in read and len(found) > 1]
    if exact is not None and is_other:
        matching, _ = registry.buildable(parts, matching)
        own = {id(r) for r in matching}
        perhaps = [r for r in found if id(r) not in own | read]
    if len(matching) == 1 and not loose and not perhaps and (exact or matching[0].parts not in registry.filled):
        registry.write(parts, matching[0])
        return matching[0]
    relation = exact or registry.add(parts, kind, unit.lines.place(span), declared=True)
    registry.loosen(relation)
    registry.call(relation, [r.parts for r in perhaps])
    unit.copies.extend((table, relation) for table in matching)
    return relation


def _build(table: Table, block: Block, target: Relation) -> None:
    columns = block.statement.columns
    if block.statement.insert and not columns:
        # Where nobody says what the target's columns are called, they are those of what filled it first.
        block.by_position = target.closed or any(not b.statement.partial for b in table.builders)
    block.columns = columns
    block.ordered = block.statement.existing and block.unit.sql.dialect in STRUCTS_BY_ORDER
    table.builders.append(block)
