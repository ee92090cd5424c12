"""The report as Markdown: what is to be decided, then all tables, of which very long ones are cut and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats.markdown import plain
from trackplan.report.page import words
from trackplan.report.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.formats.table import Cell
    from trackplan.report.model import Review
    from trackplan.report.tables import Table

_MOST = 1_000
_NUMBERS = (int, float)


def render(review: Review) -> str:
    """The report; equal reports give equal text."""
    return "\n".join(_lines(review)) + "\n"


def _lines(review: Review) -> Iterator[str]:
    title = f"{review.title}: what we collect, and why" if review.title else "What we collect, and why"
    yield f"# {plain(title)}"
    yield ""
    yield f"As of {review.today}, by {review.tool.name} {review.tool.version}."
    yield ""
    yield f"**{words.lead(review)}**"
    yield ""
    yield from (f"- {plain(note)}" for note in review.notes)
    for table in tables(review):
        if table.rows:
            yield from _table(table)
        elif table.name == "changes" and review.change:
            yield from ("", f"## {table.title}", "", f"Nothing is different since {plain(review.change.since)}.")


def _table(table: Table) -> Iterator[str]:
    # A column that says nothing in any row only makes the others narrow.
    said = [n for n, _ in enumerate(table.columns) if any(row[n] not in ("", None) for row in table.rows)]
    numbers = [all(_is_number(row[n]) for row in table.rows) for n in said]
    yield ""
    yield f"## {table.title}"
    yield ""
    yield f"| {' | '.join(table.columns[n] for n in said)} |"
    yield f"| {' | '.join('--:' if number else '---' for number in numbers)} |"
    for row in table.rows[:_MOST]:
        yield f"| {' | '.join(_cell(row[n]) for n in said)} |"
    if len(table.rows) > _MOST:
        yield ""
        yield f"{len(table.rows) - _MOST:,} more rows are left out here; `--format csv` has them."


def _is_number(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, _NUMBERS) and not isinstance(cell, bool))


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return plain(str(cell))
