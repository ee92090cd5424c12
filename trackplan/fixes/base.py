"""What fixers work on and what they give."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trackplan.edits.document import Document
from trackplan.edits.text import EditError, offset_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trackplan.edits.spans import Entry, Span
    from trackplan.edits.text import Edit
    from trackplan.findings import Finding, Place, Report


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is to be mended: where it is, and the advice. `finding` is None for a problem that allows no run."""

    place: Place
    advice: str
    finding: Finding | None = None

    @classmethod
    def of(cls, finding: Finding) -> Flaw:
        """What is wrong as a rule tells it."""
        return cls(finding.place, finding.fix, finding)


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits of one file that mend some flaws, and what they do, as a heading.

    It is `safe` where nothing is said otherwise afterwards but what is surely meant.
    """

    path: str
    edits: tuple[Edit, ...]
    title: str
    flaws: tuple[Flaw, ...]
    safe: bool = True

    def unsafe(self) -> Fix:
        """The same, for somebody to look at."""
        return replace(self, safe=False)


@dataclass(slots=True)
class Bench:
    """The texts of a project's files, each read once, and the report whose findings are mended."""

    read: Callable[[str], str]
    report: Report | None = None
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def document(self, path: str) -> Document | None:
        """A YAML or JSON file; None where it cannot be edited."""
        if path not in self._documents:
            try:
                self._documents[path] = Document(self.read(path), path)
            except EditError:
                self._documents[path] = None
        return self._documents[path]

    def scalar(self, place: Place) -> tuple[Document, Entry, Span] | None:
        """The key or value that is written at a place, with its entry and document; None where there is none."""
        document = self.document(place.path)
        if document is None or not place.line:
            return None
        try:
            at = offset_of(document.text, place.line, place.column)
        except ValueError:
            return None
        for entry in _entries(document.root):
            for span in (entry.key, entry.value):
                if span is not None and span.kind == "scalar" and at in (span.start, span.content):
                    return document, entry, span
        return None


def _entries(root: Span) -> Iterator[Entry]:
    for span in root.walk():
        yield from span.entries
