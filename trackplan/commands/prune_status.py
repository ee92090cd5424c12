"""`trackplan prune --status`: what was proposed, merged, dropped or turned down, what is overdue, what was applied."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from trackplan.commands import base
from trackplan.errors import ExitCode
from trackplan.formats.indented import indented

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from trackplan.commands.proposing import Options
    from trackplan.edits.journal import Journal
    from trackplan.prune.record import Past, Record

RECORDS = "records"
APPLIED = "applied"


def run(options: Options, folder: Path) -> int:
    """Tell it from the records, the project as it is now, and the journals. Raises `TrackplanError`."""
    from trackplan.edits import journal
    from trackplan.prune import record

    root = base.open_project(options.where).root
    journals = journal.read(folder / APPLIED)
    known = record.read(folder / RECORDS)
    day = base.day(options.today).isoformat()
    whole = all(each.done for each in journals)
    now = _now(options, past(folder), day) if known and whole else known
    if options.format == "json":
        base.emit(_json(now, journals, root, day))
    else:
        lines = [*_told(now, day), *(line for each in journals for line in _applied(each, root))]
        base.emit("".join(f"{line}\n" for line in lines) or "Nothing has been proposed or applied.\n")
    return ExitCode.CLEAN


def past(folder: Path) -> Past:
    """The records of a folder, and when what was applied. Raises `TrackplanError`."""
    from trackplan.edits import journal
    from trackplan.prune import record

    applied = {id_: each.day for each in journal.read(folder / APPLIED) for id_ in each.ids}
    return record.Past(tuple(record.read(folder / RECORDS)), applied)


def _now(options: Options, known: Past, day: str) -> list[Record]:
    """The records by what the project says now. Raises `TrackplanError` where it cannot be read."""
    from trackplan.commands.facts import open_facts
    from trackplan.prune import record

    facts = open_facts(options.where, options.today)
    with facts.base as facts_base:
        return record.settled(facts_base, facts.project.pruning, known, day)


def _told(records: Sequence[Record], day: str) -> Iterator[str]:
    from trackplan.formats import table

    if not records:
        return
    counts: dict[str, int] = {}
    for each in records:
        counts[each.state] = counts.get(each.state, 0) + 1
    yield ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    overdue = [(each, stage) for each in records for stage in each.overdue(day)]
    if overdue:
        yield f"\n{len(overdue)} overdue (`prune.done` in the project file says what was taken):"
        yield table.aligned(
            ("proposal", "step", "due", "what"), [(e.proposal, s.name, s.on, e.title) for e, s in overdue]
        ).rstrip("\n")
    settled = [each for each in records if each.state != "proposed"]
    if settled:
        rows = [(e.proposal, e.state, e.merged or e.proposed, e.title) for e in settled]
        yield "\n" + table.aligned(("proposal", "state", "since", "what"), rows).rstrip("\n")
    yield ""


def _applied(journal: Journal, root: Path) -> list[str]:
    how = "applied" if journal.done else "begun and not finished"
    states = journal.states(root)
    return [f"{journal.name}: {how} on {journal.day}", *(f"  {states[path]:<5}  {path}" for path in sorted(states))]


def _json(records: Sequence[Record], journals: Sequence[Journal], root: Path, day: str) -> str:
    said = {
        "version": 1,
        "today": day,
        "records": [
            {
                "proposal": each.proposal,
                "title": each.title,
                "action": each.action,
                "state": each.state,
                "proposed": each.proposed,
                "merged": each.merged,
                "decided_by": each.decided_by,
                "reason": each.reason,
                "done": [asdict(done) for done in each.done],
                "overdue": [{"stage": stage.name, "on": stage.on} for stage in each.overdue(day)],
            }
            for each in records
        ],
        "applied": [
            {"name": each.name, "on": each.day, "finished": each.done, "files": dict(sorted(each.states(root).items()))}
            for each in journals
        ],
    }
    return indented(said)
