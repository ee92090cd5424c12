"""Groups, drafted: what can go together is one proposal, and what stands in the way of a part keeps only that part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trackplan.prune.drafting import draft
from trackplan.prune.groups import Group, bundles, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trackplan.prune.desk import Draft
    from trackplan.prune.world import World


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group that may become a proposal: its id, its changes, and what stands in the way."""

    id: str
    group: Group
    draft: Draft
    blockers: tuple[str, ...]


@dataclass(slots=True)
class Candidates:
    """All that can go in a project; each group is drafted once."""

    world: World
    drafts: dict[str, Draft] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def all(self, blocked: Mapping[str, tuple[str, ...]]) -> list[Candidate]:
        """The candidates; `blocked` are further blockers by the ids of the smallest groups.

        A bundle keeps its id, whatever part of it something stands in the way of.
        """
        found = []
        for bundle in bundles(self.world):
            free, kept = self._parted(bundle, blocked)
            if free is not None:
                found.append(self._candidate(identity(self.world, bundle), free, blocked))
            if kept is not None:
                found.append(self._candidate(identity(self.world, bundle if free is None else kept), kept, blocked))
        return found

    def draft(self, group: Group) -> Draft:
        """The changes of one group."""
        id_ = identity(self.world, group)
        if id_ not in self.drafts:
            self.drafts[id_] = draft(self.world, [group], id_.lower().replace("-", "_"))
        return self.drafts[id_]

    def changes(self, ids: Iterable[str], name: str) -> Draft:
        """The changes of several proposals, made to fit together; `name` is what a new migration is called by."""
        return draft(self.world, [self.groups[id_] for id_ in ids if id_ in self.groups], name)

    def _candidate(self, id_: str, group: Group, blocked: Mapping[str, tuple[str, ...]]) -> Candidate:
        drafted = self.draft(group)
        self.groups[id_] = group
        told = [*drafted.blockers, *(b for part in group.alone for b in blocked.get(identity(self.world, part), ()))]
        return Candidate(id_, group, drafted, tuple(dict.fromkeys(told)))

    def _parted(self, bundle: Group, blocked: Mapping[str, tuple[str, ...]]) -> tuple[Group | None, Group | None]:
        """What of a bundle can go, and what something keeps."""
        free = [part for part in bundle.alone if identity(self.world, part) not in blocked]
        if len(free) > 1 and self.draft(together(free)).blockers:
            free = [part for part in free if not self.draft(part).blockers]
        kept = [part for part in bundle.alone if part not in free]
        return together(free) if free else None, together(kept) if kept else None


def identity(world: World, group: Group) -> str:
    """The id of a proposal: it stays as long as the same things are to go."""
    said = "\n".join(
        [action_of(group), *sorted(s.id for s in group.subjects), *(world.relations[t].id for t in group.tables)]
    )
    return "P-" + hashlib.sha256(said.encode()).hexdigest()[:8]


def action_of(group: Group) -> str:
    """What is done: data is no longer collected, or a table or columns of it are dropped."""
    if group.fields:
        return "stop-collecting"
    return "drop-table" if group.tables else "drop-column"
