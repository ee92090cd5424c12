"""Proposals, each held against what a check finds and consumers get once it is merged: what it breaks blocks it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from trackplan.counted import plural
from trackplan.errors import TrackplanError
from trackplan.prune.candidates import Candidates, identity
from trackplan.prune.drafting import draft
from trackplan.prune.lessening import less
from trackplan.prune.model import BOUND, LESSENING, Proof, Proposal, Proposals
from trackplan.prune.propose import propose
from trackplan.prune.recheck import Compared, compare
from trackplan.prune.tombstones import tombstones

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from trackplan.cache.pack import Means
    from trackplan.edits.patch import Change
    from trackplan.findings import Report
    from trackplan.prune.groups import Group
    from trackplan.prune.model import Wave
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World

_TOLD = 3
Tried = tuple[Proof, tuple[str, ...]]
"""The proof of some changes, and what speaks against them."""


@dataclass(slots=True)
class Examiner:
    """Tries changes on a project in memory: against what a check found `before`, and with a `verifier` by execution."""

    world: World
    before: Report
    today: date
    means: Means
    verifier: Verifier | None = None
    candidates: Candidates = field(init=False)

    def __post_init__(self) -> None:
        """All that can go is drafted once."""
        self.candidates = Candidates(self.world)

    def assess(self) -> Proposals:
        """All proposals and waves, each with its grade: bound, or proved, where nothing is against it."""
        lessened = less(self.world, self.before, self.today, self.verifier)
        found = propose(self.candidates, self.today, less=lessened)
        results = {wave.name: self._wave(wave) for wave in found.waves}
        suspects = [wave for wave in found.waves if results[wave.name][1]]
        if suspects:
            blocked: dict[str, tuple[str, ...]] = {}
            for wave in suspects:
                self._add([self.candidates.groups[id_] for id_ in wave.proposals], [], blocked, known=True)
            found = propose(self.candidates, self.today, blocked, lessened)
            names = {wave.name for wave in suspects}
            results |= {wave.name: self._wave(wave) for wave in found.waves if wave.name in names}
        proofs = {id_: results[wave.name][0] for wave in found.waves for id_ in wave.proposals}
        return replace(found, proposals=tuple(replace(p, proof=self._proof(p, proofs)) for p in found.proposals))

    def _proof(self, proposal: Proposal, proofs: Mapping[str, Proof]) -> Proof:
        """The proof of its wave, or where that cannot be proved as a whole, of its own part in it."""
        proof = proofs.get(proposal.id)
        if proposal.action in LESSENING:
            return proposal.proof
        if proof is None:
            return proposal.proof if proposal.proof.reasons else Proof(reasons=_unproved(proposal.blockers))
        if proof.grade != BOUND or self.verifier is None:
            return proof
        world, group = self.world, self.candidates.groups[proposal.id]
        losing = {*group.tables, *(world.columns[key].relation for key in group.columns)}
        tables = [world.relations[key].parts[-1] for key in losing]
        part = self.verifier.part(tables, [change.path for change in proposal.changes])
        return replace(part, reasons=(*part.reasons, proof.reasons[-1]))

    def _add(
        self, fresh: Sequence[Group], good: list[Group], blocked: dict[str, tuple[str, ...]], *, known: bool = False
    ) -> None:
        """Put what can be merged beside the `good`, and note why the rest cannot; found by halves.

        Each is tried together with all that is good already, so that these can be merged as one. That all of the fresh
        together cannot may be `known`.
        """
        wrong: tuple[str, ...] = ()
        parts = fresh if len(fresh) > 1 else fresh[0].alone
        if not known or len(parts) == 1:
            drafted = draft(self.world, [*good, *fresh], "trial")
            wrong = tuple(drafted.blockers) or self._tried(drafted.changes)[1]
            if not wrong:
                good += fresh
                return
        if len(parts) == 1:
            blocked[identity(self.world, parts[0])] = wrong
            return
        half = len(parts) // 2
        self._add(parts[:half], good, blocked)
        self._add(parts[half:], good, blocked)

    def together(self, found: Proposals, ids: Sequence[str]) -> tuple[tuple[Change, ...], tuple[str, ...]]:
        """The changes of several proposals, with their tombstones, and what is to be said of them.

        Raises `TrackplanError` where they do not fit together, or something speaks against them.
        """
        name = ids[0].lower().replace("-", "_") if len(ids) == 1 else f"{len(ids)}_proposals"
        drafted = self.candidates.changes(ids, name)
        if drafted.blockers:
            raise TrackplanError(
                f"these proposals cannot be applied together: {drafted.blockers[0]}", "Apply fewer at once."
            )
        changes = list(drafted.changes)
        stones = tombstones(self.world, [p for p in found.proposals if p.id in ids], self.today.isoformat())
        notes: tuple[str, ...] = ()
        if stones is None:
            notes = (
                "Name a file under `tombstones` in the project file: then it is an error if any of it comes back.\n",
            )
        else:
            changes.append(stones)
        _, wrong = self._tried(changes)
        if wrong:
            raise TrackplanError(f"these proposals cannot be applied together: {wrong[0]}", "Apply fewer at once.")
        return tuple(sorted(changes, key=lambda change: change.path)), notes

    def _wave(self, wave: Wave) -> Tried:
        return (Proof(reasons=wave.blockers), wave.blockers) if wave.blockers else self._tried(wave.changes)

    def _tried(self, changes: Iterable[Change]) -> Tried:
        made = tuple(changes)
        result = compare(self.world.project, self.before, made, self.today, self.means)
        wrong = _wrong(result)
        if wrong:
            return Proof(reasons=wrong), wrong
        bound = f"with its wave merged, a check finds {len(result.gone)} fewer and nothing new"
        if result.idle:
            bound += f" but {plural(result.idle, 'suppression')} of no more use; `trackplan check --fix` takes them out"
        if self.verifier is None:
            return Proof(BOUND, (bound,)), ()
        proof, against = self.verifier.prove(made)
        return replace(proof, reasons=(*proof.reasons, bound)), against


def _wrong(result: Compared) -> tuple[str, ...]:
    """What speaks against a change: what a check finds that was not there, or that it cannot read the project."""
    told = [f"with it merged, {finding.place}: {finding.rule} {finding.message}" for finding in result.fresh[:_TOLD]]
    if len(result.fresh) > _TOLD:
        told.append(f"and {len(result.fresh) - _TOLD} more findings that are not there today")
    if not result.complete:
        told.append("with it merged, a check could not read the project")
    return tuple(told)


def _unproved(blockers: tuple[str, ...]) -> tuple[str, ...]:
    return ("what its blockers say has to be settled first",) if blockers else ()
