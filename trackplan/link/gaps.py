"""What linking did not understand → facts: nothing is dropped without a word."""

from __future__ import annotations

from trackplan.facts.base import FactBase, Row
from trackplan.link.askers import Askers
from trackplan.link.expand import Expanded
from trackplan.link.program import Program
from trackplan.link.resolve import Resolver
from trackplan.names import join_id
from trackplan.sql.records import NotUnderstood

_DETAILS = {
    "unknown-column": "no source of the query has it",
    "ambiguous": "more than one source of the query may have it",
}


def store_unresolved(base: FactBase, program: Program, resolver: Resolver, expanded: Expanded) -> None:
    """Write what was not understood or not resolved, each with its place."""
    rows: dict[Row, None] = {}
    for unit in program.units:
        for statement in unit.record.statements:
            if isinstance(statement, NotUnderstood):
                place = base.place(unit.lines.place(statement.span))
                rows[statement.reason, "", statement.detail, place] = None
    for unknown in resolver.unknowns:
        place = base.place(unknown.block.unit.lines.place(unknown.span))
        rows[unknown.reason, unknown.name, _DETAILS[unknown.reason], place] = None
    for block, source, relations in program.ambiguous:
        place = base.place(block.unit.lines.place(source.span))
        meant = ", ".join(sorted(r.id for r in relations)[:5])
        rows["ambiguous-relation", join_id(source.parts), f"may mean {meant}", place] = None
    for relation in expanded.circular:
        if relation.place is not None:
            place = base.place(relation.place)
            rows["circular", relation.id, "depends on itself", place] = None
    names = ("key", "reason", "name", "detail", "place")
    base.insert("unresolved", names, ((k, *row) for k, row in enumerate(rows, 1)))


def store_coverage(base: FactBase, program: Program, askers: Askers, keys: dict[int, int]) -> None:
    """Write how many statements read each relation and how many of them were understood; `keys` of relations."""
    read: dict[int, set[tuple[int, int]]] = {}
    for block in program.blocks:
        for scope in block.statement.scopes:
            for source in getattr(scope, "sources", ()):
                number = program.source(block, source)
                if number in keys:
                    read.setdefault(number, set()).add((id(block.unit), block.first))
    rows: list[Row] = []
    for number, key in keys.items():
        relation = program.containers[number].relation
        mentioned = askers.mentions(relation.parts[-1]) if relation is not None else 0
        understood = len(read.get(number, ()))
        if understood or mentioned:
            rows.append((key, understood + mentioned, understood))
    base.insert("coverage", ("relation", "statements", "understood"), rows)
