"""A paper as Markdown, CSV or a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats.markdown import plain
from trackplan.formats.table import as_csv

if TYPE_CHECKING:
    from trackplan.processing.model import Paper


def csv(paper: Paper) -> str:
    """The table alone."""
    return as_csv(paper.columns, paper.rows)


def markdown(paper: Paper) -> str:
    """A section for each row, which reads better than a table of twenty columns."""
    lines = [f"# {paper.title}", "", *(f"{plain(sentence)}\n" for sentence in paper.said), _counted(paper), ""]
    for row in paper.rows:
        lines += [f"## {plain(row[0])}", "", f"| | {plain(row[1]) or ' '} |", "| --- | --- |"]
        pairs = zip(paper.columns[2:-1], row[2:-1], strict=True)  # the gaps stand where they are
        lines += [f"| {plain(name)} | {_lines(cell)} |" for name, cell in pairs if cell]
        lines.append("")
    return "\n".join(lines)


def _lines(cell: str) -> str:
    return "<br>".join(plain(line) for line in cell.split("\n"))


def _counted(paper: Paper) -> str:
    return f"**{plural(paper.gaps, 'gap')}.**" if paper.gaps else "**No gaps.**"


def workbook(paper: Paper, today: str) -> bytes:
    """The table as a sheet, the sentences on another. Raises `TrackplanError` where that cannot be written."""
    from trackplan.formats import sheets

    name = paper.title.partition("(")[0].strip()
    about = [(paper.title,), *((sentence,) for sentence in (*paper.said, f"{plural(paper.gaps, 'gap')}."))]
    return sheets.workbook([(name, paper.columns, paper.rows), ("About", about[0], about[1:])], today)
