"""What linking did not understand → facts: nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.facts.base import FactBase, Row
from trackplan.facts.declared import Consumer
from trackplan.findings import Place
from trackplan.link.askers import Askers
from trackplan.link.expand import Expanded
from trackplan.link.program import Program
from trackplan.link.relations import Relation
from trackplan.link.resolve import Resolver
from trackplan.names import join_id
from trackplan.sql.records import NotUnderstood

_UNRESOLVED = ("key", "reason", "name", "detail", "place")
_SYSTEM = frozenset({"information_schema", "pg_catalog", "sys", "system", "account_usage", "svv_all_columns"})
_MOST_STRANGERS = 3
_DOUBT_ALL = """
INSERT OR IGNORE INTO doubt ("column", reason)
SELECT c.key, :reason FROM "column" c JOIN relation r ON r.key = c.relation WHERE r.raw
"""
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
    base.insert("unresolved", _UNRESOLVED, ((k, *row) for k, row in enumerate(rows, 1)))


def store_strangers(base: FactBase, program: Program, declared: Sequence[Consumer], warehouse: bool) -> None:
    """Write which consumers read a relation that nothing here declares or builds, and doubt every raw column for it.

    Somebody else may build such a relation from anything that is stored. Without a `warehouse`, tables that only SQL
    names are normal; a relation that a declared consumer takes must be known in any case.
    """
    found: dict[tuple[str, Place], None] = {}
    for block in program.blocks if warehouse else ():
        for source in block.statement.sources() if block.unit.consumer is not None else ():
            relation = program.containers[program.source(block, source)].relation
            if relation is not None and _is_strange(relation):
                found[join_id(source.parts), block.unit.lines.place(source.span)] = None
    for consumer in declared:
        for taken in consumer.takes:
            if all(_is_strange(relation) for relation in program.registry.find(taken.parts)):
                found[join_id(taken.parts), taken.place] = None
    first = base.count("SELECT count(*) FROM unresolved") + 1
    rows = [
        (key, "unknown-relation", name, "nothing here declares or builds it", base.place(place))
        for key, (name, place) in enumerate(found, first)
    ]
    base.insert("unresolved", _UNRESOLVED, rows)
    for name, place in list(found)[:_MOST_STRANGERS]:
        reason = f"{place.path}:{place.line} reads {name}, which nothing here declares or builds"
        doubt_all(base, reason)


def doubt_all(base: FactBase, reason: str) -> None:
    """Leave every raw column in doubt: what could not be looked into may use any."""
    base.run(_DOUBT_ALL, {"reason": reason})


def _is_strange(relation: Relation) -> bool:
    schema = relation.parts[-2].lower() if len(relation.parts) > 1 else ""
    return not (relation.declared or relation.built or relation.landed or schema in _SYSTEM)


def store_coverage(base: FactBase, program: Program, askers: Askers, keys: dict[int, int]) -> None:
    """Write how many statements read each relation and how many of them were understood; `keys` of relations."""
    read: dict[int, set[int]] = {}
    for block in program.blocks:
        for source in block.statement.sources():
            number = program.source(block, source)
            if number in keys:
                read.setdefault(number, set()).add(block.first)
    rows: list[Row] = []
    for number, key in keys.items():
        relation = program.containers[number].relation
        mentioned = askers.mentions(relation.parts[-1]) if relation is not None else 0
        understood = len(read.get(number, ()))
        if understood or mentioned:
            rows.append((key, understood + mentioned, understood))
    base.insert("coverage", ("relation", "statements", "understood"), rows)
