"""The facts of a project → its proposals, ranked by what they save for what they cost, in waves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.derive.reasons import listing
from trackplan.prune.candidates import action_of
from trackplan.prune.declare import declarations
from trackplan.prune.evidence import evidence
from trackplan.prune.merge import merges
from trackplan.prune.model import BY_HAND, Effort, Gain, Named, Proposal, Proposals, Saving, Wave
from trackplan.prune.stages import stages
from trackplan.prune.wanted import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from trackplan.edits.patch import Change
    from trackplan.project.pruning import Rejected
    from trackplan.prune.candidates import Candidate, Candidates
    from trackplan.prune.groups import Group
    from trackplan.prune.world import Subject, World

_FEW = 3  # so many columns are named in a title
_SENSITIVE = {"personal": 1, "special": 2}
_STEPS = {
    "1": "nobody reads it",
    "2": "only models carry it",
    "3": "whole events and tables that nobody reads",
}
_WIDTHS = (
    ("BOOL", 1),
    ("INT", 8),
    ("FLOAT", 8),
    ("DOUBLE", 8),
    ("DECIMAL", 8),
    ("NUMERIC", 8),
    ("TIME", 8),
    ("DATE", 4),
)
_TEXT_WIDTH = 16


def propose(
    candidates: Candidates,
    today: date,
    blocked: Mapping[str, tuple[str, ...]] | None = None,
    less: Sequence[Proposal] = (),
) -> Proposals:
    """All proposals: what can go, and what `less` can be kept of, the best first, then what is to be declared.

    `blocked` are further blockers by the ids of the smallest groups.
    """
    world = candidates.world
    turned_down = {each.proposal for each in rejected(world, today)}
    wanted = [each for each in candidates.all(blocked or {}) if each.id not in turned_down]
    found = [(_proposal(world, each, today), each.group) for each in wanted]
    found.sort(key=lambda pair: (-pair[0].score, pair[0].id))
    waves = tuple(_waves(candidates, found))
    wave_of = {id_: wave.name for wave in waves for id_ in wave.proposals}
    going = [*(replace(p, wave=wave_of.get(p.id, "")) for p, _ in found), *(p for p in less if p.id not in turned_down)]
    whole = [group for p, group in found if not p.blockers]
    others = [p for p in (*merges(world, today, whole), *declarations(world, today)) if p.id not in turned_down]
    proposals = (*sorted(going, key=lambda p: (-p.score, p.id)), *others)
    return Proposals(
        today.isoformat(), proposals, waves, (*_notes(world, proposals), *told(world), *_turned_down(world, today))
    )


def _proposal(world: World, candidate: Candidate, today: date) -> Proposal:
    group, changes = candidate.group, candidate.draft.changes
    models = tuple(c.path for c in changes if c.path in world.model_paths)
    readers = listing([*{s.others for s in group.subjects if s.others}])
    gains = tuple(gains_of(group.subjects))
    effort = _effort(world, group, changes)
    saving = saving_of(world, group)
    blockers = list(candidate.blockers)
    if readers:
        blockers.append(f"it is read by {readers}, though that does not count as a use")
    if not changes and not candidate.draft.blockers:
        blockers.append("no file of the project declares it, so there is nothing to edit")
    return Proposal(
        candidate.id,
        action_of(group),
        title(world, group),
        tuple(_named(world, group)),
        tuple(_why(group.subjects)),
        evidence(world.base),
        tuple(blockers),
        gains,
        saving,
        effort,
        _score(world, saving, gains, effort),
        stages(world, group, today, models=models, readers=readers),
        next((s.owner for s in group.subjects if s.owner), ""),
        changes=changes,
    )


def _why(subjects: Iterable[Subject]) -> Iterator[str]:
    """The reason of each, said once where several share it."""
    shared: dict[str, list[str]] = {}
    for s in subjects:
        shared.setdefault(s.reason, []).append(s.id)
    for reason, ids in shared.items():
        yield f"{listing(ids)}: {reason}"


def title(world: World, group: Group) -> str:
    """What is done about a group, in a line."""
    if group.events:
        return "Stop collecting " + listing([world.events[key].id for key in group.events])
    if group.tables:
        return "Drop the table " + listing([world.relations[key].id for key in group.tables])
    ids = [s.id for s in group.subjects if s.kind == "field"] or [s.id for s in group.subjects]
    if group.parts:
        relation = world.relations[world.columns[group.subjects[0].key].relation]
        names = [s.id.removeprefix(f"{relation.id}.") for s in group.subjects]
        few = f"columns {' and '.join([', '.join(names[:-1]), names[-1]])}" if 1 < len(names) <= _FEW else ""
        return f"Drop {few or plural(len(names), 'column')} of {relation.id}"
    return ("Stop collecting " if group.fields else "Drop ") + listing(ids)


def _named(world: World, group: Group) -> Iterable[Named]:
    for key in group.events:
        yield Named("event", world.events[key].id, str(world.events[key].place or ""))
    for key in group.tables:
        yield Named("table", world.relations[key].id, str(world.relations[key].place or ""))
    for subject in group.subjects:
        yield Named(subject.kind, subject.id, str(subject.place or ""))
    own = {s.id for s in group.subjects}
    for key in group.columns:
        column = world.columns[key]
        if column.id not in own:
            yield Named("column", column.id, str(column.place or ""))


def gains_of(subjects: Iterable[Subject]) -> Iterable[Gain]:
    """The data on people that would not be kept any more."""
    for s in subjects:
        if s.sensitivity in _SENSITIVE:
            yield Gain(s.id, s.category, s.sensitivity)


def saving_of(world: World, group: Group) -> Saving:
    """Counts; with the volumes of the plans and the project's costs, what a month brings too."""
    counts = Saving(len(group.fields), len(group.columns), len(group.tables))
    volumes = {key: world.events[world.fields[key].event].volume for key in group.fields}
    if not volumes or None in volumes.values():
        return counts
    values = sum(volume or 0 for volume in volumes.values())
    size = sum((volumes[key] or 0) * _width(world, key) for key in group.fields)
    costs = world.project.pruning.costs
    if costs is None:
        return replace(counts, values=values, bytes=size)
    events = sum(world.events[key].volume or 0 for key in group.events)
    money = size * 12 / 1e9 * costs.storage_per_gb_month + events / 1e6 * costs.per_million_events
    return replace(counts, values=values, bytes=size, money=round(money, 2), currency=costs.currency)


