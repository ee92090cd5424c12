"""What linking did not understand → facts: nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trackplan.facts.declared import Consumer
from trackplan.findings import Place
from trackplan.names import join_id
from trackplan.sql.records import NotUnderstood

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Row
    from trackplan.link.linking import Linking
    from trackplan.link.relations import Relation
    from trackplan.link.store import Facts

_UNRESOLVED = ("key", "reason", "name", "detail", "place")
_SYSTEM = frozenset({"information_schema", "pg_catalog", "sys", "system", "account_usage", "svv_all_columns"})
_MOST_STRANGERS = 3
_DETAILS = {
    "unknown-column": "no source of the query has it",
    "ambiguous": "more than one source of the query may have it",
}


def store_unresolved(base: FactBase, linking: Linking) -> None:
    """Write what was not understood or not resolved, each with its place."""
    program = linking.program
    rows: dict[Row, None] = {}
    for unit in program.units:
        for statement in unit.record.statements:
            if isinstance(statement, NotUnderstood):
                place = base.place(unit.lines.place(statement.span))
                rows[statement.reason, "", statement.detail, place] = None
    for block in program.blocks:
        for unknown in linking.linked[block.number].unknowns:
            place = base.place(Place(block.unit.sql.place.path, *unknown.place))
            rows[unknown.reason, unknown.name, _DETAILS[unknown.reason], place] = None
    for block, source, relations in program.ambiguous:
        place = base.place(block.unit.lines.place(source.span))
        meant = ", ".join(sorted(r.id for r in relations)[:5])
        rows["ambiguous-relation", join_id(source.parts), f"may mean {meant}", place] = None
    for relation in linking.circular:
        if relation.place is not None:
            place = base.place(relation.place)
            rows["circular", relation.id, "depends on itself", place] = None
    base.insert("unresolved", _UNRESOLVED, ((k, *row) for k, row in enumerate(rows, 1)))


def store_strangers(facts: Facts, declared: Sequence[Consumer], warehouse: bool, counting: Sequence[str]) -> None:
    """Write which consumers read a relation that nothing here declares or builds, and doubt every raw column for it.

    Somebody else may build such a relation from anything that is stored; for those who are not `counting`, that makes
    nothing used. Without a `warehouse`, tables that only SQL names are normal; a relation that a declared consumer
    takes must be known in any case.
    """
    base, program = facts.base, facts.linking.program
    found: dict[tuple[str, Place], bool] = {}
    for block in program.blocks if warehouse else ():
        consumer = block.unit.consumer
        if consumer is None:
            continue
        for source in block.reads:
            table = program.tables[block.slots[block.slot_of[source.parts]]]
            if table.relation is not None and not source.columns and _is_strange(table.relation):
                place = block.unit.lines.place(source.span)
                found[join_id(source.parts), place] = consumer.use in counting
    for consumer in declared:
        for taken in consumer.takes:
            if all(_is_strange(relation) for relation in program.registry.find(taken.parts)):
                found[join_id(taken.parts), taken.place] = consumer.use in counting
    if not found:
        return
    first = base.count("SELECT count(*) FROM unresolved") + 1
    rows = [
        (key, "unknown-relation", name, "nothing here declares or builds it", base.place(place))
        for key, (name, place) in enumerate(found, first)
    ]
    base.insert("unresolved", _UNRESOLVED, rows)
    for name, place in [told for told, counts in found.items() if counts][:_MOST_STRANGERS]:
        facts.everywhere.append(f"{place.path}:{place.line} reads {name}, which nothing here declares or builds")


def _is_strange(relation: Relation) -> bool:
    schema = relation.parts[-2].lower() if len(relation.parts) > 1 else ""
    return not (relation.declared or relation.built or relation.landed or schema in _SYSTEM)


def store_coverage(base: FactBase, linking: Linking, keys: dict[int, int]) -> None:
    """Write how many statements read each relation and how many of them were understood; `keys` of relations."""
    read: dict[int, int] = {}
    for block in linking.program.blocks:
        for number in set(block.slots):
            read[number] = read.get(number, 0) + 1
    rows: list[Row] = []
    for number, key in keys.items():
        relation = linking.program.tables[number].relation
        mentioned = linking.askers.texts.mentions(relation.parts[-1]) if relation is not None else 0
        understood = read.get(number, 0)
        if understood or mentioned:
            rows.append((key, understood + mentioned, understood))
    base.insert("coverage", ("relation", "statements", "understood"), rows)
