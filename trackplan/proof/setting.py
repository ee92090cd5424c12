"""A database in memory for a stranger's pipeline: no files, no network, no extensions, little memory, little time."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import duckdb

from trackplan.proof import data, shapes
from trackplan.proof.bench import ERRORS, Bench, BuildError, open_bench
from trackplan.proof.sql_text import unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.proof.pipeline import Pipeline
    from trackplan.proof.values import Pool

_ROWS = 40
_SECONDS = 10.0
_TICK = 0.5


def opened(
    connection: duckdb.DuckDBPyConnection, models: dict[str, str], consumers: dict[str, str], failed: dict[str, str]
) -> Bench:
    """The bench with all that gives the same each time."""
    while True:
        try:
            return open_bench(connection, models, consumers, tuple(models))
        except BuildError as error:
            name = next((n for n in (*consumers, *models) if str(error).startswith(f"{n}: ")), "")
            if not name:
                raise
            failed[name] = short(str(error).removeprefix(f"{name}: "))
            consumers.pop(name, None)
            models.pop(name, None)
            connection.execute("DROP SCHEMA judge_gold CASCADE")


class Watched:
    """A connection that knows when its last statement began, so that one which takes too long can be ended."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.since = math.inf

    def execute(self, *given: object) -> object:
        """Run a statement. Raises DuckDB's errors."""
        self.since = time.monotonic()
        return self._connection.execute(*given)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


_MACROS = (
    "dbt_date_between(a, b) AS unnest(generate_series(TIMESTAMP '2026-01-01', TIMESTAMP '2026-02-09', INTERVAL 1 DAY))",
    "try_to_timestamp_ntz(a) AS try_cast(a AS TIMESTAMP)",
    "to_timestamp_ntz(a) AS try_cast(a AS TIMESTAMP)",
)
"""What other dialects call by names that the translation leaves as they are; days are those that are made up."""


def database() -> duckdb.DuckDBPyConnection:
    """An empty database."""
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"})
    for setting in ("enable_external_access = false", "autoload_known_extensions = false", "lock_configuration = true"):
        connection.execute(f"SET {setting}")
    for macro in _MACROS:
        connection.execute(f"CREATE MACRO {macro}")
    return cast("duckdb.DuckDBPyConnection", Watched(connection))


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """End each statement that takes too long."""
    done = threading.Event()
    watched = cast("Watched", connection)

    def watch() -> None:
        while not done.wait(_TICK):
            if time.monotonic() - watched.since > _SECONDS:
                connection.interrupt()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()
        watched.since = math.inf


def make(
    connection: duckdb.DuckDBPyConnection,
    pipeline: Pipeline,
    table: str,
    columns: Mapping[str, str],
    pool: Pool,
    seed: int,
) -> None:
    """Create a table and fill it. Raises DuckDB's errors, and `KeyError` for types whose values nobody makes up."""
    schema, _, _ = table.rpartition(".")
    if schema:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    declared = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {quote(table)} ({declared})")
    if seed == data.SAMPLE and table in pipeline.sample:
        marks = ", ".join("?" for _ in columns)
        for row in pipeline.sample[table]:
            connection.execute(f"INSERT INTO {quote(table)} VALUES ({marks})", row)
        return
    relation = connection.table(quote(table))
    made = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        shape = shapes.of_type(kind)
        made.append((name, pipeline.shapes.get((table, name), shape) if shape.kind == "json" else shape))
    data.fill(connection, table, made, pool, seed, _ROWS)


def alias(connection: duckdb.DuckDBPyConnection, other: str, name: str) -> None:
    """Let a table go by another name, too."""
    schema, _, _ = other.rpartition(".")
    if schema:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    meant = quote(name if "." in name else f"main.{name}")
    connection.execute(f"CREATE OR REPLACE VIEW {quote(other)} AS FROM {meant}")


def buildable(connection: duckdb.DuckDBPyConnection, pipeline: Pipeline, failed: dict[str, str]) -> dict[str, str]:
    """The models that build, in an order in which they do; they are there afterwards."""
    waiting = {name: text for name, text in pipeline.models.items() if name not in failed}
    done = {}
    while waiting:
        errors = {}
        for name, text in waiting.items():
            try:
                if "." in name:
                    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name.rpartition(".")[0]}"')
                for statement in unit(name, text).statements:
                    connection.execute(statement)
                for other, meant in pipeline.aliases.items():
                    if meant == name:
                        alias(connection, other, name)
            except ERRORS as error:
                errors[name] = short(str(error))
            else:
                done[name] = text
        if len(errors) == len(waiting):
            failed.update(errors)
            break
        waiting = {name: waiting[name] for name in errors}
    return done


def runnable(connection: duckdb.DuckDBPyConnection, pipeline: Pipeline, failed: dict[str, str]) -> dict[str, str]:
    """The consumers that run, and give the same a second time."""
    found = {}
    for name, text in pipeline.consumers.items():
        if name in failed:
            continue
        try:
            results = [sorted(map(repr, connection.execute(text).fetchall())) for _ in range(2)]
        except ERRORS as error:
            failed[name] = short(str(error))
            continue
        if results[0] == results[1]:
            found[name] = text
        else:
            failed[name] = "its result differs from run to run"
    return found


def short(message: str) -> str:
    """The first line of an error."""
    if message.startswith("INTERRUPT"):
        return f"it takes longer than {_SECONDS:g} seconds"
    return message.split("\n")[0][:200]


def quote(name: str) -> str:
    """A name, each of its parts in quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
