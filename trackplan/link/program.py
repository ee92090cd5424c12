"""Everything that is linked: the containers of all relations and scopes, and what names in SQL lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from trackplan.facts.declared import Column, Consumer, RelationKind, Sql
from trackplan.link.graph import NAMED, POSSIBLE, Container
from trackplan.link.relations import Registry, Relation
from trackplan.sql.records import (
    NOWHERE,
    Definition,
    NotUnderstood,
    Opaque,
    Record,
    Scope,
    Source,
    Span,
    Statement,
)
from trackplan.sql.text import Lines


@dataclass(slots=True)
class Unit:
    """A compiled text with its owner: the relation that its bare queries build, or the consumer whose query it is.

    `copies` are tables of the relation's name in several schemas (development and production): the model makes each.
    """

    sql: Sql
    record: Record
    lines: Lines
    relation: Relation | None = None
    consumer: Consumer | None = None
    temporary: dict[str, Relation] = field(default_factory=dict)
    copies: list[Relation] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A statement while it is linked: `first` is the container of its scope 0, `target` the relation it builds."""

    unit: Unit
    statement: Statement
    first: int
    target: Relation | None


@dataclass(slots=True)
class Choice:
    """A name that several relations answer to: any of them (`POSSIBLE`), or all together (`NAMED`)."""

    bases: tuple[int, ...]
    strength: int = POSSIBLE


@dataclass(slots=True)
class Renamed:
    """A container under new column names, by position: `FROM t AS x(a, b)`, `CREATE VIEW v(a, b)`."""

    base: int
    columns: tuple[str, ...]


Node = Relation | Choice | Renamed | Opaque | tuple[Block, Scope]
"""What a container stands for."""


@dataclass(slots=True)
class Program:
    """The containers in order of their numbers, with what each stands for in `nodes`.

    `builders` are the containers that fill a relation, those in `by_position` whatever their columns are called.
    """

    registry: Registry
    units: list[Unit]
    containers: list[Container] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    builders: dict[int, list[int]] = field(default_factory=dict)
    by_position: set[int] = field(default_factory=set)
    ambiguous: list[tuple[Block, Source, tuple[Relation, ...]]] = field(default_factory=list)
    _relations: dict[int, int] = field(default_factory=dict)
    _derived: dict[tuple[object, ...], int] = field(default_factory=dict)
    _sources: dict[int, int] = field(default_factory=dict)

    def add(self, node: Node) -> Container:
        """A new container for `node`."""
        relation = node if isinstance(node, Relation) else None
        container = Container(len(self.containers), relation)
        self.containers.append(container)
        self.nodes.append(node)
        return container

    def relation(self, relation: Relation) -> Container:
        """The container of a relation."""
        number = self._relations.get(id(relation))
        if number is None:
            container = self.add(relation)
            self._relations[id(relation)] = container.number
            return container
        return self.containers[number]

    def renamed(self, base: int, columns: Iterable[str]) -> int:
        """The container `base` with its first columns renamed."""
        names = tuple(columns)
        if not names:
            return base
        return self._derive(("renamed", base, names), Renamed(base, names))

    def chosen(self, bases: tuple[int, ...]) -> int:
        """One container for a name that may mean any of `bases`."""
        return self._derive(("choice", bases), Choice(bases))

    def source(self, block: Block, source: Source) -> int:
        """The container that an entry of FROM reads."""
        number = self._sources.get(id(source))
        if number is None:
            number = self._sources[id(source)] = self._resolve(block, source)
        return number

    def parent(self, number: int) -> int:
        """The container of the scope around a scope, -1 at the top."""
        node = self.nodes[number]
        if not isinstance(node, tuple):
            return -1
        block, scope = node
        return block.first + scope.parent if scope.parent >= 0 else -1

    def _derive(self, key: tuple[object, ...], node: Choice | Renamed) -> int:
        number = self._derived.get(key)
        if number is None:
            number = self._derived[key] = self.add(node).number
        return number

    def _resolve(self, block: Block, source: Source) -> int:
        if source.scope >= 0:
            return self.renamed(block.first + source.scope, source.columns)
        found = self.lookup(block, source.parts)
        if source.parts[-1].endswith("*"):
            found = found or self.registry.shards(source.parts)
            if len(found) > 1:
                return self.renamed(self._family(found), source.columns)
        if len(found) > 1:
            self.ambiguous.append((block, source, tuple(found)))
            base = self.chosen(tuple(self.relation(r).number for r in found))
        else:
            relation = found[0] if found else self._unknown(block, source)
            base = self.relation(relation).number
        return self.renamed(base, source.columns)

    def _family(self, shards: list[Relation]) -> int:
        """One container for the tables that a wildcard table reads together."""
        return self._derive(("family", *map(id, shards)), Choice(tuple(self.relation(r).number for r in shards), NAMED))

    def lookup(self, block: Block, parts: tuple[str, ...]) -> list[Relation]:
        """The relations that `parts` may mean in a statement; temporary tables of its text come first."""
        local = block.unit.temporary.get(parts[-1].lower()) if len(parts) == 1 else None
        if local is not None and local is not block.target:
            return [local]
        return self.registry.find(parts)

    def _unknown(self, block: Block, source: Source) -> Relation:
        place = block.unit.lines.place(source.span)
        return self.registry.add(source.parts, "table", place, declared=False)


