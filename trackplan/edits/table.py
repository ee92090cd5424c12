"""A CSV file whose rows can be taken out and whose cells can be set, while all else stays byte for byte."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from trackplan.edits.text import Edit, EditError, apply, position
from trackplan.findings import Place


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins, its first character, the one after its line break, its cells' ranges."""

    line: int
    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


class Table:
    """The text of a CSV file as it is. The delimiter is the one of `,`, `;` and tab that the header has most."""

    def __init__(self, text: str, path: str) -> None:
        """Find the rows. Raises `EditError` where a quote is never closed."""
        self.text = text
        self.path = path
        header = text.partition("\n")[0]
        self.delimiter = max(",;\t", key=header.count)
        self.rows = self._rows()

    def row_at(self, line: int) -> Row | None:
        """The row that begins on a line; None if there is none."""
        return next((row for row in self.rows if row.line == line), None)

    def remove(self, rows: list[Row]) -> list[Edit]:
        """The edits that take out these rows, with their lines. Raises `EditError`."""
        gone = {row.start for row in rows}
        edits = [Edit(row.start, row.end) for row in rows]
        expected = [self._values(row) for row in self.rows if row.start not in gone]
        return self._tried(edits, expected, rows)

    def set_cell(self, row: Row, column: int, value: str) -> list[Edit]:
        """The edits that give a cell of a row, counted from 0, another value. Raises `EditError`."""
        if column >= len(row.cells):
            raise self._unsafe(row.start, f"the row has no cell {column + 1}")
        start, end = row.cells[column]
        quoted = self.text[start : start + 1] == '"' or any(c in value for c in f'"\r\n{self.delimiter}')
        written = '"' + value.replace('"', '""') + '"' if quoted else value
        expected = [self._values(each) for each in self.rows]
        expected[self.rows.index(row)][column] = value
        return self._tried([Edit(start, end, written)], expected, [row])

    def _tried(self, edits: list[Edit], expected: list[list[str]], rows: list[Row]) -> list[Edit]:
        """The edits, once another reader of CSV finds in the edited text what is expected."""
        edited = apply(self.text, edits).removeprefix("\ufeff")
        found = list(csv.reader(io.StringIO(edited, newline=""), delimiter=self.delimiter))
        if [cells for cells in found if cells] != [cells for cells in expected if cells != [""]]:
            raise self._unsafe(rows[0].start if rows else 0, "this cannot be changed without changing something else")
        return edits

    def _values(self, row: Row) -> list[str]:
        return [self._value(self.text[start:end]) for start, end in row.cells]

    @staticmethod
    def _value(cell: str) -> str:
        return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell

    def _unsafe(self, offset: int, reason: str) -> EditError:
        line, column = position(self.text, offset)
        return EditError(Place(self.path, line, column, line, column + 1), reason)

    def _rows(self) -> list[Row]:
        rows, text = [], self.text
        at, line = int(text.startswith("\ufeff")), 1
        while at < len(text):
            start, cells = at, []
            while True:
                end = self._cell(at)
                cells.append((at, end))
                at = end + 1
                if text[end : end + 1] != self.delimiter:
                    break
            at = end + (2 if text.startswith("\r\n", end) else 1)
            at = min(at, len(text))
            rows.append(Row(line, start, at, tuple(cells)))
            line += text.count("\n", start, at)
        return rows

    def _cell(self, start: int) -> int:
        """Where the cell ends that begins at `start`."""
        text, at = self.text, start
        if text[at : at + 1] == '"':
            at += 1
            while True:
                at = text.find('"', at)
                if at < 0:
                    raise self._unsafe(start, "the quote that opens here is never closed")
                if text[at + 1 : at + 2] != '"':
                    break
                at += 2
            at += 1
            if text[at : at + 1] not in ("", "\r", "\n", self.delimiter):
                raise self._unsafe(at, "something follows the quote in this cell")
            return at
        while at < len(text) and text[at] not in ("\n", "\r", self.delimiter):
            at += 1
        return at
