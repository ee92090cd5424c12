"""Proposals, each held against what a check finds and consumers get once it is merged: what it breaks blocks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trackplan.errors import TrackplanError
from trackplan.prune.model import BOUND, Proof, Proposals
from trackplan.prune.propose import changes_of, propose
from trackplan.prune.recheck import Compared, compare
from trackplan.prune.tombstones import tombstones

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from trackplan.cache.pack import Means
    from trackplan.edits.patch import Change
    from trackplan.findings import Report
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World

_TOLD = 3
Tried = tuple[Proof, tuple[str, ...]]
"""The proof of some changes, and what speaks against them."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """Tries changes on a project in memory: against what a check found `before`, and with a `verifier` by execution."""

    world: World
    before: Report
    today: date
    means: Means
    verifier: Verifier | None = None

    def assess(self) -> Proposals:
        """All proposals and waves, each with its grade: bound, or proved, where nothing is against it."""
        found = propose(self.world, self.today)
        results = {wave.name: self._tried(wave.changes) for wave in found.waves}
        suspects = {id_ for wave in found.waves if results[wave.name][1] for id_ in wave.proposals}
        blocked = {p.id: wrong for p in found.proposals if p.id in suspects and (wrong := self._tried(p.changes)[1])}
        if blocked:
            found = propose(self.world, self.today, blocked)
            results |= {w.name: self._tried(w.changes) for w in found.waves if suspects & set(w.proposals)}
        proofs = {id_: results[wave.name][0] for wave in found.waves for id_ in wave.proposals}
        graded = (replace(p, proof=proofs.get(p.id, Proof(reasons=_unproved(p.blockers)))) for p in found.proposals)
        return replace(found, proposals=tuple(graded))

    def together(self, found: Proposals, ids: Sequence[str]) -> tuple[tuple[Change, ...], tuple[str, ...]]:
        """The changes of several proposals, with their tombstones, and what is to be said of them.

        Raises `TrackplanError` where they do not fit together, or something speaks against them.
        """
        name = ids[0].lower().replace("-", "_") if len(ids) == 1 else f"{len(ids)}_proposals"
        changes = list(changes_of(self.world, ids, name))
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

    def _tried(self, changes: Iterable[Change]) -> Tried:
        made = tuple(changes)
        result = compare(self.world.project, self.before, made, self.today, self.means)
        wrong = _wrong(result)
        if wrong:
            return Proof(reasons=wrong), wrong
        bound = f"with its wave merged, a check finds {len(result.gone)} fewer and nothing new"
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
