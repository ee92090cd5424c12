"""Peers that give column lineage: a column counts as used if it is in the lineage of a consumer's output."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks.pieces import Piece, Used, doubted, pieces, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.judge.cases import Case

Column = tuple[str, str]
Edge = tuple[Column, Column]
Tables = dict[str, dict[str, str]]
STAR = "*"


def openlineage(case: Case) -> Used:
    """Ask openlineage-sql, statement by statement; stars, which it leaves out, take all of the tables it names."""
    import openlineage_sql

    def edges(piece: Piece, _tables: Tables) -> Iterable[Edge]:
        for sql in piece.created:
            told = openlineage_sql.parse([sql], dialect="duckdb")
            if told.errors:
                raise ValueError(told.errors[0])
            read = [table.qualified_name for table in told.in_tables]
            made = told.out_tables[0].qualified_name if told.out_tables else piece.name
            for item in told.column_lineage:
                for source in item.lineage:
                    origins = [source.origin.qualified_name] if source.origin else read
                    yield from (((origin, source.name), (made, item.descendant.name)) for origin in origins)
            if STAR in sql:
                yield from (((table, STAR), (made, STAR)) for table in read)

    return used_columns(case, edges)


def sqllineage(case: Case) -> Used:
    """Ask sqllineage, with the schema of the raw tables, file by file."""
    from sqllineage.core.metadata.dummy import DummyMetaDataProvider
    from sqllineage.runner import LineageRunner

    def edges(piece: Piece, tables: Tables) -> Iterable[Edge]:
        known = {name if "." in name else f"<default>.{name}": list(columns) for name, columns in tables.items()}
        provider = DummyMetaDataProvider(known)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runner = LineageRunner(";\n".join(piece.created), dialect="duckdb", metadata_provider=provider)
            for chain in runner.get_column_lineage(exclude_subquery_columns=True):
                names = [(_table(column), column.raw_name) for column in chain]
                yield from pairwise(names)

    return used_columns(case, edges)


def _table(column: object) -> str:
    parent = getattr(column, "parent", None)
    return str(parent).removeprefix("<default>.") if parent else ""


def used_columns(case: Case, edges: Callable[[Piece, Tables], Iterable[Edge]]) -> Used:
    """Follow lineage back from the consumers; what a peer cannot read may use all that it names."""
    tables, used, sources = schema(case), Used(), _Sources()
    for piece in pieces(case):
        try:
            for source, target in edges(piece, tables):
                sources.add(source, target)
            if piece.consumer:
                sources.wanted.add((piece.name, STAR))
        except Exception:  # whatever a peer raises on what it does not understand
            sources.wanted |= {(word, STAR) for word in doubted(piece, tables, used)}
    for table, column in sources.reached():
        for name in tables.get(table, ()):
            if column in (STAR, name.lower()):
                used.whole(table, name)
    return used


class _Sources:
    """Which columns feed which; `wanted` are those of consumers. A star stands for all columns of its relation."""

    def __init__(self) -> None:
        self._sources: dict[str, list[Edge]] = {}
        self.wanted: set[Column] = set()

    def add(self, source: Column, target: Column) -> None:
        """Note that `source` feeds `target`."""
        plain = ((source[0].lower(), source[1].lower()), (target[0].lower(), target[1].lower()))
        self._sources.setdefault(plain[1][0], []).append(plain)

    def reached(self) -> set[Column]:
        """Everything that feeds what is wanted."""
        done: set[Column] = set()
        waiting = list(self.wanted)
        while waiting:
            relation, column = waiting.pop()
            if (relation, column) in done:
                continue
            done.add((relation, column))
            for source, target in self._sources.get(relation, ()):
                # A star in a model hands on the column of the same name, and those that its lineage does not tell.
                if STAR in (column, target[1]) or column == target[1]:
                    name = column if source[1] == STAR and target[1] == STAR else source[1]
                    waiting.append((source[0], name))
        return done
