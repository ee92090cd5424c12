"""`trackplan lineage`: where data comes from and where it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.explain.lineage.walk import Direction, Lineage


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options as given."""

    where: base.Where
    subject: str
    directions: tuple[Direction, ...]
    depth: int | None
    format: str
    output: Path | None
    today: str


def run(options: Options) -> int:
    """Write the lineage of the subject."""
    from trackplan.commands.facts import open_facts
    from trackplan.explain.lineage import trace

    with open_facts(options.where, options.today).base as facts:
        found = trace(facts, options.subject, options.directions, options.depth)
    if options.output is None:
        base.repeatable()
    base.emit(_render(found, options), options.output)
    return ExitCode.CLEAN


def _render(found: Lineage, options: Options) -> str:
    from trackplan.explain import lineage
    from trackplan.formats import table
    from trackplan.formats.source import visible

    if options.format == "json":
        return table.as_json(lineage.as_data(found))
    if options.format == "dot":
        return lineage.as_dot(found)
    if options.format == "mermaid":
        return lineage.as_mermaid(found)
    text = lineage.as_tree(found, plain=options.output is None and not base.draws_lines())
    return "".join(visible(line) + "\n" for line in text.split("\n")[:-1])
