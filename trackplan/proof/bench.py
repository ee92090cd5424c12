"""A pipeline on a DuckDB in memory: raw tables that can be swapped for changed ones, models, consumers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from trackplan.proof import shapes
from trackplan.proof.sql_text import Unit, is_ordered, unit, words_of
from trackplan.proof.values import cell

if TYPE_CHECKING:
    from trackplan.proof.shapes import Shape

Result = tuple[tuple[str, ...], tuple[str, ...]]
ERRORS = (duckdb.Error, UnicodeDecodeError)


class BuildError(Exception):
    """A model or consumer does not run on the unchanged data."""


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column of a raw table with its unchanged values."""

    name: str
    type: str
    shape: Shape
    values: list[Any]


@dataclass(slots=True)
class Bench:
    """A loaded pipeline. `raw` holds the raw tables by id, `units` the models in the order in which they build."""

    connection: duckdb.DuckDBPyConnection
    consumers: dict[str, str]
    raw: dict[str, list[RawColumn]] = field(default_factory=dict)
    built: tuple[str, ...] = ()
    units: list[Unit] = field(default_factory=list)
    ordered: dict[str, bool] = field(default_factory=dict)
    baseline: dict[str, Result] = field(default_factory=dict)
    digests: dict[str, object] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)

    def build(self) -> None:
        """Build everything and keep each consumer's result. Raises BuildError, also where a second run differs."""
        for name, query in self.consumers.items():
            self.ordered[name] = is_ordered(self.connection, query)
        self._build(self.units)
        for name in self.consumers:
            self.baseline[name] = self.result(name)
        self.digests = {model.name: self._digest(model) for model in self.units}
        self._build(self.units)
        for name in self.consumers:
            if self.result(name) != self.baseline[name]:
                message = f"{name}: the result differs from run to run"
                raise BuildError(message)

    def result(self, name: str) -> Result:
        """Run a consumer: its column names, and its rows (sorted unless it orders them). Raises BuildError."""
        try:
            cursor = self.connection.execute(self.consumers[name])
            rows = [repr(_rounded(row)) for row in cursor.fetchall()]
        except ERRORS as error:
            message = f"{name}: {error}"
            raise BuildError(message) from error
        names = tuple(column[0] for column in cursor.description or ())
        return names, tuple(rows if self.ordered[name] else sorted(rows))

    def downstream(self, table: str) -> tuple[list[Unit], list[str]]:
        """Give the models and consumers that may depend on a raw table."""
        dirty = {_last(table)}
        chosen: set[str] = set()
        while True:
            # Files that write one table are built together.
            more = [u for u in self.units if u.name not in chosen and (u.words | u.writes) & dirty]
            if not more:
                break
            chosen |= {u.name for u in more}
            dirty |= {name for u in more for name in u.writes}
        consumers = [name for name, query in self.consumers.items() if words_of(query) & dirty]
        return [u for u in self.units if u.name in chosen], consumers

    def swap(self, table: str, changed: list[tuple[RawColumn, list[Any]]]) -> None:
        """Put a copy of a raw table in its place in which some columns have other values."""
        lists, replaced = [], []
        for index, (column, values) in enumerate(changed):
            items = ", ".join(cell(value, column.shape, column.type) for value in values)
            lists.append(f"unnest([{items}]::{column.type}[]) AS c{index}")
            replaced.append(f'v.c{index} AS "{column.name}"')
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {_quote(table)} AS SELECT g.* REPLACE ({', '.join(replaced)}) "
            f"FROM {_gold(table)} g POSITIONAL JOIN (SELECT {', '.join(lists)}) v"
        )

    def without(self, table: str, column: str) -> None:
        """Put a copy of a raw table in its place that lacks one column."""
        self.connection.execute(
            f'CREATE OR REPLACE TABLE {_quote(table)} AS SELECT * EXCLUDE ("{column}") FROM {_gold(table)}'
        )

    def restore(self, table: str, units: list[Unit]) -> None:
        """Undo `swap` or `without`, and build `units` anew."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {_quote(table)} AS FROM {_gold(table)}")
        self._build(units)
        self.stale.clear()

    def rerun(self) -> None:
        """Build everything on the raw tables as they are; what fails on them stays as it was."""
        self._empty_built(self.units)
        for model in self.units:
            with suppress(BuildError):
                self._run(model)

    def restore_all(self) -> None:
        """Undo whatever was done to any raw table, and build everything anew."""
        for table in self.raw:
            self.restore(table, [])
        self._build(self.units)

    def rebuild(self, table: str, units: list[Unit]) -> set[str] | None:
        """Build those of `units` that a changed table may change; give the names that did, None if one fails.

        A model that comes out as before stops the search: what reads it stays as it is.
        """
        dirty = {_last(table)}
        self._empty_built(units)
        for model in units:
            if model.bare and not (model.words & dirty or model.name in self.stale):
                continue
            self.stale.add(model.name)
            try:
                self._run(model)
            except BuildError:
                self.stale |= {unit.name for unit in units}
                return None
            if self._digest(model) == self.digests[model.name] is not None:
                self.stale.discard(model.name)
            else:
                dirty |= model.writes
        return dirty

    def _build(self, units: list[Unit]) -> None:
        self._empty_built(units)
        for model in units:
            self._run(model)

    def _empty_built(self, units: list[Unit]) -> None:
        """Empty the tables of the warehouse that `units` fill anew; a bare query replaces its table, if it is run."""
        written = {name for model in units if not model.bare for name in model.writes}
        for table in self.built:
            if _last(table) in written:
                self.connection.execute(f"DELETE FROM {_quote(table)}")

    def _digest(self, model: Unit) -> object:
        """Sum up the rows of a model's table in their order; None for anything but a bare query."""
        if model.made or not model.bare:
            return None
        name = _quote(model.name)
        query = f"SELECT count(*), sum((hash(judged)::hugeint % 1000003) * (rowid + 1)) FROM {name} AS judged"
        return self.connection.execute(query).fetchone()

    def _run(self, model: Unit) -> None:
        try:
            for kind, name in reversed(model.made):
                self.connection.execute(f"DROP {'MACRO' if kind == 'function' else kind} IF EXISTS {name}")
            for statement in model.statements:
                self.connection.execute(statement)
        except ERRORS as error:
            message = f"{model.name}: {error}"
            raise BuildError(message) from error


