"""A statement once it is linked: what it gives and takes, in terms of the tables that it reads and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from trackplan.findings import Place
from trackplan.link.edges import Edge
from trackplan.link.flatten import Flattener
from trackplan.link.program import Block, Table
from trackplan.link.resolve import Resolver
from trackplan.link.scopes import Scopes
from trackplan.link.structs import TABLES, Layout


class Unknown(Struct, array_like=True, gc=False):
    """A name that was not resolved for sure: why, and where it stands (as in `Place`)."""

    reason: str
    name: str
    place: tuple[int, int, int, int]


class Linked(Struct, array_like=True):
    """What a statement gives: `columns` as they are called in `names`, `rows`, and where it is `open`, the `rest`.

    Edges lead to slots, whose numbers begin with `first`. Slots have the columns of their tables first, then those in
    `asks`, each with whether somebody was sure of it. `questions` are columns that are only taken for possible since
    nobody knows whether the open table has them. `layouts` are those of columns of which edges do not tell all members.
    """

    names: list[str]
    starred: list[bool] | None
    open: bool
    columns: list[Sequence[Edge]]
    rows: Sequence[Edge]
    rest: list[tuple[int, int | frozenset[str], str, int, bool, str]]
    first: int
    asks: list[list[tuple[str, bool]]]
    unknowns: list[Unknown]
    references: int
    spelled: dict[str, str]
    questions: list[tuple[int, str]]
    layouts: dict[int, Layout] = {}

    @property
    def unclear(self) -> int:
        """How many names were not resolved for sure."""
        return len({(unknown.place, unknown.name) for unknown in self.unknowns})

    def positions(self, name: str, index: dict[str, list[int]]) -> Sequence[int]:
        """Where `name` stands: with its exact letter case if there is one, else in any."""
        found = index.get(name.lower(), ())
        return [p for p in found if self.names[p] == name] or found if len(found) > 1 else found

    def index(self) -> dict[str, list[int]]:
        """The positions of each lower-case name."""
        found: dict[str, list[int]] = {}
        for position, name in enumerate(self.names):
            if name:
                found.setdefault(name.lower(), []).append(position)
        return found


def link(block: Block, scopes: Scopes, tables: Sequence[Table], wanted: Iterable[tuple[str, bool]]) -> Linked:
    """Link a statement whose scopes are known; it is asked for the columns `wanted` besides those it has."""
    linked, finish = begin(block, scopes, tables, wanted)
    finish()
    return linked


def begin(
    block: Block, scopes: Scopes, tables: Sequence[Table], wanted: Iterable[tuple[str, bool]]
) -> tuple[Linked, Callable[[], None]]:
    """A statement with its names resolved, and what has to be called for its columns, rows and rest."""
    resolver = resolved(block, scopes, tables, wanted)
    first, root = scopes.count, scopes.frames[scopes.root]
    asks: list[list[tuple[str, bool]]] = []
    for slot, number in enumerate(block.slots):
        frame = scopes.frames[first + slot]
        known = len(tables[number].frame.names)
        asks.append([(name, name.lower() in frame.index) for name in frame.names[known:]])
    lines = block.unit.lines
    linked = Linked(
        names=root.names,
        starred=root.starred,
        open=root.open,
        columns=[],
        rows=[],
        rest=[],
        first=first,
        asks=asks,
        unknowns=[Unknown(reason, name, _ends(lines.place(span))) for reason, name, span in resolver.unknowns],
        references=resolver.references,
        spelled=resolver.spelled,
        questions=sorted(resolver.lookup.open_questions),
    )

    def finish() -> None:
        linked.columns, linked.rows, linked.rest = Flattener(resolver).run()
        if resolver.members and not root.open:
            found = {position: resolver.structs.of(scopes.root, position) for position in range(len(linked.columns))}
            linked.layouts = {position: layout for position, layout in found.items() if layout and layout != TABLES}

    return linked, finish


def resolved(
    block: Block, scopes: Scopes, tables: Sequence[Table], wanted: Iterable[tuple[str, bool]], *, noting: bool = False
) -> Resolver:
    """The statement with every name resolved, and with the uses of columns if `noting`."""
    built = [(r := tables[number].relation) is None or r.built for number in block.slots]
    resolver = Resolver(scopes, built, noting=noting)
    resolver.run(wanted)
    return resolver


def _ends(place: Place) -> tuple[int, int, int, int]:
    return place.line, place.column, place.end_line, place.end_column
