"""Tables → a workbook for spreadsheets (XLSX). Needs XlsxWriter; every text is text, never a formula or a link."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError
from trackplan.formats.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.formats.table import Cell

Sheet = tuple[str, "Sequence[str]", "Sequence[Sequence[Cell]]"]
_LONGEST, _LONGEST_NAME = 32_767, 31  # what a cell, and the name of a sheet, may hold
_WIDEST, _SLIMMEST = 60, 8


def workbook(sheets: Sequence[Sheet], today: str) -> bytes:
    """The workbook: for each sheet its name, heading and rows. Equal tables give equal bytes.

    Raises `TrackplanError` where XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        hint = "Install it beside trackplan: pip install 'trackplan[xlsx]'."
        raise TrackplanError("XLSX is written with XlsxWriter, which is not installed", hint) from error
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": datetime.fromisoformat(today), "comments": "written by trackplan"})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    body = book.add_format({"text_wrap": True, "valign": "top"})
    for name, columns, rows in sheets:
        sheet = book.add_worksheet(name[:_LONGEST_NAME])
        cells = [list(columns), *rows]
        for number, row in enumerate(cells):
            for at, cell in enumerate(row):
                _write(sheet, number, at, cell, body if number else head)
        for at in range(len(columns)):
            sheet.set_column(at, at, _wide([row[at] for row in cells]))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), max(len(columns) - 1, 0))
    book.close()
    return stream.getvalue()


def _write(sheet: object, row: int, column: int, cell: Cell, look: object) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell, look)  # type: ignore[attr-defined]
        return
    said = {None: "", True: "yes", False: "no"}.get(cell) if cell is None or isinstance(cell, bool) else str(cell)
    lines = "\n".join(visible(line) for line in (said or "").split("\n"))
    shown = lines if len(lines) <= _LONGEST else f"{lines[: _LONGEST - 1]}…"
    sheet.write_string(row, column, shown, look)  # type: ignore[attr-defined]


def _wide(cells: Sequence[Cell]) -> int:
    """How wide a column is, in characters."""
    longest = max((len(line) for cell in cells for line in str(cell).split("\n")), default=0)
    return max(_SLIMMEST, min(longest + 2, _WIDEST))
