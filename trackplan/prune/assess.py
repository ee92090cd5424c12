"""Proposals, each held against what a check would find once it is merged: what it breaks is a blocker."""

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
    from trackplan.prune.world import World

_TOLD = 3


def assess(world: World, before: Report, today: date, means: Means) -> Proposals:
    """All proposals and waves; those whose changes leave the project whole, with nothing new to find, are bound."""

    def tried(changes: Iterable[Change]) -> Compared:
        return compare(world.project, before, changes, today, means)

    found = propose(world, today)
    results = {wave.name: tried(wave.changes) for wave in found.waves}
    suspects = {id_ for wave in found.waves if _wrong(results[wave.name]) for id_ in wave.proposals}
    blocked = {p.id: wrong for p in found.proposals if p.id in suspects and (wrong := _wrong(tried(p.changes)))}
    if blocked:
        found = propose(world, today, blocked)
        results |= {w.name: tried(w.changes) for w in found.waves if suspects & set(w.proposals)}
    proofs: dict[str, Proof] = {}
    for wave in found.waves:
        result = results[wave.name]
        wrong = _wrong(result)
        reason = f"with its wave merged, a check finds {len(result.gone)} fewer and nothing new"
        proof = Proof(reasons=wrong) if wrong else Proof(BOUND, (reason,))
        proofs |= dict.fromkeys(wave.proposals, proof)
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
