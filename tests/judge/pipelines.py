"""Random pipelines: raw tables, models in layers and consumers, always SQL that DuckDB runs."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.judge.bench import ERRORS
from tests.judge.cases import Case, load_tables
from tests.judge.expressions import TEXTS, condition
from tests.judge.sources import quoted
from tests.judge.writing import Writer

if TYPE_CHECKING:
    import duckdb

_NAMES = ("orders", "visits", "users", "events", "returns")
_COLUMNS = (
    ("amount", "int"),
    ("quantity", "int"),
    ("user_id", "int"),
    ("order_id", "int"),
    ("rank", "int"),
    ("kind", "varchar"),
    ("note", "varchar"),
    ("source", "varchar"),
    ("Cart Value", "double"),
    ("price", "double"),
    ("ok", "boolean"),
    ("created_at", "timestamp"),
    ("day", "date"),
    ("tags", "varchar[]"),
    ("sizes", "int[]"),
    ("geo", "struct(x int, y int, city varchar)"),
    ("props", "json"),
    ("extra", "json"),
)
_LITERALS = "select 1, 3, 5, 6, " + ", ".join(f"'{text}'" for text in TEXTS)
_KEYS = {"step": "integer", "cart": "integer", "note": "text", "ignored": "text"}


def pipeline(seed: int) -> Case:
    """Give the random pipeline of a seed; the same seed gives the same one."""
    chance = Random(seed)  # noqa: S311
    tables = chance.sample(_NAMES, chance.randrange(2, 5))
    ddl: list[str] = []
    json: dict[str, object] = {}
    for table in tables:
        columns = [("item_id", "int"), *chance.sample(_COLUMNS, chance.randrange(4, 13))]
        ddl.append(f"create table {table}({', '.join(f'{quoted(name)} {kind}' for name, kind in columns)})")
        json |= {f"{table}.{name}": _KEYS for name, kind in columns if kind == "json"}
    case = Case(f"random/{seed}", ";\n".join(ddl), {}, json=json, literals=_LITERALS)
    connection = load_tables(case, seed)
    writer = Writer(chance, connection, list(tables))
    models: dict[str, str] = {}
    for index in range(chance.randrange(3, 11)):
        name = f"model_{index}"
        models[name] = _model(writer, name)
        connection.execute(_run(name, models[name]))
        # Later models prefer what earlier ones made, so that the layers get deep.
        writer.relations += [name, name]
    queries = {f"query_{index}": writer.some() for index in range(chance.randrange(2, 5))}
    connection.close()
    return replace(case, queries=queries, models=models)


def _model(writer: Writer, name: str) -> str:
    """A bare query most of the time, else a script that makes `name` itself."""
    query = writer.some()
    roll = writer.chance.random()
    if roll < 0.75:
        return query
    columns = writer.columns(query)
    if roll < 0.8:
        return f"create view {name} as {query}"
    listed = ", ".join(f"n{i}" for i in range(len(columns)))
    if roll < 0.85:
        return f"create view {name}({listed}) as {query}"
    typed = ", ".join(f"n{i} {kind}" for i, (_, kind) in enumerate(columns))
    if roll < 0.9:
        return f"create table {name}({typed}); insert into {name} {query}"
    script = f"create table {name} as {query}; {_change(writer, name, query)}"
    return script if _runs(writer.connection, name, script) else f"create table {name} as {query}"


def _change(writer: Writer, name: str, query: str) -> str:
    """A statement that changes a table after it was made."""
    chance = writer.chance
    refs = writer.refs(query, name)
    column = chance.choice(refs)
    same = [ref for ref in refs if ref.type == column.type]
    return chance.choice(
        (
            f"delete from {name} where {condition(chance, refs, 0)}",
            f"update {name} set {quoted(column.name)} = {chance.choice(same).text} where {condition(chance, refs, 0)}",
            f"insert into {name} by name select {quoted(column.name)} from {name} where {condition(chance, refs, 0)}",
        )
    )


def _run(name: str, sql: str) -> str:
    return sql if sql.startswith("create") else f"create table {name} as {sql}"


def _runs(connection: duckdb.DuckDBPyConnection, name: str, script: str) -> bool:
    connection.execute("begin")
    try:
        connection.execute(script)
        row = connection.execute(f"select count(*) from {name}").fetchone()
    except ERRORS:
        return False
    finally:
        connection.execute("rollback")
    return bool(row and row[0] > 2)
