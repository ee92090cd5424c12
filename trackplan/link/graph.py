"""The graph that linking builds: containers (relations and scopes) with columns, and edges between these.

An edge says: whoever asks for this column depends on that one. Strengths are ordered, a chain is as strong as its
weakest edge: `NAMED` for names written out, `STAR` for what only a `*` takes, `POSSIBLE` where a name may mean another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from trackplan.link.relations import Relation
from trackplan.sql.records import NOWHERE, Span

NAMED, STAR, POSSIBLE = 3, 2, 1
ROWS = -1
"""The key of a container's rows: which there are, how often, in what order."""

Key = int | frozenset[str]
"""A column by its position, `ROWS`, or every column but those named in the set."""

ALL: frozenset[str] = frozenset()


class Edge(NamedTuple):
    """From a column (or rows) of one container to another. See `records.Ref` for `path`, `into` and `clear`."""

    container: int
    key: Key
    path: str
    into: str
    clear: bool
    strength: int


@dataclass(slots=True)
class Container:
    """Columns by position with what they depend on. `open` containers take on whatever name they are asked for.

    `written` tells which item of the select list a column is, for those that no star brings. `perhaps` are
    texts that were not understood and may write to it.
    """

    number: int
    relation: Relation | None = None
    open: bool = False
    names: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    starred: list[bool] = field(default_factory=list)
    edges: list[list[Edge] | None] = field(default_factory=list)
    rows: list[Edge] = field(default_factory=list)
    index: dict[str, list[int]] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    perhaps: dict[int, None] = field(default_factory=dict)

    def add(self, name: str, span: Span = NOWHERE, starred: bool = False) -> int:
        """Add a column; its edges are still to be found."""
        position = len(self.names)
        self.names.append(name)
        self.spans.append(span)
        self.starred.append(starred)
        self.edges.append(None)
        if name:
            self.index.setdefault(name.lower(), []).append(position)
        return position

    def positions(self, name: str) -> list[int]:
        """Where `name` stands: with its exact letter case if there is one, else in any."""
        found = self.index.get(name.lower(), [])
        if len(found) > 1:
            return [p for p in found if self.names[p] == name] or found
        return found
