"""Which column of a table takes which of those that a statement gives: by name, or by their order."""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.link.frames import unnamed
from trackplan.link.linked import Linked
from trackplan.link.nodes import Nodes
from trackplan.link.program import Block, Table

# Dialects in which an INSERT may give values to the first columns alone.
_MAY_BE_FEWER = frozenset({"", "materialize", "postgres", "redshift", "risingwave"})


def ways(table: Table, block: Block, linked: Linked, nodes: Nodes) -> Sequence[Sequence[int]]:
    """For each column of a table, where it stands in what a statement that builds it gives."""
    names = nodes.names[table.number]
    if block.by_position:
        filled = [] if is_unclear(table, block, linked, nodes) else _filled(table, block, names)
        places = {position: (place,) for place, position in enumerate(filled) if place < len(linked.columns)}
        return [places.get(position, ()) for position in range(len(names))]
    if is_alike(table, linked, nodes):
        return [(position,) for position in range(len(names))]
    index = linked.index()
    found = [linked.positions(name, index) for name in names]
    mine = [position for position, name in enumerate(names) if not name]
    nameless = unnamed(linked.names) if mine else []
    for nth, position in enumerate(mine):
        found[position] = nameless[nth : nth + 1] if len(mine) == len(nameless) else nameless
    return found


def is_unclear(table: Table, block: Block, linked: Linked, nodes: Nodes) -> bool:
    """Whether nobody knows which columns a statement fills that goes by their order."""
    given, count = len(linked.columns), len(_filled(table, block, nodes.names[table.number]))
    fits = given == count or (given < count and block.unit.sql.dialect in _MAY_BE_FEWER)
    return table.frame.open or linked.open or not fits


def is_alike(table: Table, linked: Linked, nodes: Nodes) -> bool:
    """Whether a statement gives the columns of a table as they stand there, each name once."""
    names = nodes.names[table.number]
    return names == linked.names and len(nodes.index[table.number]) == len(names)


def _filled(table: Table, block: Block, names: Sequence[str]) -> list[int]:
    """The positions of a table's columns that an INSERT fills which names none."""
    known = table.relation.columns if table.relation is not None else {}
    fixed = {name.lower() for name in block.statement.fixed}
    rest = [(at, lower) for at, name in enumerate(names) if (lower := name.lower()) not in fixed]
    return [at for at, lower in rest if not ((told := known.get(lower)) and told.passed_over)]
