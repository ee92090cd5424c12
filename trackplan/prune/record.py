"""Retirement records: what was collected, since when, why it goes, who decided, and when what happened.

A record is kept once it is written, also when nothing is proposed any more: it is what a privacy officer files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from trackplan.errors import TrackplanError
from trackplan.prune.model import DECLARE, LESSENING, MERGE, Gain, Named, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from trackplan.facts.base import FactBase
    from trackplan.project.pruning import Pruning
    from trackplan.prune.model import Proposal, Proposals

VERSION = 1
PROPOSED, MERGED, PARTLY, DROPPED = "proposed", "merged", "merged in part", "dropped"
REJECTED, WITHDRAWN = "rejected", "withdrawn"
_BY_MERGING = frozenset({"readers first", "stop propagating", "stop sending", "declare"})
_SINCE = "SELECT id, introduced FROM field UNION ALL SELECT id, introduced FROM event"
_HERE = """
SELECT id, status FROM subject UNION ALL SELECT id, '' FROM event
UNION ALL SELECT id, '' FROM relation WHERE declared AND raw
UNION ALL SELECT id, '' FROM stored_column WHERE key NOT IN (SELECT key FROM subject WHERE kind = 'column')"""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken: its name, the day, by whom ('' where nobody says so)."""

    stage: str
    on: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one proposal. `proposed` is the day of its first draft, `merged` that of its edits."""

    proposal: str
    action: str
    title: str
    state: str
    subjects: tuple[Named, ...]
    since: str
    people: tuple[Gain, ...]
    why: tuple[str, ...]
    evidence: tuple[str, ...]
    blockers: tuple[str, ...]
    owners: tuple[str, ...]
    proposed: str
    merged: str
    decided_by: str
    reason: str
    stages: tuple[Stage, ...]
    done: tuple[Done, ...]

    def overdue(self, today: str) -> list[Stage]:
        """The steps that should have been taken by now, once the edits are merged."""
        if self.state not in (MERGED, PARTLY):
            return []
        taken = {each.stage for each in self.done} | _BY_MERGING
        return [stage for stage in self.stages if stage.name not in taken and stage.on < today]


def read(folder: Path) -> list[Record]:
    """The records of a folder, by id. Raises `TrackplanError` for one that cannot be read."""
    found = []
    for path in sorted(folder.glob("P-*.json")) if folder.is_dir() else ():
        try:
            found.append(_record(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "It is written by trackplan alone; take it from the repository, or move it away."
            raise TrackplanError(f"cannot read the record {path.as_posix()}", hint) from error
    return found


def as_json(record: Record) -> str:
    """A record for programs; the form is `schemas/retirement.schema.json`."""
    return json.dumps({"version": VERSION, **asdict(record)}, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Past:
    """What is known from before: the records, and the days on which proposals were applied by the command."""

    records: tuple[Record, ...] = ()
    applied: Mapping[str, str] = field(default_factory=dict)


def records(base: FactBase, pruning: Pruning, found: Proposals, past: Past) -> list[Record]:
    """A record for each proposal, new or known, as of today; what is not proposed any more keeps what it said."""
    old = {record.proposal: record for record in past.records}
    since = {str(id_): str(day) for id_, day in base.fetch(_SINCE) if day}
    fresh = {p.id: _drafted(p, since, found.today, old.get(p.id)) for p in found.proposals}
    return settled(base, pruning, replace(past, records=tuple({**old, **fresh}.values())), found.today)


def settled(base: FactBase, pruning: Pruning, past: Past, today: str) -> list[Record]:
    """The records with their states by what the project says now, by id."""
    here = {str(id_): str(status) for id_, status in base.fetch(_HERE)}
    rows = base.fetch("SELECT id, pruned, by FROM tombstone")
    stones = {str(id_): (str(day), str(by)) for id_, day, by in rows}
    known = sorted(past.records, key=lambda record: record.proposal)
    return [_settled(each, here, pruning, stones, past.applied.get(each.proposal, today), today) for each in known]


def _settled(
    record: Record,
    here: Mapping[str, str],
    pruning: Pruning,
    stones: Mapping[str, tuple[str, str]],
    day: str,
    today: str,
) -> Record:
    """The record by what is `here`; `day` is that of its edits where nothing else tells."""
    done = tuple(Done(each.stage, each.on, each.by) for each in pruning.done if each.proposal == record.proposal)
    turned_down = next(
        (r for r in pruning.rejected if r.proposal == record.proposal and (not r.until or r.until >= today)), None
    )
    state = REJECTED if turned_down else _state(record, here, {each.stage for each in done})
    stone = next((stones[s.id] for s in record.subjects if s.id in stones), ("", ""))
    merged = (record.merged or stone[0] or day) if state in (MERGED, PARTLY, DROPPED) else ""
    by = next((each.by for each in done if each.by), "") or stone[1] or record.decided_by
    return replace(
        record,
        state=state,
        merged=merged,
        decided_by=by,
        reason=turned_down.reason if turned_down else record.reason if state != PROPOSED else "",
        done=done,
    )


def _state(record: Record, here: Mapping[str, str], taken: set[str]) -> str:
    if "drop" in taken:
        return DROPPED
    if record.action in LESSENING:
        return MERGED if taken else PROPOSED
    there = [subject.id for subject in record.subjects if subject.id in here]
    if record.action == MERGE:
        return MERGED if len(there) <= 1 else PROPOSED
    if record.action == DECLARE:
        open_ = any(here[id_] == "undeclared" for id_ in there)
        return PROPOSED if open_ else MERGED
    if not there:
        return MERGED
    if any(here[id_] not in ("waste", "") for id_ in there):
        return WITHDRAWN
    return PROPOSED if len(there) == len(record.subjects) else PARTLY


def _drafted(p: Proposal, since: Mapping[str, str], today: str, old: Record | None) -> Record:
    days = sorted(since[s.id] for s in p.subjects if s.id in since)
    return Record(
        p.id, p.action, p.title, PROPOSED, p.subjects, days[0] if days else "", p.privacy, p.why, p.evidence,
        p.blockers, p.effort.owners, old.proposed if old else today, "", old.decided_by if old else "", "",
        p.stages, (),
    )  # fmt: skip


def _record(said: dict[str, Any]) -> Record:
    """Raises `ValueError`, `KeyError` or `TypeError` where it has another form."""
    if said.pop("version") != VERSION:
        raise ValueError("another version")
    lists = {"subjects": Named, "people": Gain, "stages": Stage, "done": Done}
    for key, kind in lists.items():
        said[key] = tuple(kind(**each) for each in said[key])
    for key in ("why", "evidence", "blockers", "owners"):
        said[key] = tuple(map(str, said[key]))
    return Record(**said)