def load(registry: Registry, units: list[Unit]) -> Program:
    """Give every relation and scope its container, and find out who builds what."""
    program = Program(registry, units)
    targets = [_targets(program, unit) for unit in units]
    for unit, found in zip(units, targets, strict=True):
        for statement, target in found:
            block = Block(unit, statement, len(program.containers), target)
            for scope in statement.scopes:
                program.add((block, scope))
            program.blocks.append(block)
    for relation in list(registry.relations):
        program.relation(relation)
    for block in program.blocks:
        if block.target is not None:
            _build(program, block, block.target)
    for unit in units:
        for copy in unit.copies:
            copy.built = True
            if unit.relation is not None:
                builders = program.builders.setdefault(program.relation(copy).number, [])
                builders.append(program.relation(unit.relation).number)
    for block in program.blocks:
        for source in block.statement.sources():
            program.source(block, source)
    return program


def _targets(program: Program, unit: Unit) -> list[tuple[Statement, Relation | None]]:
    """The statements of a text with the relations they build, made known before anything is resolved."""
    found: list[tuple[Statement, Relation | None]] = []
    for definition in unit.record.definitions:
        _define(program, unit, definition)
    for statement in unit.record.statements:
        if isinstance(statement, NotUnderstood):
            if unit.relation is not None:
                unit.relation.built = unit.relation.partly = True
            continue
        target = unit.relation
        if statement.target:
            target = _target(program, unit, statement)
        if target is not None:
            target.built = True
            target.place = target.place or unit.lines.place(statement.span)
        found.append((statement, target))
    return found


def _define(program: Program, unit: Unit, definition: Definition) -> None:
    """A script creates a table for itself to fill: its columns and their order are known."""
    if not definition.target or not definition.columns:
        return
    relation = _named(program, unit, definition.target, definition.temporary, "table", NOWHERE)
    if not relation.columns:
        places = {name: unit.lines.place(span) for name, span in definition.columns}
        relation.columns = {name.lower(): Column(name, place) for name, place in places.items()}
        relation.closed = relation.built = True


def _target(program: Program, unit: Unit, statement: Statement) -> Relation:
    kind: RelationKind = "view" if statement.view else "table"
    read = [s.parts for s in statement.sources() if s.parts]
    return _named(program, unit, statement.target, statement.temporary, kind, statement.span, read)


def _named(
    program: Program,
    unit: Unit,
    parts: tuple[str, ...],
    temporary: bool,
    kind: RelationKind,
    span: Span,
    sources: Iterable[tuple[str, ...]] = (),
) -> Relation:
    """The relation that a statement creates or fills; `sources` are the names that it reads."""
    registry = program.registry
    last = parts[-1].lower()
    if temporary:
        relation = Relation(parts, "table", unit.lines.place(span), declared=False)
        unit.temporary[last] = relation
        return relation
    if last in unit.temporary:
        return unit.temporary[last]
    exact = registry.exactly(parts)
    # `create table t as select … from raw.t` makes another t.
    read = [id(r) for source in sources for r in registry.find(source)]
    matching = [exact] if exact else [r for r in registry.find(parts) if id(r) not in read]
    return matching[0] if len(matching) == 1 else registry.add(parts, kind, unit.lines.place(span), declared=True)


def _build(program: Program, block: Block, target: Relation) -> None:
    number = block.first + block.statement.scope
    columns = block.statement.columns
    if not columns and block.statement.insert and target.closed:
        columns = tuple(c.name for c in target.columns.values())
    container = program.relation(target)
    builders = program.builders.setdefault(container.number, [])
    if block.statement.insert and not columns and builders:
        # Nobody says what the target's columns are called: those of what filled it first.
        program.by_position.add(number)
    builders.append(program.renamed(number, columns))
