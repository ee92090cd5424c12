"""How much of what could speak against a proposal was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

_READ = "SELECT kind, subjects, statements, understood FROM evidence WHERE configured ORDER BY rowid"


def evidence(base: FactBase) -> tuple[str, ...]:
    """For each kind of input how much was read, and how many of its statements were understood."""
    found = []
    for row in base.fetch(_READ):
        kind, subjects, statements, understood = map(str, row)
        share = f", {understood} of {statements} statements understood" if statements != "0" else ""
        found.append(f"{kind.replace('_', ' ')}: {subjects} read{share}")
    return tuple(found)