def _width(world: World, field: int) -> int:
    """About how many bytes a value of a field takes, by the type of its column."""
    kinds = [world.columns[column].type.upper() for column in world.landings.get(field, ())]
    kind = kinds[0] if kinds else ""
    return next((width for name, width in _WIDTHS if name in kind), _TEXT_WIDTH)


def _effort(world: World, group: Group, changes: tuple[Change, ...]) -> Effort:
    lines = sum(e.text.count("\n") + (c.before or "")[e.start : e.end].count("\n") for c in changes for e in c.edits)
    owners = {s.owner for s in group.subjects} | {world.owner_of(change.path) for change in changes}
    return Effort(len(changes), max(lines, len(changes)), tuple(sorted(owners - {""})))


def _score(world: World, saving: Saving, gains: tuple[Gain, ...], effort: Effort) -> float:
    """What is saved for each unit of work: fields, columns and tables, data on people weighted, by files and lines."""
    privacy = sum(_SENSITIVE[gain.sensitivity] for gain in gains) * world.project.pruning.privacy_weight
    gain = saving.fields + saving.columns + 5 * saving.tables + privacy
    gain += (saving.values or 0) / 1e6 + (saving.money or 0)
    return round(gain / (1 + effort.files + effort.lines / 10 + len(effort.owners)), 3)


def _waves(candidates: Candidates, found: list[tuple[Proposal, Group]]) -> Iterable[Wave]:
    """The proposals without blockers, by what may go wrong and by owner."""
    parts: dict[tuple[str, str], list[tuple[Proposal, Group]]] = {}
    for proposal, group in found:
        if not proposal.blockers:
            parts.setdefault((_step(candidates.world, proposal, group), proposal.owner), []).append((proposal, group))
    for (step, owner), members in sorted(parts.items()):
        slug = re.sub(r"[^a-z0-9]+", "-", owner.partition("@")[0].lower()).strip("-") or "unowned"
        name = f"{step}-{slug}"
        drafted = candidates.changes([p.id for p, _ in members], f"wave_{name.replace('-', '_')}")
        title = f"{_STEPS[step]}; {owner or 'nobody is named as owner'}"
        yield Wave(name, title, tuple(p.id for p, _ in members), drafted.changes, tuple(drafted.blockers))


def _step(world: World, proposal: Proposal, group: Group) -> str:
    if group.tables or group.events:
        return "3"
    return "2" if any(change.path in world.model_paths for change in proposal.changes) else "1"


def _notes(world: World, proposals: tuple[Proposal, ...]) -> Iterable[str]:
    if any(p.saving.fields for p in proposals) and all(p.saving.values is None for p in proposals):
        yield "The plans give no volumes, so savings are counts of fields and columns, not bytes or money."
    elif proposals and world.project.pruning.costs is None:
        yield "The project file gives no costs (prune.costs), so savings are not told in money."
    blocked = sum(1 for p in proposals if p.blockers and p.action not in BY_HAND)
    if blocked:
        has, is_ = ("has", "is") if blocked == 1 else ("have", "are")
        yield f"{blocked} of {plural(len(proposals), 'proposal')} {has} blockers and {is_} in no wave."


def rejected(world: World, today: date) -> list[Rejected]:
    """The proposals that were turned down, as far as that still holds."""
    day = today.isoformat()
    return [each for each in world.project.pruning.rejected if not each.until or each.until >= day]


def _turned_down(world: World, today: date) -> Iterable[str]:
    holds = rejected(world, today)
    for each in world.project.pruning.rejected:
        until = f" until {each.until}" if each.until else ""
        told = f"{each.proposal} was turned down{until}: {each.reason}"
        yield f"{told}." if each in holds else f"{told}. That is over."
