"""A user's own rows as one more data set: files named by table. No value of theirs is told, not in errors either."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb

from trackplan.proof.setting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READERS = {
    ".csv": "read_csv(?, all_varchar = true, header = true)",
    ".parquet": "read_parquet(?)",
    ".json": "read_json(?)",
    ".jsonl": "read_json(?)",
    ".ndjson": "read_json(?)",
}
_MOST = 1000
Rows = list[tuple[Any, ...]]


class SampleError(Exception):
    """A sample that cannot be used: the file, and what is wrong with it."""


def load(folder: Path, tables: Mapping[str, Mapping[str, str]]) -> dict[str, Rows]:
    """Table → its first thousand rows. Raises `SampleError` with the file and what is wrong with it."""
    if not folder.is_dir():
        raise SampleError(f"{folder.as_posix()} is no folder")
    found: dict[str, Rows] = {}
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise SampleError(f"{path.as_posix()}: a sample is a file of {', '.join(_READERS)}")
        table = _table(path, tables)
        if table in found:
            raise SampleError(f"{path.as_posix()}: there is another sample of {_told(table)}")
        found[table] = _rows(path, reader, table, tables[table])
    if not found:
        raise SampleError(f"{folder.as_posix()} holds no sample; name the files by table, like orders.csv")
    return found


def _table(path: Path, tables: Mapping[str, object]) -> str:
    """The table that a file is named by: by all of its name, or by the end of it where that is one table's alone."""
    wanted = path.name.removesuffix(path.suffix).lower()
    fits = [name for name in tables if _told(name).lower() == wanted or _told(name).lower().endswith(f".{wanted}")]
    exact = [name for name in fits if _told(name).lower() == wanted]
    if len(exact or fits) == 1:
        return (exact or fits)[0]
    if fits:
        raise SampleError(f"{path.as_posix()} may be {' or '.join(map(_told, sorted(fits)))}; name its schema, too")
    raise SampleError(f"{path.as_posix()}: the project has no table of that name")


def _told(table: str) -> str:
    return table.replace("__", ".", 1) if "__" in table.partition(".")[0] else table


def _rows(path: Path, reader: str, table: str, columns: Mapping[str, str]) -> Rows:
    with duckdb.connect(config={"threads": 1}) as connection:
        source = f"FROM {reader}"
        try:
            described = connection.execute(f"DESCRIBE SELECT * {source}", [str(path)]).fetchall()
        except duckdb.Error as error:
            raise SampleError(f"{path.as_posix()} cannot be read as {path.suffix[1:].upper()}") from error
        there = {str(row[0]).lower(): str(row[0]) for row in described}
        known = {column.lower() for column in columns}
        _check(path, table, sorted(set(there) - known), sorted(known - set(there)))
        rows: list[list[Any]] = []
        for column, kind in columns.items():
            item = f"CAST({quote(there[column.lower()])} AS {kind})"
            try:
                found = connection.execute(f"SELECT {item} {source} LIMIT {_MOST}", [str(path)]).fetchall()
            except duckdb.Error as error:
                raise SampleError(f"{path.as_posix()}: column {column} holds what is no {kind}") from error
            rows.append([row[0] for row in found])
    return list(zip(*rows, strict=True))


def _check(path: Path, table: str, more: list[str], less: list[str]) -> None:
    if more:
        raise SampleError(f"{path.as_posix()}: {_told(table)} has no column {more[0]}")
    if less:
        raise SampleError(f"{path.as_posix()} lacks the column {less[0]} of {_told(table)}")


def masked(message: str) -> str:
    """An error without what follows its kind: databases quote values in their errors."""
    kind = re.search(r"\b[A-Z][a-z]+ Error(?=:)", message)
    return f"{kind[0] if kind else 'it fails'} on the sample"
