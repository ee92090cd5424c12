"""A retirement record → the page that a privacy officer files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.formats.markdown import code, plain
from trackplan.prune.pages import section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.prune.record import Record


def page(record: Record) -> str:
    """The record in Markdown."""
    return "\n".join(_page(record)) + "\n"


def _page(r: Record) -> Iterator[str]:
    yield f"# Retirement record {r.proposal}: {plain(r.title)}"
    yield ""
    yield f"- State: {r.state}" + (f" ({plain(r.reason)})" if r.reason else "")
    yield f"- Collected since: {r.since or 'not recorded in the plan'}"
    yield f"- First proposed: {r.proposed}"
    yield f"- Edits merged: {r.merged or 'not yet'}"
    yield f"- Decided by: {plain(r.decided_by) or 'not recorded'}"
    yield f"- Has to agree: {plain(', '.join(r.owners)) or 'nobody is named'}"
    yield from section("What was collected", (f"{s.kind} {code(s.id)}" for s in r.subjects))
    yield from section(
        "Data on people",
        (f"{code(g.id)}: {g.sensitivity} data{f' ({plain(g.category)})' if g.category else ''}" for g in r.people),
    )
    yield from section("Why it goes", map(plain, r.why))
    yield from section("What was read to say so", map(plain, r.evidence))
    yield from section("What stood in the way", map(plain, r.blockers))
    yield "\n## When each step was taken\n"
    yield "| step | from | taken on | by |"
    yield "| --- | --- | --- | --- |"
    done = {each.stage: each for each in r.done}
    for stage in r.stages:
        taken = done.get(stage.name)
        on = plain(taken.on) if taken else ""
        yield f"| {plain(stage.name)} | {plain(stage.on)} | {on} | {plain(taken.by) if taken else ''} |"
