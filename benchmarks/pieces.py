"""A judged case cut into the statements that a peer is given, and what a peer says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from trackplan.proof.sql_text import is_query, unit, words_of

if TYPE_CHECKING:
    from tests.judge.cases import Case
    from tests.judge.truth import Subject

Path = tuple[str, ...]
_VIEW = re.compile(r"\s*create\s+(?:or\s+replace\s+)?view\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: its statements, the names that they write in lower case, and whether it is a bare query."""

    name: str
    statements: tuple[str, ...]
    bare: bool
    writes: frozenset[str]
    consumer: bool = False

    @property
    def created(self) -> tuple[str, ...]:
        """Its statements, with a bare query as the table that it builds."""
        return (f"CREATE TABLE {self.name} AS {self.statements[0]}",) if self.bare else self.statements


@dataclass(slots=True)
class Used:
    """What a peer says is used: whole columns, and paths inside columns of which only these are used."""

    columns: set[tuple[str, str]] = field(default_factory=set)
    paths: dict[tuple[str, str], set[Path]] = field(default_factory=dict)

    def whole(self, table: str, column: str) -> None:
        """Note a column as used with all that is inside it."""
        self.columns.add((table.lower(), column.lower()))

    def inside(self, table: str, column: str, path: Path) -> None:
        """Note one path inside a column as used."""
        self.paths.setdefault((table.lower(), column.lower()), set()).add(tuple(name.lower() for name in path))

    def holds(self, subject: Subject) -> bool:
        """Whether a column, or a key inside one, counts as used."""
        key = (subject.table.lower(), subject.column.lower())
        if key in self.columns:
            return True
        asked = tuple(name.lower() for name in subject.path)
        return any(path[: len(asked)] == asked or asked[: len(path)] == path for path in self.paths.get(key, ()))


def pieces(case: Case) -> list[Piece]:
    """The views of a case's warehouse, its models in their order, then its consumers."""
    views = [s.query for s in duckdb.extract_statements(case.ddl) if _VIEW.match(s.query)]
    models = [_piece(f"view_{index}", sql, consumer=False) for index, sql in enumerate(views)]
    models += [_piece(name, sql, consumer=False) for name, sql in case.models.items()]
    return models + [_piece(name, sql, consumer=True) for name, sql in case.queries.items()]


def schema(case: Case) -> dict[str, dict[str, str]]:
    """The columns of a case's raw tables with their types."""
    connection = duckdb.connect(":memory:")
    connection.execute(case.ddl)
    rows = connection.execute("SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()").fetchall()
    connection.close()
    found: dict[str, dict[str, str]] = {}
    for space, table, column, kind in rows:
        found.setdefault(table if space == "main" else f"{space}.{table}", {})[column] = kind
    return found


def doubted(piece: Piece, tables: dict[str, dict[str, str]], used: Used) -> set[str]:
    """What a peer does not understand may use everything it names: note its tables, and give all of its words."""
    words = words_of("\n".join(piece.statements))
    for table, columns in tables.items():
        if table.rpartition(".")[2].lower() in words:
            for column in columns:
                used.whole(table, column)
    return set(words)


def _piece(name: str, sql: str, *, consumer: bool) -> Piece:
    statements = tuple(s.query.strip().rstrip(";") for s in duckdb.extract_statements(sql) if s.query.strip(" \n;"))
    return Piece(name, statements, is_query(sql), unit(name, sql).writes, consumer)
