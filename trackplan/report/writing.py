"""The report in one of its formats, as text or as files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from trackplan.edits import disk
from trackplan.errors import TrackplanError
from trackplan.formats import sheets
from trackplan.formats.source import UNSAFE
from trackplan.formats.table import as_csv
from trackplan.report import markdown, page
from trackplan.report.tables import inventory, tables

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.report.model import Review
    from trackplan.report.tables import Table


def text(review: Review, name: str) -> str:
    """The report in a format that is one text; as CSV it is the inventory alone."""
    if name == "csv":
        return _csv(inventory(review))
    return {"html": page.render, "markdown": markdown.render, "json": as_json}[name](review)


def write(review: Review, name: str, target: Path) -> None:
    """Write the report to a file; as CSV to a folder, unless the name is that of a CSV file.

    Raises `TrackplanError` where that is not possible.
    """
    if name == "xlsx":
        sheets_ = [(table.title, table.columns, table.rows) for table in tables(review) if table.rows]
        disk.write(target, sheets.workbook(sheets_, review.today))
    elif name == "csv" and target.suffix.lower() != ".csv":
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or "no reason is given").lower()
            hint = "CSV goes to a folder, with a file for each table, or to a file whose name ends in .csv."
            raise TrackplanError(f"cannot write {target.as_posix()}: {reason}", hint) from error
        for table in tables(review):
            disk.write(target / f"{table.name}.csv", _csv(table).encode("utf-8", "backslashreplace"))
    else:
        disk.write(target, text(review, name).encode("utf-8", "backslashreplace"))


def as_json(review: Review) -> str:
    """JSON in the shape of `schemas/report.schema.json`; what could steer a terminal is written as an escape."""
    said = msgspec.json.format(msgspec.json.encode(review), indent=1).decode()
    return UNSAFE.sub(_escape, said) + "\n"


def headline(review: Review) -> str:
    """The report in half a line."""
    score = next(each for each in review.metrics if each.id == "minimization_score")
    told = score.text if score.value is not None else "not known"
    waste = review.quadrants["waste"]
    return f"Minimization score {told}, {waste:,} {'field or column' if waste == 1 else 'fields and columns'} can go"


def _csv(table: Table) -> str:
    return as_csv(table.columns, table.rows)


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    return sign if sign == "\n" else f"\\u{ord(sign):04x}"
