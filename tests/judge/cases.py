"""Cases of SQL: small pipelines, one file per feature, that execution and trackplan both judge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml

from trackplan.proof import data, shapes
from trackplan.proof.bench import Bench, open_bench, tables
from trackplan.proof.data import FEW, PLAIN, TWINS
from trackplan.proof.shapes import Shape
from trackplan.proof.values import Pool

__all__ = ["FEW", "MORE", "PLAIN", "TWINS", "Case", "Data", "json_columns", "load", "load_tables", "prepare"]
FOLDER = Path(__file__).parent.parent / "soundness" / "cases"
_KEYS = {"ddl", "models", "queries", "json", "built", "rows", "used", "unused", "unknown", "only"}


@dataclass(frozen=True, slots=True)
class Case:
    """A pipeline as text.

    `json` gives the shape of JSON columns (`table.column`), `built` names the tables that models fill. `literals` is
    SQL whose literals the data holds, in place of the case's own; `values` are all that it holds. `used`, `unused` and
    `unknown` are columns whose verdict is laid down because execution cannot show it.
    """

    name: str
    ddl: str
    queries: dict[str, str]
    models: dict[str, str] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)
    built: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    rows: int = 40
    literals: str = ""
    values: Pool | None = None

    @property
    def sql(self) -> str:
        """All of its SQL except the DDL."""
        return "\n".join([*self.models.values(), *self.queries.values()])

    @property
    def pool(self) -> Pool:
        """The values that its data is made of."""
        return self.values or Pool.of(self.literals or self.sql)


def load(folder: Path = FOLDER) -> list[Case]:
    """Read every case of every feature; a case is named `feature/case`. Raises ValueError for an unknown key."""
    return [case for path in sorted(folder.glob("*.yml")) for case in _read(path)]


def _read(path: Path) -> list[Case]:
    cases: list[Case] = []
    body: dict[str, Any]
    for name, body in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        unknown = set(body) - _KEYS
        if unknown:
            message = f"{path.name}: {name}: unknown key {sorted(unknown)}"
            raise ValueError(message)
        lists = {key: tuple(body.get(key, ())) for key in ("built", "used", "unused", "unknown")}
        cases.append(Case(f"{path.stem}/{name}", **{**body, **lists}))
    return cases


@dataclass(frozen=True, slots=True)
class Data:
    """A data set of other `values` and size than a case asks for. What hashes gives few values: they meet others."""

    seed: int
    rows: int
    values: Pool

    def of(self, case: Case) -> Case:
        """The case with this data."""
        texts = ", ".join(f"'{text}'" for text in self.values.texts)
        hashing = f"create macro md5(value) as [{texts}][1 + (hash(value) % {len(self.values.texts)})::int]"
        return replace(case, ddl=f"{case.ddl};\n{hashing}", rows=self.rows, values=self.values)


_TWO = Pool(("web", "a"), (2, 5), nulls=0.3, shuffled=True)
_FIVE = Pool(("web", "app", "a", "7"), (1, 2, 3, 5, 6), nulls=0.03, shuffled=True)
_GAPS = replace(_FIVE, nulls=0.4)
MORE = (
    Data(TWINS, 5, _TWO),
    Data(11, 8, _TWO),
    Data(12, 12, _FIVE),
    Data(13, 25, _GAPS),
    Data(14, 20, _FIVE),
)
"""Data sets in which all values are few, so that almost everything meets, ties and repeats."""


def prepare(case: Case, seed: int | Data) -> tuple[Bench, Pool]:
    """Load a case with generated data and build it. Raises BuildError and DuckDB's errors of the DDL."""
    if isinstance(seed, Data):
        case, seed = seed.of(case), seed.seed
    return open_bench(load_tables(case, seed), case.models, case.queries, case.built), case.pool


def load_tables(case: Case, seed: int) -> duckdb.DuckDBPyConnection:
    """Make the raw tables of a case and fill them. Raises DuckDB's errors."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("PRAGMA disable_optimizer")
    connection.execute(case.ddl)
    for table in tables(connection):
        if table not in case.built:
            _fill(connection, table, case, seed)
    return connection


def json_columns(case: Case) -> list[tuple[str, str, Shape]]:
    """Give table, column and shape of each JSON column of a case. Raises DuckDB's errors."""
    if "json" not in case.ddl.lower():  # a database takes a while to open
        return []
    with duckdb.connect(":memory:") as connection:
        connection.execute(case.ddl)
        return [
            (table, name, shape)
            for table in tables(connection)
            for name, shape in _columns(connection, table, case)
            if shape.kind == "json"
        ]


def _columns(connection: duckdb.DuckDBPyConnection, table: str, case: Case) -> list[tuple[str, Shape]]:
    relation = connection.table(_quoted(table))
    columns = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        shape = shapes.of_type(kind)
        if shape.kind == "json":
            shape = shapes.of_json(case.json.get(f"{table}.{name}", {"k": "text", "n": "integer"}))
        columns.append((name, shape))
    return columns


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _fill(connection: duckdb.DuckDBPyConnection, table: str, case: Case, seed: int) -> None:
    data.fill(connection, table, _columns(connection, table, case), case.pool, seed, case.rows)
