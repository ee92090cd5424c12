"""Random pipelines: raw tables, models in layers and consumers, always SQL that DuckDB runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from tests.judge import changes
from tests.judge.cases import Case, load_tables
from tests.judge.expressions import TEXTS
from tests.judge.sources import NOTHING_FITS, quoted
from tests.judge.writing import Writer
from trackplan.proof.sql_text import is_query

if TYPE_CHECKING:
    pass

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
    ("items", "struct(sku varchar, n int)[]"),
    ("deep", "struct(a int, b struct(c varchar, d int))"),
    ("orders", "int"),
    ("visits", "struct(x int, y varchar)"),
    ("props", "json"),
    ("extra", "json"),
    ("params", "struct(key varchar, value struct(s varchar, i int))[]"),
    ("attributes", "map(varchar, varchar)"),
)
_SINK = (("c0", "INTEGER"), ("c1", "VARCHAR"), ("c2", "DOUBLE"), ("c3", "INTEGER"))
_LITERALS = "select 1, 3, 5, 6, " + ", ".join(f"'{text}'" for text in TEXTS)
_KEYS = {"step": "integer", "cart": "integer", "note": "text", "ignored": "text"}


@dataclass(slots=True)
class _Raw:
    """The tables of the warehouse, as text and by name."""

    ddl: list[str] = field(default_factory=list)
    json: dict[str, object] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    built: tuple[str, ...] = ()


def pipeline(seed: int, most: int = 11) -> Case:
    """Give the random pipeline of a seed; the same seed gives the same one. It has less than `most` models."""
    return compose(Random(seed), f"random/{seed}", seed, most)  # noqa: S311


def compose(chance: Random, name: str, seed: int, most: int = 11) -> Case:
    """Give the pipeline that `chance` chooses, on data made of `seed`.

    Each model and query is made of one drawn number, so that `chance` may be a strategy's and shrink.
    """
    raw = _tables(chance)
    case = Case(name, ";\n".join(raw.ddl), {}, json=raw.json, built=raw.built, literals=_LITERALS)
    connection = load_tables(case, seed)
    writer = Writer(chance, connection, list(raw.names))
    models: dict[str, str] = {}
    for index in range(chance.randrange(min(3, most - 1), most)):
        writer.chance = Random(chance.getrandbits(30))  # noqa: S311
        _add(writer, f"model_{index}", models, raw.built)
    queries: dict[str, str] = {}
    for index in range(chance.randrange(2, 5)):
        writer.chance = Random(chance.getrandbits(30))  # noqa: S311
        queries[f"query_{index}"] = writer.some()
    connection.close()
    return replace(case, queries=queries, models=models)


def _tables(chance: Random) -> _Raw:
    raw = _Raw()
    for table in chance.sample(_NAMES, chance.randrange(2, 5)):
        _table(chance, raw, table)
    if chance.random() < 0.15:  # the same name in another schema
        raw.ddl.insert(0, "create schema other")
        _table(chance, raw, f"other.{raw.names[0]}")
    if chance.random() < 0.25:
        raw.ddl.append(f"create table sink({', '.join(f'{name} {kind}' for name, kind in _SINK)})")
        raw.built = ("sink",)
    return raw


def _table(chance: Random, raw: _Raw, table: str) -> None:
    columns = [("item_id", "int"), *chance.sample(_COLUMNS, chance.randrange(4, 13))]
    raw.ddl.append(f"create table {table}({', '.join(f'{quoted(name)} {kind}' for name, kind in columns)})")
    raw.json |= {f"{table}.{name}": _KEYS for name, kind in columns if kind == "json"}
    raw.names.append(table)


def _add(writer: Writer, name: str, models: dict[str, str], built: tuple[str, ...]) -> None:
    """Add a model, and tell the writer what the later ones may read."""
    roll = writer.chance.random()
    if roll < 0.05:
        models[name], known = changes.function(writer, name)
        known.append(name)
    elif roll < 0.1 and (macro := changes.table_macro(writer, name)):
        models[name] = macro
        writer.calls.append(f"{name}({writer.chance.randrange(4)})")
    elif roll < 0.25 and built and built[0] not in writer.relations and (filled := _fill(writer, built[0])):
        models[name] = filled
        writer.relations += [built[0], built[0]]
    else:
        models[name] = changes.model(writer, name)
        # Later models prefer what earlier ones made, so that the layers get deep.
        writer.relations += [name, name]
    writer.connection.execute(_run(name, models[name]))


def _fill(writer: Writer, table: str) -> str | None:
    try:
        script = "; ".join(changes.filling(writer, table, list(_SINK)) for _ in range(writer.chance.randrange(1, 3)))
    except NOTHING_FITS:
        return None
    return script if changes.runs(writer.connection, table, script) else None


def _run(name: str, sql: str) -> str:
    return f"create table {name} as {sql}" if is_query(sql) else sql
