"""Compiled texts → units: each with the relation that a model's file builds."""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.link.made import Made, Reads
from trackplan.link.program import Unit
from trackplan.link.relations import Registry
from trackplan.sql.records import Record, Select, Star, Statement, Union
from trackplan.sql.text import Lines


def units(registry: Registry, texts: Sequence[Sql], records: Sequence[Record]) -> list[Unit]:
    """The texts with what they were compiled to, and which relation each model's file builds by its name."""
    pairs = zip(texts, records, strict=True)
    found = [
        Unit(sql, record, Lines(sql.text, sql.place.path, sql.origin), consumer=sql.consumer) for sql, record in pairs
    ]
    for unit in found:
        registry.filled.update(s.target for s in unit.record.statements if isinstance(s, Statement))
    for unit in (unit for unit in found if _builds_by_name(unit.sql, unit.record)):
        place = Place(unit.sql.place.path)
        parts = unit.sql.relation or ("",)
        exact = registry.model(parts)
        declared, doubtful = ([exact], []) if exact else registry.buildable(parts)
        own = {s.target for s in unit.record.statements if isinstance(s, Statement)}
        theirs = [t for t in declared if t is not exact and t.parts in registry.filled and t.parts not in own]
        declared, doubtful = [table for table in declared if table not in theirs], [*doubtful, *theirs]
        one = declared[0] if len(declared) == 1 else None
        unit.relation = one or registry.add(parts, "model", place, declared=True)
        registry.call(unit.relation, [table.parts for table in doubtful])
        registry.write(parts, unit.relation)
        copied = registry.copies.get(id(one), []) if one is not None else declared
        unit.copies = [(table, unit.relation) for table in copied]
        unit.relation.place = unit.relation.place or place
    return found


def made(texts: Sequence[Sql], records: Sequence[Record]) -> Made:
    """What the files of models read and give."""
    return Made(lambda: _reads(texts, records))


def _reads(texts: Sequence[Sql], records: Sequence[Record]) -> dict[str, Reads]:
    found: dict[str, Reads] = {}
    for sql, record in zip(texts, records, strict=True):
        if sql.relation is not None and _builds_by_name(sql, record):
            known = found.setdefault(sql.relation[-1].lower(), Reads())
            for statement in record.statements:
                if isinstance(statement, Statement):
                    known.tables.update(tuple(p.lower() for p in s.parts) for s in statement.sources() if s.parts)
                    known.columns |= set() if statement.target else _outputs(statement, statement.scope, {})
    return found


def _outputs(statement: Statement, number: int, known: dict[int, set[str]]) -> set[str]:
    """The names of what a query gives; a star stands for what nobody knows here. `known` are those of others."""
    found = known.get(number)
    if found is None:
        found = known[number] = set()
        scope = statement.scopes[number] if number >= 0 else None
        if isinstance(scope, Union):
            found |= _outputs(statement, scope.members[0], known)
        elif isinstance(scope, Select):
            for output in scope.outputs:
                star = output.star
                if star is None:
                    found.add(output.name.lower() or "*")
                elif star != Star(star.source) or star.source == -1:
                    found.add("*")
                else:
                    for source in scope.sources if star.source is None else [scope.sources[star.source]]:
                        is_query = source.scope >= 0 and not source.columns
                        found |= _outputs(statement, source.scope, known) if is_query else {"*"}
        else:
            found.add("*")
    return found


def _builds_by_name(sql: Sql, record: Record) -> bool:
    """Whether a text has a bare query, or may have one, so that its file's name is the name of what it builds."""
    is_bare = any(not getattr(s, "target", ()) for s in record.statements)
    return sql.relation is not None and (is_bare or not sql.rendered)
