"""Rows for people, programs and spreadsheets: aligned columns, JSON, CSV."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

from trackplan.formats.indented import indented
from trackplan.formats.source import visible, width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Cell = str | int | float | bytes | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 60


def aligned(columns: Sequence[str], rows: Sequence[Sequence[Cell]], longest: int = _LONGEST_CELL) -> str:
    """A table with a heading; numbers to the right; texts over `longest` characters are cut, marked by `…`."""
    cells = [[_shown(cell, longest) for cell in row] for row in rows]
    heading = [visible(column) for column in columns]
    widths = [max(map(width, column)) for column in zip(heading, *cells, strict=True)]
    numeric = [bool(rows) and all(row[i] is None or _is_number(row[i]) for row in rows) for i in range(len(columns))]
    lines = [_line(heading, widths, numeric), "  ".join("-" * wide for wide in widths)]
    lines += [_line(row, widths, numeric) for row in cells]
    return "\n".join(lines) + "\n"


def as_json(document: object) -> str:
    """JSON with an end of line; what JSON has no words for is written as text."""
    return indented(_plain(document))


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """CSV that no spreadsheet takes for formulas, where nothing is hidden: what looks like one gets a leading `'`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_safe(column) for column in columns])
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return stream.getvalue()


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for cell, wide, right in zip(cells, widths, numeric, strict=True):
        space = " " * (wide - width(cell))
        padded.append(space + cell if right else cell + space)
    return "  ".join(padded).rstrip()


def _shown(cell: Cell, longest: int) -> str:
    text = visible(_text(cell))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"x'{cell.hex()}'" if isinstance(cell, bytes) else str(cell)


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, bool | bytes) or cell is None:
        return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else _text(cell)
    if not isinstance(cell, str):
        return cell
    shown = cell if cell.isprintable() else "\n".join(map(visible, cell.split("\n")))
    return f"'{shown}" if cell.startswith(_FORMULA) else shown


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return _plain_mapping(value)
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _plain_mapping(value: Mapping[object, object]) -> dict[str, object]:
    return {str(key): _plain(item) for key, item in value.items()}
