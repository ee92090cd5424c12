"""What is drafted so far: entries that go from documents, edits of others, new files, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.edits.patch import Change
from trackplan.edits.text import Edit, EditError, ordered

if TYPE_CHECKING:
    from trackplan.edits.document import Document
    from trackplan.edits.spans import Entry
    from trackplan.prune.world import World


@dataclass(slots=True)
class Draft:
    """The changes, sorted by path, and what stands in the way of making them by machine, with its place."""

    changes: tuple[Change, ...] = ()
    blockers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Desk:
    """Where changes are gathered, until all are made at once."""

    world: World
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    spared: dict[str, list[Edit]] = field(default_factory=dict)
    blockers: list[str] = field(default_factory=list)

    def document(self, path: str) -> Document:
        """A file to be edited. Raises `EditError` or `ReadError`."""
        return self.world.document(path)

    def edit(self, path: str, edits: list[Edit]) -> None:
        """Note edits of a file."""
        self.edits.setdefault(path, []).extend(edits)

    def remove(self, path: str, entry: Entry) -> None:
        """Note an entry that goes."""
        self.entries.setdefault(path, []).append(entry)

    def spare(self, path: str, edit: Edit) -> None:
        """Note an edit that is left out where another one takes that text away, or a part of it."""
        self.spared.setdefault(path, []).append(edit)

    @property
    def empty(self) -> bool:
        """Whether nothing has been noted."""
        return not (self.entries or self.edits or self.new)

    def finished(self) -> Draft:
        """All that was noted, as changes that fit together."""
        changes = []
        for path, entries in self.entries.items():
            try:
                self.edit(path, self.document(path).remove(entries, everywhere=True))
            except EditError as error:
                self.blockers.append(str(error))
        for path, spared in self.spared.items():
            made = self.edits.get(path, [])
            self.edit(path, [e for e in spared if not any(e.start < m.end and m.start < e.end for m in made)])
        for path, edits in self.edits.items():
            if not edits:
                continue
            try:
                text = self.world.text(path)
                changes.append(Change(path, text, tuple(ordered(text, edits))))
            except ValueError:
                self.blockers.append(f"{path}: several of its changes meet in one place")
        changes += [Change.new(path, text) for path, text in self.new.items()]
        return Draft(tuple(sorted(changes, key=lambda c: c.path)), sorted(set(self.blockers)))
