"""Proposals, each held against what a check finds and consumers get once it is merged: what it breaks blocks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trackplan.prune.model import BOUND, Proof, Proposals
from trackplan.prune.propose import propose
from trackplan.prune.recheck import Compared, compare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from trackplan.cache.pack import Means
    from trackplan.edits.patch import Change
    from trackplan.findings import Report
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World

_TOLD = 3
Tried = tuple[Proof, tuple[str, ...]]
"""The proof of some changes, and what speaks against them."""


def assess(world: World, before: Report, today: date, means: Means, verifier: Verifier | None = None) -> Proposals:
    """All proposals and waves, each with its grade: bound, or with a `verifier` proved, where nothing is against it."""

    def tried(changes: Iterable[Change]) -> Tried:
        made = tuple(changes)
        result = compare(world.project, before, made, today, means)
        wrong = _wrong(result)
        if wrong:
            return Proof(reasons=wrong), wrong
        bound = f"with its wave merged, a check finds {len(result.gone)} fewer and nothing new"
        if verifier is None:
            return Proof(BOUND, (bound,)), ()
        proof, against = verifier.prove(made)
        return replace(proof, reasons=(*proof.reasons, bound)), against

    found = propose(world, today)
    results = {wave.name: tried(wave.changes) for wave in found.waves}
    suspects = {id_ for wave in found.waves if results[wave.name][1] for id_ in wave.proposals}
    blocked = {p.id: wrong for p in found.proposals if p.id in suspects and (wrong := tried(p.changes)[1])}
    if blocked:
        found = propose(world, today, blocked)
        results |= {w.name: tried(w.changes) for w in found.waves if suspects & set(w.proposals)}
    proofs = {id_: results[wave.name][0] for wave in found.waves for id_ in wave.proposals}
    proposals = tuple(replace(p, proof=proofs.get(p.id, Proof(reasons=_unproved(p.blockers)))) for p in found.proposals)
    return replace(found, proposals=proposals)


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
