"""`trackplan inventory`: every field, raw column and unmet need."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode, TrackplanError

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.inventory import Row

_KINDS = ("field", "column", "need")
_STATUSES = ("keep", "idle", "undeclared", "waste", "unknown", "gap")
_LISTS = ("consumers", "models", "use_cases", "needs", "landing")
_HEADING = ("status", "used", "kind", "id", "consumers", "models", "use cases")
_USED = {True: "yes", False: "no", None: "?"}


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    where: base.Where
    format: str
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Write the rows that are asked for."""
    from trackplan import inventory
    from trackplan.commands.facts import open_facts

    kinds = _chosen("--kind", options.kinds, _KINDS)
    statuses = _chosen("--status", options.statuses, _STATUSES)
    with open_facts(options.where, options.today).base as facts:
        rows = [r for r in inventory.rows(facts) if r["kind"] in kinds and r["status"] in statuses]
    if options.output is None:
        base.repeatable()
    base.emit(_render(rows, options.format), options.output)
    if not rows and options.format == "table":
        sys.stderr.write("Nothing matches.\n")
    return ExitCode.CLEAN


def _chosen(option: str, given: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    from trackplan.documents.base import did_you_mean

    chosen = base.words(given)
    for word in chosen:
        if word not in known:
            noun = option.removeprefix("--")
            raise TrackplanError(f"{option}: there is no {noun} {word!r}", did_you_mean(word, known))
    return chosen or known


def _render(rows: list[Row], format_: str) -> str:
    from trackplan.formats import table

    if format_ == "json":
        return table.as_json({"version": 1, "rows": rows})
    if format_ == "csv":
        columns = ("id", "kind", "status", "used", "reason", "shadow", *_LISTS, "classes", "path", "line", "column")
        return table.as_csv(columns, [_csv_row(row) for row in rows])
    cells = [
        (
            row["status"] + (" shadow" if row["shadow"] else ""),
            _USED[row["used"]],
            row["kind"],
            row["id"],
            len(row["consumers"]),
            len(row["models"]),
            ", ".join(row["use_cases"]),
        )
        for row in rows
    ]
    return table.aligned(_HEADING, cells) if cells else ""


def _csv_row(row: Row) -> list[str | int | bool | None]:
    place = row["place"]
    lists = (row["consumers"], row["models"], row["use_cases"], row["needs"], row["landing"])
    return [
        row["id"],
        row["kind"],
        row["status"],
        row["used"],
        row["reason"],
        row["shadow"],
        *("; ".join(items) for items in lists),
        "; ".join(f"{group} {number}" for group, number in row["classes"].items()),
        *((place["path"], place["line"], place["column"]) if place else ("", None, None)),
    ]
