"""What the dictionary says → its pages in Markdown, by their paths below its folder."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats.markdown import code, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.dictionary.entries import Entry, Thing

MARK = "<!-- Made by `trackplan dictionary`: change the plan, the use case or the table, then make it again. -->"
INDEX = "README.md"
_TABLES = "tables"
_MEANINGS = {
    "keep": "needed and used",
    "idle": "a use case needs it, nobody uses it yet",
    "undeclared": "used, but no use case needs it",
    "waste": "neither needed nor used: it can go",
    "unknown": "nobody can say whether it is used",
}
# Names that mean devices on some systems.
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_HEADING = ("field", "type", "what it is", "why", "who uses it", "category", "kept for", "status")
_MOST_VALUES = 20


def pages(things: Sequence[Thing]) -> dict[str, str]:
    """Path → text of every page, the index first."""
    paths = _paths(things)
    found = {INDEX: _index(things, paths)}
    found |= {path: _page(thing) for path, thing in zip(paths, things, strict=True)}
    return found


def _paths(things: Sequence[Thing]) -> list[str]:
    """A path for each, all different, whatever case a disk takes for the same."""
    wanted = [f"{_slug(thing.plan or _TABLES)}/{_slug(thing.name)}" for thing in things]
    found = []
    for path, thing in zip(wanted, things, strict=True):
        unsafe = wanted.count(path) > 1 or any(not part or _DEVICES.fullmatch(part) for part in path.split("/"))
        digest = hashlib.sha256(f"{thing.plan}\n{thing.name}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        folder, _, name = path.partition("/")
        found.append(f"{folder or 'plan'}-{digest}/{name}-{digest}.md" if unsafe else f"{path}.md")
    return found


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80].strip("-")


def _index(things: Sequence[Thing], paths: Sequence[str]) -> str:
    lines = [MARK, "", "# Data dictionary", "", _counted(things), ""]
    by_plan: dict[str, list[tuple[Thing, str]]] = {}
    for thing, path in zip(things, paths, strict=True):
        by_plan.setdefault(thing.plan, []).append((thing, path))
    for plan, listed in by_plan.items():
        lines += [f"## {plain(plan)}" if plan else "## Columns that no plan describes", ""]
        lines += ["| name | what it is | owner | fields | on people |", "| --- | --- | --- | --: | --: |"]
        for thing, path in listed:
            row = (f"[{plain(thing.name)}]({path})", plain(thing.description), plain(thing.owner))
            lines.append(f"| {' | '.join(row)} | {len(thing.entries)} | {thing.personal or ''} |")
        lines.append("")
    lines += ["## What the words mean", "", "| status | |", "| --- | --- |"]
    lines += [f"| {status} | {meaning} |" for status, meaning in _MEANINGS.items()]
    return "\n".join(lines) + "\n"


def _counted(things: Sequence[Thing]) -> str:
    events, tables = ([thing for thing in things if bool(thing.plan) is planned] for planned in (True, False))
    entries = [entry for thing in things for entry in thing.entries]
    parts = [plural(len(events), "event")] if events else []
    parts += [plural(len(tables), "table")] if tables else []
    people = sum(thing.personal for thing in things)
    on_people = f", {people:,} of them on people" if people else ""
    return f"{' and '.join(parts) or 'Nothing'} with {plural(len(entries), 'field')}{on_people}."


def _page(thing: Thing) -> str:
    lines = [MARK, "", f"# {plain(thing.name)}", "", plain(thing.description) or "Nobody has described it yet.", ""]
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {said} |" for name, said in _about(thing) if said), ""]
    lines += [f"| {' | '.join(_HEADING)} |", f"|{' --- |' * len(_HEADING)}"]
    lines += [f"| {' | '.join(_cells(entry))} |" for entry in thing.entries]
    up = "../README.md"
    return "\n".join([*lines, "", f"[All events and tables, and what the words mean]({up})"]) + "\n"


def _about(thing: Thing) -> Iterator[tuple[str, str]]:
    yield "plan" if thing.plan else "stored as", plain(thing.plan or thing.kind)
    if thing.plan:
        yield "kind", plain(thing.kind)
        yield "state", plain(thing.state)
    yield "owner", plain(thing.owner) or "nobody"
    yield "collected from", plain(thing.introduced)
    yield "collected until", plain(thing.expires)
    yield "sent to", plain(", ".join(thing.tools))
    yield "stored in", ", ".join(map(code, thing.tables))
    yield "tags", plain(", ".join(thing.tags))
    yield "written in", code(thing.file) if thing.file else ""


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        _cell_code(entry.path) + ("<br>required" if entry.required else ""),
        plain(entry.type.replace("|", " or ")) + _values(entry),
        plain(entry.description),
        plain(entry.use_cases) or "no use case needs it",
        plain(entry.users) or "nobody",
        plain(
            " ".join(part for part in (entry.category, f"({entry.sensitivity})" if entry.sensitivity else "") if part)
        ),
        plain(", ".join(entry.retention)),
        _status(entry),
    )


def _status(entry: Entry) -> str:
    """The verdict, what the plan says of it, and why, where the cells beside it do not tell."""
    why = "" if entry.status == "keep" else f"<br>{plain(entry.reason)}"
    return f"**{entry.status}**" + (f", {plain(entry.state)}" if entry.state else "") + why


def _values(entry: Entry) -> str:
    if not entry.values:
        return ""
    shown = ", ".join(map(_cell_code, entry.values[:_MOST_VALUES]))
    more = len(entry.values) - _MOST_VALUES
    return f"<br>one of {shown}" + (f" and {more} more" if more > 0 else "")


def _cell_code(text: str) -> str:
    """Code within a table, where even in code a bar would end the cell."""
    return plain(text) if "|" in text else code(text)
