"""Which columns each table has, as far as that can be known: tables are handled before those that read them.

What is part of a circle, or reads `*` from a table whose columns nobody declares, stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from trackplan.facts.declared import Column
from trackplan.link.components import components
from trackplan.link.frames import Frame, unnamed
from trackplan.link.program import Block, Program, Table
from trackplan.link.relations import Relation
from trackplan.link.scopes import Scopes

_LIST = re.compile(r"\[\d*\]\s*$|^\s*(?:array|list)\b", re.IGNORECASE)
"""A declared type of lists."""


class Expanded(Struct):
    """The scopes of every statement by its number, the order of tables (each after those it reads), and circles."""

    scopes: dict[int, Scopes] = {}
    order: list[int] = []
    circular: list[Relation] = []


def expand(program: Program) -> Expanded:
    """Fill the columns of all tables of `program`."""
    found = Expanded()
    reads = _reads(program)
    for part in components([sorted(needed) for needed in reads]):
        found.order.extend(part)
        circle = sorted(part) if len(part) > 1 or part[0] in reads[part[0]] else []
        for number in circle:
            _begin(program.tables[number])
        tables = [program.tables[number] for number in circle]
        if not any(block.statement.existing for table in tables for block in table.builders):
            # What is filled time and again can rest on itself: a table of sessions that are left out from now on.
            found.circular.extend(table.relation for table in tables if table.relation is not None)
        for number in part:
            _table(program, program.tables[number], found, circular=bool(circle))
        for number in circle:
            # They were made while it was not known which columns are where.
            for block in program.tables[number].builders:
                found.scopes.pop(block.number, None)
    for block in program.blocks:
        if block.target is None:
            found.scopes[block.number] = _scopes(program, block)
    return found


def _reads(program: Program) -> list[set[int]]:
    """For each table: the relations that the statements building it read, or that it stands for or copies."""
    reads: list[set[int]] = [set() for _ in program.tables]
    for table in program.tables:
        reads[table.number].update(table.bases, table.copied)
        for block in table.builders:
            found = {base for slot in block.slots for base in program.bases(slot)}
            if not block.statement.view:
                # A table may be filled from itself: that is what an incremental model does.
                found.discard(table.number)
            reads[table.number] |= found
        if not reads[table.number] and any(_is_bare_circle(program, table, block) for block in table.builders):
            reads[table.number].add(table.number)
    return reads


def _is_bare_circle(program: Program, table: Table, block: Block) -> bool:
    """Whether a model's query reads the model itself; nothing else gives that one its first row."""
    return not block.statement.target and any(table.number in program.bases(slot) for slot in block.slots)


def _scopes(program: Program, block: Block) -> Scopes:
    for number in block.slots:
        table = program.tables[number]
        if table.bases:
            _choice(program, table)
    return Scopes(block, program.tables)


def _table(program: Program, table: Table, found: Expanded, *, circular: bool) -> None:
    if table.bases:
        return
    itself = [b for b in table.builders if any(table.number in program.bases(slot) for slot in b.slots)]
    if itself and not circular:
        _begin(table)
    for block in table.builders:
        found.scopes[block.number] = _scopes(program, block)
    complete(program, table, found)
    if circular:
        table.frame.open = True
    for block in itself:
        found.scopes[block.number] = _scopes(program, block)


def _begin(table: Table) -> None:
    """What it is made of is only known once it is known: whoever asks it for a column gets that on trust."""
    table.frame = Frame()
    if table.relation is not None:
        table.frame.fill(column.name for column in table.relation.columns.values())
    table.frame.open = True


def complete(program: Program, table: Table, found: Expanded) -> None:
    """Give a table its columns: those that are declared, and those that the statements which build it give."""
    relation, frame = table.relation, Frame()
    if relation is None:
        return
    names: dict[str, str] = {lower: column.name for lower, column in relation.columns.items()}
    frame.open = not relation.closed
    if frame.open or table.builders:  # a list of columns can be older than the statement that makes them
        for lower, name in relation.wanted.items() if frame.open else ():
            names.setdefault(lower, name)
        # What only changes the rows of a table says nothing about its columns.
        builders = [b for b in table.builders if not b.statement.partial]
        roots = [(s := found.scopes[b.number]).frames[s.root] for b in builders]
        behind = [root for b, root in zip(builders, roots, strict=True) if not b.by_position]
        copied = [program.tables[number].frame for number in table.copied]
        for root in behind + copied:
            nameless = set(unnamed(root.names)) if root.twins or "" in root.names else ()
            for position, name in enumerate(root.names):
                if position in nameless:  # only its place tells which one it is
                    names.setdefault(f" {position}", "")
                else:
                    names.setdefault(name.lower(), name)
        if frame.open and (roots or copied):
            frame.open = relation.partly or any(root.open for root in roots + copied)
    frame.fill(names.values())
    frame.starred = [True] * len(frame.names)
    if relation.raw and not table.builders:
        frame.lists = frozenset(_lists(relation.columns.values(), ""))
    table.frame = frame


def _lists(columns: Iterable[Column], above: str) -> Iterator[str]:
    """The ways to what is known to be a list, in lower case."""
    for column in columns:
        way = f"{above}{column.name.lower()}"
        if _LIST.search(column.type):
            yield way
        elif column.columns and "." not in column.name:
            yield from _lists(column.columns, f"{way}.")


def _choice(program: Program, table: Table) -> None:
    names: dict[str, str] = {}
    for number in table.bases:
        for position, name in enumerate(program.tables[number].frame.names):
            names.setdefault(name.lower() or f" {position}", name)
    frame = Frame()
    frame.fill(names.values())
    frame.starred = [True] * len(frame.names)
    frame.open = any(program.tables[number].frame.open for number in table.bases)
    table.frame = frame
