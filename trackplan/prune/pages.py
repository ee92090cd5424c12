"""Proposals → what people read: an overview, and a page for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.formats.markdown import code, plain
from trackplan.prune.model import BY_HAND, LESSENING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.prune.model import Gain, Proposal, Proposals, Saving


def overview(found: Proposals) -> str:
    """The first page: the waves, and all proposals, the best first."""
    return "\n".join(_overview(found)) + "\n"


def page(proposal: Proposal) -> str:
    """The page of one proposal."""
    return "\n".join(_page(proposal)) + "\n"


def standing(proposal: Proposal) -> str:
    """The wave that a proposal is in, or why it is in none."""
    blocked = proposal.blockers and proposal.action not in BY_HAND
    return proposal.wave or ("blocked" if blocked else "by hand")


def summary(saving: Saving) -> str:
    """A saving in a few words."""
    counted = ((saving.tables, "table"), (saving.fields, "field"), (saving.columns, "column"))
    words = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counted if number]
    if saving.values is not None:
        words.append(f"{saving.values:,} values a month")
    if saving.bytes:
        size = f"{saving.bytes / 1e6:,.1f} MB" if saving.bytes >= 1e6 else f"{saving.bytes / 1e3:,.1f} kB"
        words.append(f"about {size} a month")
    if saving.money is not None:
        words.append(f"{saving.money:,.2f} {saving.currency} a month")
    return ", ".join(words)


def _overview(found: Proposals) -> Iterator[str]:
    yield f"# What can go, as of {found.today}"
    yield ""
    yield "Written by `trackplan prune`. Each proposal has a page and a diff for `git apply`. The best come first: what"
    yield "saves most (fields, columns, tables; data on people counts more) for the files, lines and owners it touches."
    yield "A wave is one diff with all that one owner can merge at once. After a merge, run `trackplan prune` again."
    for note in found.notes:
        yield f"\n{plain(note)}"
    if found.waves:
        yield "\n## Waves\n"
        yield "| wave | what | proposals | files |"
        yield "| --- | --- | --- | --- |"
        for wave in found.waves:
            cells = (f"[{wave.name}](wave-{wave.name}.diff)", plain(wave.title), len(wave.proposals), len(wave.changes))
            yield _row(cells)
    yield "\n## Proposals\n"
    yield "| proposal | what | saves | files | lines | owner | wave | proof |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for p in found.proposals:
        head = (
            f"[{p.id}]({p.id}.md)",
            plain(p.title),
            summary(p.saving),
            p.effort.files,
            p.effort.lines,
            plain(p.owner),
        )
        yield _row((*head, standing(p), p.proof.grade))


def _page(p: Proposal) -> Iterator[str]:
    yield f"# {p.id}: {plain(p.title)}"
    yield ""
    yield f"- Action: {p.action}"
    if saves := summary(p.saving):
        yield f"- Saves: {saves}"
    owners = plain(", ".join(p.effort.owners)) or "nobody is named"
    yield f"- Effort: {plural(p.effort.files, 'file')}, {plural(p.effort.lines, 'line')}, owners: {owners}"
    yield f"- Wave: {p.wave or 'none'}"
    yield f"- Proof: {p.proof.grade}" + "".join(f"\n  - {plain(reason)}" for reason in p.proof.reasons)
    yield from section(
        "What it is about" if p.action in BY_HAND or p.action in LESSENING else "What goes",
        (f"{s.kind} {code(s.id)}" + (f" ({plain(s.place)})" if s.place else "") for s in p.subjects),
    )
    yield from section("Why", map(plain, p.why))
    yield from section("What was read to say so", map(plain, p.evidence))
    yield from section("What stands in the way", map(plain, p.blockers))
    yield from section("What people gain", map(_gained, p.privacy))
    same, other = ([e for e in p.consumers if e.same is kind] for kind in (True, False))
    yield from section("Who gets the same", (f"{plain(e.consumer)}: {plain(e.why)}" for e in same))
    yield from section("Who gets something else", (f"{plain(e.consumer)}: {plain(e.why)}" for e in other))
    yield "\n## Steps"
    for number, stage in enumerate(p.stages, 1):
        yield f"\n{number}. **{stage.name}**, from {stage.on}: {plain(stage.what)}"
        if stage.sql:
            yield f"\n{_fenced(stage.sql)}"
        if stage.undo:
            yield f"\n   Undone by:\n\n{_fenced(stage.undo)}"
    yield "\n## Edits\n"
    if p.changes:
        yield from (f"- {plain(change.path)}{' (new)' if change.before is None else ''}" for change in p.changes)
        yield f"\n`git apply {p.id}.diff` makes them, `git apply --reverse {p.id}.diff` takes them back."
    elif p.action in LESSENING:
        yield "None: it is the stored data that changes, and what loads it."
    else:
        yield "None could be drafted."


def _gained(gain: Gain) -> str:
    what = f"{gain.sensitivity} data{f' ({gain.category})' if gain.category else ''}"
    return (
        f"{code(gain.id)}: {what}: only {gain.keeps} is kept"
        if gain.keeps
        else f"{code(gain.id)}: {what} is no longer kept"
    )


def section(title: str, items: Iterable[str]) -> Iterator[str]:
    """A heading with a list below it; nothing without items."""
    lines = [f"- {item}" for item in items]
    if lines:
        yield f"\n## {title}\n"
        yield from lines


def _fenced(script: str) -> str:
    """SQL as a block of code below an item; names in it may hold backticks."""
    marks = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", script)), 3)
    lines = [f"{marks}sql", *script.rstrip("\n").split("\n"), marks]
    return "\n".join(f"   {line}" for line in lines)


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
