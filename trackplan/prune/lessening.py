"""All proposals to keep less, each with its grade: bound by what the SQL tells, or proved by running it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trackplan.prune.less import lessen
from trackplan.prune.retention import shorten

if TYPE_CHECKING:
    from datetime import date

    from trackplan.findings import Report
    from trackplan.prune.less import Lessening
    from trackplan.prune.model import Proposal
    from trackplan.prune.verify import Verifier
    from trackplan.prune.world import World


def less(world: World, before: Report, today: date, verifier: Verifier | None) -> list[Proposal]:
    """The proposals for what a check found `before`."""
    made = [_graded(proposal, each, verifier) for proposal, each in lessen(world, before, today)]
    return [*made, *shorten(world, before, today)]


def _graded(proposal: Proposal, lessening: Lessening, verifier: Verifier | None) -> Proposal:
    if verifier is None or proposal.blockers:
        return proposal
    from trackplan.prune.less_verify import prove

    proof, against = prove(verifier, lessening)
    return replace(proposal, proof=proof, blockers=against)
