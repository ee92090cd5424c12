"""Of which events and fields plans say something else than before, and in which cells of the facts that shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive import edited_plans

if TYPE_CHECKING:
    from trackplan.derive.edited import Declared
    from trackplan.derive.edited_plans import Said
    from trackplan.facts.reads import Cell

Path = tuple[str, ...]
Shown = tuple[Path, tuple[str, str]]
"""The path of a field in its event, `()` for the event itself, and a cell in which something else may be."""


class Compared(Struct):
    """`said` has what is said otherwise of events, by their ids; what is in `touched` may stand elsewhere too.

    Fields that came or went show in all `grown` cells.
    """

    grown: Collection[Cell]
    said: dict[str, set[Shown]] = {}
    touched: set[tuple[str, Path]] = set()

    def add(self, was: Declared, now: Declared, changed: Collection[str]) -> None:
        """Take on what a file declared and declares; `changed` are the ids of the events with other fields."""
        for old, new in zip(was.plans, now.plans, strict=True):
            for id_, one, other in edited_plans.pairs(old, new):
                (self._grown if id_ in changed else self._say)(id_, one, other)

    @property
    def cells(self) -> set[Cell]:
        """All cells in which something else may be."""
        return {cell for shown in self.said.values() for _, cell in shown}

    @property
    def paths(self) -> dict[Path, set[Cell]]:
        """The paths of all fields of which something else is said, each with the cells."""
        found: dict[Path, set[Cell]] = {}
        for shown in self.said.values():
            for path, cell in shown:
                if path:
                    found.setdefault(path, set()).add(cell)
        return found

    def _say(self, id_: str, old: Iterable[Said], new: Iterable[Said]) -> None:
        for one, other in zip(old, new, strict=True):
            cells = edited_plans.cells(one, other)
            if cells:
                self.said.setdefault(id_, set()).update((other.path, cell) for cell in cells)
            if cells or one.said.place != other.said.place:
                self.touched.add((id_, other.path))

    def _grown(self, id_: str, old: Iterable[Said], new: Iterable[Said]) -> None:
        """All of an event with other fields is another."""
        before, now = ({said.path: said for said in found} for found in (old, new))
        shown = self.said.setdefault(id_, set())
        for path in before.keys() | now.keys():
            one, other = before.get(path), now.get(path)
            same = one is not None and other is not None and edited_plans.alike(one, other)
            cells = edited_plans.cells(one, other) if same and one and other else self.grown
            shown.update((path, cell) for cell in cells)
            self.touched.add((id_, path))


def touches(cells: Collection[Cell], cell: Cell) -> bool:
    """Whether one of some cells is this one; a cell may stand for all of its table."""
    return cell in cells or (cell[0], "*") in cells or (cell[1] == "*" and any(cell[0] == each[0] for each in cells))
