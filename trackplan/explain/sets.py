"""The chain of an event or a relation: its fields or columns with their verdicts, and who depends on its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.lookup import number, use_word
from trackplan.explain.tree import Node, capped

if TYPE_CHECKING:
    from trackplan.explain.lookup import Lookup

_EVENT = """
SELECT e.id, e.type, e.status, e.description, e.owner, e.introduced, e.expires, e.place, s.used, s.needed, s.fields,
       s.waste
FROM event e LEFT JOIN event_status s ON s.event = e.key WHERE e.key = :key
"""
_FIELDS = """
SELECT f.id, s.status, s.reason, f.place FROM field f LEFT JOIN field_status s ON s.field = f.key
WHERE f.event = :key ORDER BY f.place, f.id
"""
_RELATION = "SELECT id, kind, raw, open, declared, description, owner, place FROM relation WHERE key = :key"
_COLUMNS = """
SELECT c.id, s.status, s.reason, c.place FROM "column" c LEFT JOIN column_status s ON s."column" = c.key
WHERE c.relation = :key ORDER BY c.id
"""
_LANDED = """
SELECT r.id, r.place FROM landing_relation l JOIN relation r ON r.key = l.relation WHERE l.event = :key ORDER BY r.id
"""
_HELD = """
SELECT e.id, e.place FROM landing_relation l JOIN event e ON e.key = l.event WHERE l.relation = :key ORDER BY e.id
"""
_ROWS_OF_EVENT = """
SELECT DISTINCT c.id, h.strength, c.place FROM landing_relation l
JOIN relation_reach h ON h.relation = l.relation JOIN consumer c ON c.key = h.consumer
WHERE l.event = :key AND c.counts ORDER BY c.id
"""
_ROWS_OF_RELATION = """
SELECT c.id, h.strength, c.place FROM relation_reach h JOIN consumer c ON c.key = h.consumer
WHERE h.relation = :key AND c.counts ORDER BY c.id
"""
_READERS = """
SELECT DISTINCT r.id, r.place FROM use u JOIN "column" c ON c.key = u."column" JOIN relation r ON r.key = u.relation
WHERE c.relation = :key ORDER BY r.id
"""
_SOURCES = """
SELECT DISTINCT r.id, r.place FROM use u JOIN "column" c ON c.key = u."column" JOIN relation r ON r.key = c.relation
WHERE u.relation = :key ORDER BY r.id
"""
_COVERAGE = "SELECT statements, understood FROM coverage WHERE relation = :key"
_MOST_PARTS = 60


def explain_event(look: Lookup, key: int) -> Node:
    """An event: where its rows land and who reads them, and the verdict on each field."""
    id_, type_, state, description, owner, introduced, expires, place, used, needed, fields, waste = look.rows(
        _EVENT, key
    )[0]
    root = Node(f"{id_}{look.at(place)}")
    facts = [f"event ({type_})", f"owner {owner}" if owner else "no owner"]
    facts += [str(state)] if state != "active" else []
    facts += [f"introduced {introduced}"] if introduced else []
    facts += [f"expires {expires}"] if expires else []
    root.add(", ".join(facts))
    if description:
        root.add(f"described as: {description}")
    if isinstance(fields, int):
        root.add(
            f"as a whole: {use_word(used)}, {'needed' if needed else 'not needed'}; "
            f"{waste} of {number(fields, 'field')} {'is' if waste == 1 else 'are'} waste"
        )
    _add_places(root, look, "lands in", _LANDED, key)
    _add_rows(root, look, _ROWS_OF_EVENT, key)
    _add_parts(root, look, "fields", _FIELDS, key)
    return root


def explain_relation(look: Lookup, key: int) -> Node:
    """A relation: what it is made from, who reads it, who depends on its rows, the verdict on each column."""
    id_, kind, raw, open_, declared, description, owner, place = look.rows(_RELATION, key)[0]
    root = Node(f"{id_}{look.at(place)}")
    facts = [f"{'raw ' if raw else ''}{kind}", f"owner {owner}" if owner else "no owner"]
    facts += ["may hold columns that nothing declares"] if open_ else []
    facts += [] if declared else ["declared nowhere: SQL reads it"]
    root.add(", ".join(facts))
    if description:
        root.add(f"described as: {description}")
    _add_places(root, look, "holds the events", _HELD, key)
    _add_places(root, look, "is made from", _SOURCES, key)
    _add_places(root, look, "is read by the models", _READERS, key)
    _add_rows(root, look, _ROWS_OF_RELATION, key)
    for statements, understood in look.rows(_COVERAGE, key):
        if isinstance(statements, int):
            root.add(f"{understood} of {number(statements, 'statement')} that read it understood")
    _add_parts(root, look, "columns", _COLUMNS, key)
    return root


def _add_places(root: Node, look: Lookup, heading: str, sql: str, key: int) -> None:
    root.add_section(heading, capped([Node(f"{i}{look.at(place)}") for i, place in look.rows(sql, key)]))


def _add_rows(root: Node, look: Lookup, sql: str, key: int) -> None:
    nodes = [
        Node(f"{i}{' (possibly)' if how == 'possible' else ''}{look.at(place)}")
        for i, how, place in look.rows(sql, key)
    ]
    root.add("consumers that depend on its rows", capped(nodes)) if nodes else root.add(
        "no consumer depends on its rows"
    )


def _add_parts(root: Node, look: Lookup, heading: str, sql: str, key: int) -> None:
    nodes = [
        Node(f"{i}: {status}, {reason}{look.at(place)}" if status else f"{i}{look.at(place)}")
        for i, status, reason, place in look.rows(sql, key)
    ]
    root.add_section(heading, capped(nodes, _MOST_PARTS))
