"""What a project says → a pipeline that DuckDB can run on made-up data, and what of it cannot be run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.names import join_id
from trackplan.proof import shapes
from trackplan.proof.pipeline import Pipeline
from trackplan.sql.duck import duckdb_query, duckdb_type, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackplan.facts.declared import Consumer, Sql, Table
    from trackplan.inputs import Inputs
    from trackplan.proof.shapes import Shape
    from trackplan.prune.world import World

_GUESSES = (
    (re.compile(r"(?:^|_)(?:at|on|time|day)$|(?:date|datetime|timestamp)(?:__c)?$"), "TIMESTAMP"),
    (re.compile(r"^(?:is|has)_|^is(?:deleted|active|closed|won|primary)$"), "BOOLEAN"),
)
_KINDS = {"integer": "integer", "number": "number", "boolean": "boolean", "string": "text"}


def runnable(world: World, read: Inputs) -> Pipeline:
    """The pipeline of a project as it is."""
    models, consumers, skipped = _statements(read)
    tables: dict[str, dict[str, str]] = {}
    for column in sorted(world.columns.values(), key=lambda c: (c.relation, c.key)):
        relation = world.relations[column.relation]
        name = name_of(relation.parts)
        if len(column.path) == 1 and name not in models and relation.kind in ("table", "seed", "snapshot"):
            tables.setdefault(name, {})[column.path[0]] = _type(world, column.key)
    known = {*tables, *models}
    consumers |= _takers(read.consumers, known)
    return Pipeline(tables, models, consumers, _shapes(world), _aliases(read.tables, known), skipped)


def changed(pipeline: Pipeline, before: Inputs, after: Inputs) -> Pipeline:
    """The pipeline once the files say something else."""
    models, consumers, skipped = _statements(after)
    old, new = _declared(before.tables), _declared(after.tables)
    tables: dict[str, Mapping[str, str]] = {}
    for name, columns in pipeline.tables.items():
        if name in old and name not in new:
            continue
        gone = old.get(name, set()) - new.get(name, set())
        tables[name] = {column: kind for column, kind in columns.items() if column.lower() not in gone}
    consumers |= _takers(after.consumers, {*tables, *models})
    return Pipeline(tables, models, consumers, pipeline.shapes, pipeline.aliases, skipped)


def _statements(read: Inputs) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Models, consumers, and why some cannot be run."""
    models: dict[str, str] = {}
    consumers: dict[str, str] = {}
    skipped: dict[str, str] = {}
    texts: dict[tuple[bool, str], list[Sql]] = {}
    for sql in read.sql:
        name = name_of(sql.relation) if sql.relation is not None else id_of(sql)
        texts.setdefault((sql.relation is not None, name), []).append(sql)
    for (built, name), ways in texts.items():
        way = _first_way(name, ways)
        if way is None:
            skipped[name] = "it has several statements, or its template becomes several texts"
        elif not way.rendered or way.unclear:
            skipped[name] = way.unclear[1] if way.unclear else "it is not rendered"
        else:
            try:
                (models if built else consumers)[name] = duckdb_query(way.text, way.dialect)
            except ValueError as error:
                skipped[name] = str(error)
    return models, consumers, skipped


def _first_way(name: str, ways: list[Sql]) -> Sql | None:
    """The text to run. Of an incremental model's two, the one that builds it from nothing: it does not read itself."""
    if len(ways) == 1:
        return ways[0]
    own = name.rpartition(".")[2].lower()
    fresh = [sql for sql in ways if own not in words(sql.text)]
    alone = len({sql.place.path for sql in ways}) == 1 and len(fresh) == 1 and fresh[0].relation is not None
    return fresh[0] if alone else None


def _takers(consumers: Iterable[Consumer], known: set[str]) -> dict[str, str]:
    """Consumers that say which relations they take, as queries."""
    found = {}
    for consumer in consumers:
        for number, taken in enumerate(consumer.takes):
            if taken.columns == ():
                continue
            name = next((n for n in sorted(known) if n.rpartition(".")[2].lower() == taken.parts[-1].lower()), None)
            if name is not None:
                columns = "*" if taken.columns is None else ", ".join(f'"{column}"' for column in taken.columns)
                suffix = f" ({number + 1})" if number else ""
                quoted = ".".join(f'"{part}"' for part in name.split("."))
                found[_id(consumer) + suffix] = f"SELECT {columns} FROM {quoted}"  # noqa: S608 - runs on made-up data
    return found


def id_of(sql: Sql) -> str:
    """The id of the consumer whose query it is; '' for a model."""
    return "" if sql.consumer is None else _id(sql.consumer)


def _id(consumer: Consumer) -> str:
    return join_id((consumer.kind, consumer.name))


def name_of(parts: Sequence[str] | None) -> str:
    """A relation's name with at most one schema, since all is in one database."""
    parts = parts or ()
    return parts[-1] if len(parts) < 2 else f"{'__'.join(parts[:-1])}.{parts[-1]}"


def _type(world: World, key: int) -> str:
    column = world.columns[key]
    if not column.type and any(c.parent == key for c in world.columns.values()):
        return "JSON"
    if not column.type:
        return next((kind for pattern, kind in _GUESSES if pattern.search(column.path[0].lower())), "VARCHAR")
    return duckdb_type(column.type, world.project.dialect)


def _declared(tables: Iterable[Table]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table in tables:
        if table.kind in ("table", "seed", "snapshot"):
            found.setdefault(name_of(table.parts), set()).update(column.name.lower() for column in table.columns)
    return found


def _aliases(tables: Iterable[Table], known: set[str]) -> dict[str, str]:
    return {
        name_of(alias): name_of(table.parts)
        for table in tables
        for alias in table.aliases
        if name_of(table.parts) in known and name_of(alias) not in known
    }


def _shapes(world: World) -> dict[tuple[str, str], Shape]:
    """What JSON columns hold, as far as keys are known."""
    inner: dict[int, list[int]] = {}
    for column in world.columns.values():
        if column.parent is not None:
            inner.setdefault(column.parent, []).append(column.key)
    return {
        (name_of(world.relations[world.columns[key].relation].parts), world.columns[key].path[0]): _shape(
            world, key, inner
        )
        for key in inner
        if len(world.columns[key].path) == 1
    }


def _shape(world: World, key: int, inner: Mapping[int, list[int]]) -> Shape:
    kinds = {world.fields[field].type for field in world.landed.get(key, ())}
    members = tuple((world.columns[c].path[-1], _shape(world, c, inner)) for c in inner.get(key, ()))
    if members:
        shape = shapes.Shape("json", members)
        return shapes.Shape("list", (("", shape),)) if any("array" in kind for kind in kinds) else shape
    if any("array" in kind for kind in kinds):
        return shapes.Shape("list", (("", shapes.Shape("text")),))
    return shapes.Shape(next((_KINDS[kind] for kind in sorted(kinds) if kind in _KINDS), "text"))
