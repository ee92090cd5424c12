"""Which columns each container has, and where each comes from; `*` is expanded as far as that can be known.

Relations are handled before those that read them; scopes inside a statement from the inside out. What is part of a
circle, or reads `*` from a relation whose columns nobody declares, stays open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from trackplan.link.components import components
from trackplan.link.program import Block, Choice, Program, Renamed
from trackplan.link.relations import Relation
from trackplan.sql.records import Select, Source, Star, Union


class FromOutput(NamedTuple):
    """A column that a select list writes out: the output's position."""

    output: int


class FromStar(NamedTuple):
    """A column that a `*` brings: the output's position, the container it is from, its position there."""

    output: int
    container: int
    position: int


class Asked(NamedTuple):
    """A column that an open container was asked for."""

    name: str


class Declared(NamedTuple):
    """A column of a relation, a set operation, or renamed: its position is all there is to know."""

    position: int


Origin = FromOutput | FromStar | Asked | Declared


WIDEST = 20_000


@dataclass(slots=True)
class Expanded:
    """Where the columns of each container come from, and which relations depend on themselves."""

    origins: list[list[Origin]] = field(default_factory=list)
    circular: list[Relation] = field(default_factory=list)
    done: list[bool] = field(default_factory=list)


def expand(program: Program) -> Expanded:
    """Fill the names of all containers of `program`."""
    state = Expanded()
    _grow(program, state)
    scopes: dict[int, list[int]] = {}
    for block in program.blocks:
        target = -1 if block.target is None else program.relation(block.target).number
        scopes.setdefault(target, []).extend(range(block.first, block.first + len(block.statement.scopes)))
    reads = _reads(program)
    parts = list(components(_edges(reads)))
    on_circle = (program.containers[n].relation for part in parts for n in _circle(part, reads))
    state.circular = [relation for relation in on_circle if relation is not None]
    circular = {program.relation(r).number for r in state.circular}
    for number in circular:
        # What it is made of is only known once it is known: whoever asks for a column gets it on trust.
        program.containers[number].open = True
        state.done[number] = True
    for part in parts:
        # Statements without a target, and what they hold, come last: they may read anything.
        for number in (n for n in part if program.containers[n].relation is not None):
            for scope in scopes.get(number, ()):
                _complete(program, state, scope)
            _complete(program, state, number)
    for number in circular:
        state.done[number] = False
        _complete(program, state, number)
        program.containers[number].open = True
    for number in range(len(program.containers)):
        _complete(program, state, number)
    return state


def _grow(program: Program, state: Expanded) -> None:
    missing = len(program.containers) - len(state.done)
    state.origins.extend([] for _ in range(missing))
    state.done.extend([False] * missing)


def _reads(program: Program) -> list[set[int]]:
    """For each container that is a relation: the relations that the statements building it read."""
    reads: list[set[int]] = [set() for _ in program.containers]
    for block in program.blocks:
        if block.target is None:
            continue
        mine = reads[program.relation(block.target).number]
        for source in block.statement.sources():
            found = _relations_of(program, program.source(block, source))
            if not block.statement.view:
                # A table may be filled from itself: that is what an incremental model does.
                found.discard(program.relation(block.target).number)
            mine.update(found)
    return reads


def _edges(reads: list[set[int]]) -> list[list[int]]:
    return [sorted(needed) for needed in reads]


def _circle(part: list[int], reads: list[set[int]]) -> list[int]:
    """The members of a strongly connected part that depend on themselves."""
    return sorted(part) if len(part) > 1 or part[0] in reads[part[0]] else []


def _relations_of(program: Program, number: int) -> set[int]:
    node = program.nodes[number]
    if isinstance(node, Relation):
        return {number}
    if isinstance(node, Choice):
        return set(node.bases)
    if isinstance(node, Renamed):
        return _relations_of(program, node.base)
    return set()


