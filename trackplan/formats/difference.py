"""A change of what is collected, as text, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats.indented import indented
from trackplan.formats.markdown import plain
from trackplan.formats.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.difference import Change

_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": "~"}
_NEW = ("type", "sensitivity", "purposes")


def text(changes: Sequence[Change]) -> str:
    """A line for each change, and how many there are."""
    lines = [f"{_MARKS[c.action]} {c.kind} {visible(_named(c))}{_after(visible(_details(c)))}" for c in changes]
    return "\n".join([*lines, *([""] if lines else []), counted(changes)]) + "\n"


def markdown(changes: Sequence[Change]) -> str:
    """A table; what others have written in it is nothing but text."""
    head = ["### What is collected", "", f"**{counted(changes)}**"]
    rows = [f"| {c.action} | {c.kind} | {plain(_named(c))} | {plain(_details(c))} |" for c in changes]
    return "\n".join([*head, *(["", "| | | what | how |", "| --- | --- | --- | --- |", *rows] if rows else [])]) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    """Everything, in the shape of `schemas/difference.schema.json`."""
    listed = [
        {
            "action": c.action,
            "kind": c.kind,
            "id": c.id,
            "was": c.was,
            "guess": bool(c.was),
            "changes": {name: {"before": pair[0], "after": pair[1]} for name, pair in c.altered.items()},
        }
        for c in changes
    ]
    return indented({"version": 1, "changes": listed})


def counted(changes: Sequence[Change]) -> str:
    """`2 fields added, 1 event removed.`."""
    counts = Counter((change.kind, change.action) for change in changes)
    parts = [f"{plural(number, kind)} {action}" for (kind, action), number in sorted(counts.items())]
    return f"{', '.join(parts)}." if parts else "Nothing that is collected changes."


def _named(change: Change) -> str:
    return f"{change.id} (probably {change.was} before)" if change.was else change.id


def _details(change: Change) -> str:
    if change.action == "removed":
        return ""
    if change.action == "added":
        said = [f"{name} {change.after[name]}" for name in _NEW if change.after.get(name)]
        if change.kind == "field" and not change.after["purposes"]:
            said.append("no purpose")
        return ", ".join(said)
    pairs = change.altered.items()
    return ", ".join(f"{name}: {before or 'none'} → {after or 'none'}" for name, (before, after) in pairs)


def _after(details: str) -> str:
    return f": {details}" if details else ""
