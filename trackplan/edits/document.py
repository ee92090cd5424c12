"""A YAML or JSON file whose entries can be taken out, renamed, set and added, while all else stays byte for byte.

Every edit is tried before it is given: the edited text is read again, and must say what it said but for that edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.edits import json_spans, writing, yaml_spans
from trackplan.edits.removal import RefusedError, removal
from trackplan.edits.spans import Entry, Span, inside
from trackplan.edits.text import Edit, apply, offset_of, ordered, position
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.edits.text import EditError


class Document:
    """The text of a file as it is, byte order mark and all, and where each of its values is written."""

    def __init__(self, text: str, path: str) -> None:
        """Read the text, as JSON by the name `.json`, else as YAML. Raises `EditError` where it cannot be read."""
        self.path = path
        self.json = path.endswith(".json")
        self._mark = int(text.startswith("\ufeff"))
        self.text = text[self._mark :]
        self.root = self._read(self.text)
        self._spans = list(self.root.walk())

    def entry(self, *way: str | int) -> Entry | None:
        """The entry at the end of a way of keys and numbers of items; None if it is not written there."""
        span, entry = self.root, None
        for step in way:
            if isinstance(step, int):
                entry = span.entries[step] if span.kind == "list" and step < len(span.entries) else None
            else:
                entry = next((e for e in span.entries if e.key is not None and e.key.text == step), None)
            if entry is None:
                return None
            span = entry.value
        return entry

    def entry_at(self, line: int, column: int) -> Entry | None:
        """The innermost entry whose key, or whose value where it has none, begins at a place as readers give it."""
        try:
            at = offset_of(self.text, line, column)
        except ValueError:
            return None
        for span in reversed(self._spans):
            for entry in span.entries:
                begins = (entry.key.start, entry.key.content) if entry.key else (entry.start, entry.value.content)
                if at in begins:
                    return entry
        return None

    def remove(self, entries: Iterable[Entry], *, everywhere: bool = False) -> list[Edit]:
        """The edits that take out these entries and nothing else.

        What lies behind an anchor goes for all its aliases: that must be meant, by `everywhere`. Raises `EditError`.
        """
        gone = _outermost(list(entries))
        self._check_aliases(gone, everywhere=everywhere)
        holders = {id(entry.holder): entry.holder for entry in gone}
        try:
            edits = [
                edit
                for holder in holders.values()
                for edit in removal(self.text, holder, [e for e in gone if e.holder is holder])
            ]
        except RefusedError as error:
            raise self.unsafe(error.offset, error.reason) from error
        return self._tried(edits, self.root.data(frozenset(map(id, gone))), gone[0].start if gone else 0)

    def rename(self, entry: Entry, name: str) -> list[Edit]:
        """The edits that give an entry of a mapping another key. Raises `EditError`."""
        key = entry.key
        if key is None or key.kind != "scalar":
            raise self.unsafe(entry.start, "this has no key that could be renamed")
        taken = next((e for e in entry.holder.entries if e is not entry and e.name == name), None)
        if taken is not None:
            raise self.unsafe(taken.start, f"the key '{name}' is there already")
        self._check_shared([entry])
        written = writing.scalar(name, key.style, json=self.json)
        return self._replaced(key, Edit(key.content, key.end, written))

    def set_value(self, entry: Entry, value: writing.Value) -> list[Edit]:
        """The edits that give an entry another value. Raises `EditError`."""
        old = entry.value
        if old.kind in ("mapping", "list") and not old.flow:
            raise self.unsafe(old.start, "this value spans several lines; it is not replaced by machine")
        self._check_aliases([entry], everywhere=False)
        if isinstance(value, str):
            written = writing.scalar(value, old.style, json=self.json)
        else:
            written = writing.value(value, json=self.json)
        start, end = (old.content, old.end) if old.kind != "alias" else (old.start, old.end)
        if start == end and not old.anchor and not old.tag:
            written = (": " if entry.key is not None and self.text[end - 1] != ":" else " ") + written
        return self._replaced(old, Edit(start, end, written))

    def add(self, holder: Span, key: str | None, value: writing.Value) -> list[Edit]:
        """The edits that add an entry at the end of a mapping, or with no key an item to a list. Raises `EditError`."""
        if (holder.kind, key is None) not in (("mapping", False), ("list", True)):
            raise self.unsafe(holder.start, "nothing can be added here")
        if key is not None and any(entry.name == key for entry in holder.entries):
            raise self.unsafe(holder.start, f"the key '{key}' is there already")
        if holder.parent is not None:
            self._check_shared([Entry(None, holder, holder)])
        try:
            edit = writing.addition(self.text, holder, key, value, json=self.json)
        except RefusedError as error:
            raise self.unsafe(error.offset, error.reason) from error
        fresh = self._read(apply(self.text, [edit]))
        added = _counterpart(self.root, fresh, holder).entries[-1:]
        if fresh.data(frozenset(map(id, added))) != self.root.data():
            raise self.unsafe(holder.start, "nothing can be added here without changing something else")
        return self._shifted([edit])

    def unsafe(self, offset: int, reason: str) -> EditError:
        """What tells why nothing is edited, and where."""
        return yaml_spans.unsafe(self.text, self.path, offset, reason)

    def place(self, entry: Entry) -> Place:
        """Where an entry is written, its first line."""
        line, column = position(self.text, entry.start)
        return Place(self.path, line, column, line, column + 1)

    def _read(self, text: str) -> Span:
        return json_spans.read(text, self.path) if self.json else yaml_spans.read(text, self.path)

    def _check_aliases(self, gone: Sequence[Entry], *, everywhere: bool) -> None:
        going = {id(span) for entry in gone for part in (entry.key, entry.value) if part for span in part.walk()}
        for alias, anchored in self._aliases():
            if id(alias) not in going and id(anchored) in going:
                raise self.unsafe(alias.start, f"the alias '*{alias.text}' needs what would be changed")
        if not everywhere:
            self._check_shared(gone, going)

    def _check_shared(self, entries: Sequence[Entry], going: set[int] | frozenset[int] = frozenset()) -> None:
        """Refuse to change what an alias repeats elsewhere."""
        around = {id(step.value): step for entry in entries for step in inside(entry) if step is not entry}
        for alias, anchored in self._aliases():
            if id(alias) not in going and id(anchored) in around:
                raise self.unsafe(
                    alias.start, f"the alias '*{alias.text}' repeats this here, where it would change too"
                )

    def _aliases(self) -> list[tuple[Span, Span]]:
        anchors: dict[str, Span] = {}
        found = []
        for span in self._spans:
            if span.anchor:
                anchors[span.anchor] = span
            if span.kind == "alias" and span.text in anchors:
                found.append((span, anchors[span.text]))
        return found

    def _replaced(self, span: Span, edit: Edit) -> list[Edit]:
        """One edit of one value, which leaves all others as they are."""
        fresh = self._read(apply(self.text, [edit]))
        other = _counterpart(self.root, fresh, span)
        blank = (span.kind, span.text, span.style, span.entries)
        span.kind, span.text, span.style, span.entries = other.kind, other.text, other.style, other.entries
        try:
            same = self.root.data() == fresh.data()
        finally:
            span.kind, span.text, span.style, span.entries = blank
        if not same:
            raise self.unsafe(span.start, "this cannot be changed without changing something else")
        return self._shifted([edit])

    def _tried(self, edits: list[Edit], expected: object, at: int) -> list[Edit]:
        if self._read(apply(self.text, edits)).data() != expected:
            raise self.unsafe(at, "this cannot be taken out without changing something else")
        return self._shifted(edits)

    def _shifted(self, edits: list[Edit]) -> list[Edit]:
        return [Edit(e.start + self._mark, e.end + self._mark, e.text) for e in ordered(self.text, edits)]


def _outermost(entries: list[Entry]) -> list[Entry]:
    going = {id(entry): entry for entry in entries}
    return [e for e in going.values() if not any(id(step) in going for step in inside(e) if step is not e)]


def _counterpart(root: Span, fresh: Span, span: Span) -> Span:
    """What stands in another reading of the text where `span` stands in `root`; its root where that is gone."""
    pairs = [(root, fresh)]
    while pairs:
        old, new = pairs.pop()
        if old is span:
            return new
        for mine, other in zip(old.entries, new.entries, strict=False):
            if mine.key is span and other.key is not None:
                return other.key
            pairs.append((mine.value, other.value))
    return fresh