def _complete(program: Program, state: Expanded, number: int) -> None:
    _grow(program, state)
    if state.done[number]:
        return
    state.done[number] = True
    node = program.nodes[number]
    if isinstance(node, Relation):
        _relation(program, state, number, node)
    elif isinstance(node, Choice):
        for base in node.bases:
            _complete(program, state, base)
        container = program.containers[number]
        container.open = any(program.containers[b].open for b in node.bases)
        for base in node.bases:
            for name in program.containers[base].names:
                _add(program, state, number, name, Asked(name), once=True, starred=True)
    elif isinstance(node, Renamed):
        _renamed(program, state, number, node)
    elif isinstance(node, tuple):
        block, scope = node
        if isinstance(scope, Select):
            _select(program, state, number, block, scope)
        elif isinstance(scope, Union):
            _union(program, state, number, block, scope)
        else:
            container = program.containers[number]
            container.open = not scope.closed or not scope.names
            for position, name in enumerate(scope.names):
                _add(program, state, number, name, Declared(position))


def _add(
    program: Program,
    state: Expanded,
    number: int,
    name: str,
    origin: Origin,
    *,
    once: bool = False,
    starred: bool = False,
) -> None:
    container = program.containers[number]
    if once and name.lower() in container.index:
        return
    container.add(name, starred=starred)
    state.origins[number].append(origin)


def _relation(program: Program, state: Expanded, number: int, relation: Relation) -> None:
    container = program.containers[number]
    for column in relation.columns.values():
        _add(program, state, number, column.name, Asked(column.name), starred=True)
    builders = program.builders.get(number, [])
    container.open = not relation.closed
    for name in relation.wanted.values() if container.open else ():
        _add(program, state, number, name, Asked(name), once=True, starred=True)
    for builder in builders:
        _complete(program, state, builder)
    if relation.closed:
        return
    for builder in builders:
        for name in program.containers[builder].names if builder not in program.by_position else ():
            if name:
                _add(program, state, number, name, Asked(name), once=True, starred=True)
    if builders:
        container.open = relation.partly or any(program.containers[b].open for b in builders)


def _renamed(program: Program, state: Expanded, number: int, node: Renamed) -> None:
    _complete(program, state, node.base)
    base = program.containers[node.base]
    container = program.containers[number]
    container.open = base.open
    names = list(node.columns) + base.names[len(node.columns) :] if not base.open else list(node.columns)
    for position, name in enumerate(names):
        starred = position >= len(base.starred) or base.starred[position]
        _add(program, state, number, name, Declared(position), starred=starred)


def _union(program: Program, state: Expanded, number: int, block: Block, scope: Union) -> None:
    members = [block.first + m for m in scope.members]
    container = program.containers[number]
    for member in members:
        _complete(program, state, member)
        if member == members[0]:
            first = program.containers[member]
            for position, name in enumerate(first.names):
                _add(program, state, number, name, Declared(position), starred=first.starred[position])
            container.open = first.open
        elif scope.by_name:
            for name in program.containers[member].names:
                _add(program, state, number, name, Asked(name), once=True)
            container.open = container.open or program.containers[member].open


def _select(program: Program, state: Expanded, number: int, block: Block, scope: Select) -> None:
    container = program.containers[number]
    sources = [(s, program.source(block, s)) for s in scope.sources]
    for _, source in sources:
        _complete(program, state, source)
    for position, output in enumerate(scope.outputs):
        if output.star is None:
            container.written[container.add(output.name, output.span)] = position
            state.origins[number].append(FromOutput(position))
        else:
            _star(program, state, number, position, output.star, sources)


def _star(
    program: Program, state: Expanded, number: int, output: int, star: Star, sources: list[tuple[Source, int]]
) -> None:
    container = program.containers[number]
    if star.members_of is not None or star.subset:
        container.open = True
    if star.members_of is not None:
        return
    if len(container.names) > WIDEST:
        # Stars can multiply without end; beyond this width a column gets its place when it is asked for.
        container.open = True
        return
    seen: set[str] = set()
    excluded = {e.lower() for e in star.exclude}
    renamed = {old.lower(): new for old, new in star.rename.items()}
    for index, (source, base_number) in enumerate(sources):
        if (star.source is None and not source.in_star) or star.source not in (None, index):
            continue
        base = program.containers[base_number]
        container.open = container.open or base.open
        shared = {u.lower() for u in source.using} if star.source is None else set()
        if source.natural and star.source is None:
            shared = set(seen)
        for position, name in enumerate(base.names):
            lower = name.lower()
            if lower in excluded or (lower in shared and lower in seen):
                continue
            seen.add(lower)
            if len(container.names) > WIDEST:
                container.open = True
                return
            container.add(renamed.get(lower, name), starred=base.starred[position])
            state.origins[number].append(FromStar(output, base_number, position))
