"""`trackplan query`: read-only SQL on the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, RuleError
from trackplan.facts.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(rows=100_000, bytes=1_000_000)
_TABLES = "`trackplan schema facts` shows the tables and their columns."


def run(sql: str, where: base.Where, format_: str, output: Path | None, today: str) -> int:
    """Write the rows of the query."""
    from trackplan import engine
    from trackplan.commands.facts import open_facts
    from trackplan.formats import table

    with open_facts(where, today).base as facts:
        engine.register(facts)
        try:
            result = facts.query(sql, {}, LIMITS)
        except RuleError as error:
            raise RuleError(f"query: {error.message}", error.hint or _TABLES) from error
    if format_ == "csv":
        text = table.as_csv(result.columns, result.rows)
    elif format_ == "json":
        text = table.as_json(
            {"version": 1, "columns": list(result.columns), "rows": [list(row) for row in result.rows]}
        )
    else:
        text = table.aligned(result.columns, result.rows)
    if output is None:
        base.repeatable()
    base.emit(text, output)
    return ExitCode.CLEAN