def open_bench(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, str],
    consumers: dict[str, str],
    built: tuple[str, ...] = (),
) -> Bench:
    """Take the filled tables of `connection` as raw data, find the order of the models and build them.

    `built` are tables of the warehouse that models fill. Raises BuildError.
    """
    bench = Bench(connection, consumers, built=built)
    connection.execute("CREATE SCHEMA judge_gold")
    for table in tables(connection):
        if table in built:
            continue
        relation = connection.table(_quote(table))
        rows = relation.fetchall()
        connection.execute(f"CREATE TABLE {_gold(table)} AS FROM {_quote(table)}")
        bench.raw[table] = [
            _raw_column(name, kind, [row[index] for row in rows])
            for index, (name, kind) in enumerate(zip(relation.columns, relation.types, strict=True))
        ]
    views = connection.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall()
    macros = connection.execute(
        "SELECT function_name, macro_definition FROM duckdb_functions() WHERE NOT internal AND macro_definition <> ''"
    ).fetchall()
    standing = [Unit(name, (), words_of(sql), frozenset([name.lower()])) for name, sql in views + macros]
    bench.units = standing + _in_order(bench, [unit(name, sql) for name, sql in models.items()])
    bench.build()
    return bench


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Give the ids of all tables, `schema.table` or just `table` in the main schema."""
    rows = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name <> 'judge_gold' ORDER BY ALL"
    ).fetchall()
    return [name if schema == "main" else f"{schema}.{name}" for schema, name in rows]


def _rounded(value: Any) -> Any:
    """Forget the last digits of floats: they depend on the order in which they are added up."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple | list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def _raw_column(name: str, kind: Any, values: list[Any]) -> RawColumn:
    shape = shapes.of_type(kind)
    decoded = [shapes.decode(value, shape) for value in values]
    return RawColumn(name, str(kind), shapes.seen(decoded) if shape.kind == "json" else shape, decoded)


def _in_order(bench: Bench, waiting: list[Unit]) -> list[Unit]:
    """Build each model as soon as what it reads is there."""
    done: list[Unit] = []
    while waiting:
        later, problem = [], None
        for model in waiting:
            bench.connection.execute("BEGIN")
            try:
                bench._run(model)
            except BuildError as error:
                bench.connection.execute("ROLLBACK")
                later.append(model)
                problem = error
            else:
                bench.connection.execute("COMMIT")
                done.append(model)
        if problem and len(later) == len(waiting):
            raise problem
        waiting = later
    return done


def _quote(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _last(table: str) -> str:
    return table.rpartition(".")[2].lower()


def _gold(table: str) -> str:
    return f'judge_gold."{table}"'
