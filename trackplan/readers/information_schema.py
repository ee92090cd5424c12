"""An export of `information_schema.columns` (CSV) → the tables of a warehouse."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import names
from trackplan.documents import did_you_mean
from trackplan.errors import ReadError
from trackplan.facts.declared import Column, Table
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = "information-schema"
KIND = "warehouse"
NAMED_BY_ENTRY = False

_NEEDED = ("table_schema", "table_name", "column_name", "data_type")
_KNOWN = (*_NEEDED, "table_catalog", "ordinal_position", "comment")
_LONGEST = 1_000_000


class _Rows(Struct):
    """The columns of one table, each with its ordinal position or the number of its row."""

    place: Place
    columns: list[tuple[int, Column]] = []


def detect(head: str, path: str) -> int:
    """Sure of CSV: no other reader of tables takes it."""
    return 2 if head and path.endswith(".csv") else 0


def tables(text: str, path: str, dialect: str, relation: Sequence[str]) -> tuple[Table, ...]:
    """The tables of the export, in the order in which they come first; their columns by ordinal position.

    The names are those that the warehouse stores, so letter case counts as it does for quoted names. The delimiter is
    a comma, semicolon or tab, whichever the header has most. Raises `ReadError` for headers that are missing and for
    rows that have too few cells, all at once.
    """
    del relation
    header, _, _ = text.removeprefix("\ufeff").partition("\n")
    delimiter = max(",;\t", key=header.count)
    rows = _rows(text.removeprefix("\ufeff"), path, delimiter)
    titles = [title.strip().lower() for title in next(rows, (1, []))[1]]
    problems = [_missing(name, titles, path) for name in _NEEDED if name not in titles]
    if problems:
        raise ReadError(problems)
    found: dict[tuple[str, ...], _Rows] = {}
    for line, cells in rows:
        if not any(cells):
            continue
        if len(cells) < len(titles):
            message = f"this row has {len(cells)} cells, the header has {len(titles)}"
            problems.append(Problem(_line(path, line), message, "export the file again"))
            continue
        _add(found, dict(zip(titles, cells, strict=False)), _line(path, line), dialect)
    if problems:
        raise ReadError(problems)
    return tuple(
        Table(parts, "table", rows.place, True, tuple(c for _, c in sorted(rows.columns, key=lambda r: r[0])))
        for parts, rows in found.items()
    )


def _rows(text: str, path: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line in which it begins."""
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReadError([Problem(_line(path, line), f"this row is no CSV: {error}")]) from error


def _add(tables: dict[tuple[str, ...], _Rows], cells: dict[str, str], place: Place, dialect: str) -> None:
    path = (cells.get("table_catalog", ""), cells["table_schema"], cells["table_name"])
    parts = tuple(names.fold(part.strip(), True, dialect) for part in path if part.strip())
    name = cells["column_name"].strip()
    if not parts or not name:
        return
    rows = tables.setdefault(parts, _Rows(place))
    position = cells.get("ordinal_position", "").strip()
    column = Column(
        names.fold(name, True, dialect), place, cells["data_type"].strip(), cells.get("comment", "").strip()
    )
    rows.columns.append((int(position) if position.isdecimal() and len(position) < 10 else len(rows.columns), column))


def _missing(name: str, titles: list[str], path: str) -> Problem:
    hint = did_you_mean(name, [t for t in titles if t and t not in _KNOWN]) or f"the headers are {', '.join(_NEEDED)}"
    return Problem(_line(path, 1), f"the header '{name}' is missing", hint)


def _line(path: str, line: int) -> Place:
    return Place(path, line, 1, line, 2)
