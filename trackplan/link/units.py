"""Compiled texts → units: each with the relation that a model's file builds."""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.link.program import Unit
from trackplan.link.relations import Registry, Relation
from trackplan.sql.records import Record, Statement
from trackplan.sql.text import Lines

Parts = tuple[str, ...]


def units(registry: Registry, texts: Sequence[Sql], records: Sequence[Record]) -> list[Unit]:
    """The texts with what they were compiled to, and which relation each model's file builds by its name."""
    pairs = zip(texts, records, strict=True)
    found = [
        Unit(sql, record, Lines(sql.text, sql.place.path, sql.origin), consumer=sql.consumer) for sql, record in pairs
    ]
    reads: dict[str, set[Parts]] = {}
    named = [u for u in found if u.sql.relation is not None and (_builds_by_name(u.record) or not u.sql.rendered)]
    for unit in named:
        reads.setdefault(_own(unit)[-1].lower(), set()).update(_read(unit.record))
    registry.let_be_any(reads)
    for unit in named:
        place = Place(unit.sql.place.path)
        parts = _own(unit)
        exact = registry.exactly(parts)
        declared = [exact] if exact else _declared(registry, parts, reads)
        one = declared[0] if len(declared) == 1 else None
        unit.relation = one or registry.add(parts, "model", place, declared=True)
        unit.copies = declared if one is None else []
        unit.relation.place = unit.relation.place or place
    return found


def _builds_by_name(record: Record) -> bool:
    """Whether a text has a bare query, so that its file's name is the name of what it builds."""
    return any(not getattr(s, "target", ()) for s in record.statements)


def _own(unit: Unit) -> Parts:
    return unit.sql.relation or ("",)


def _read(record: Record) -> set[Parts]:
    return {
        source.parts
        for statement in record.statements
        if isinstance(statement, Statement)
        for source in statement.sources()
        if source.parts
    }


def _declared(registry: Registry, parts: Parts, reads: dict[str, set[Parts]]) -> list[Relation]:
    """The tables in some schema that a model called `parts` may build.

    A table that the model itself reads, directly or through other models, is what it is made from: `orders.sql` that
    reads `raw.orders` builds another `orders`.
    """
    candidates = [r for r in registry.find(parts) if not r.source]
    pending = list(reads.get(parts[-1].lower(), ()))
    seen = set(pending)
    while pending and candidates:
        current = pending.pop()
        behind = registry.find(current)
        candidates = [c for c in candidates if all(c is not r for r in behind)]
        if not behind or len(current) == 1:
            fresh = reads.get(current[-1].lower(), set()) - seen
            seen |= fresh
            pending.extend(fresh)
    return candidates
