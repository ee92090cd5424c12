"""The rules on the facts, then what silences findings on those, then the rules that judge what silences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from trackplan import engine
from trackplan.engine import Outcome
from trackplan.gate import silence, sources, table
from trackplan.gate.model import JUDGES
from trackplan.rules import overridden

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from trackplan.facts.base import FactBase
    from trackplan.facts.limits import Limits
    from trackplan.findings import Silenced
    from trackplan.gate.model import Suppression
    from trackplan.project import Project
    from trackplan.rules import Rule


class Asked(Struct, frozen=True):
    """All rules there are, those that this run is asked for, and those that run where nothing else is asked for."""

    all: Sequence[Rule]
    chosen: Sequence[Rule]
    usual: Sequence[Rule]


class Judged(Struct, frozen=True):
    """What the rules gave that counts, and what is put up with, by which of the `suppressions`.

    `wide` tells that other rules had to run than those that were chosen, to judge the suppressions.
    """

    outcome: Outcome
    silenced: tuple[Silenced, ...]
    suppressions: tuple[Suppression, ...]
    wide: bool


def judge(base: FactBase, project: Project, asked: Asked, today: date, limits: Limits | None = None) -> Judged:
    """What the chosen rules find that counts, and what of it is put up with.

    Whether a suppression is of any use can only be said once all usual rules have run, so they are where there is one.
    Raises `ReadError` where the baseline cannot be read.
    """
    suppressions = silence.settled(sources.suppressions(project), asked.all, reasons=project.policy.reasons)
    judges = [rule for rule in asked.chosen if rule.id in JUDGES]
    wide = dict.fromkeys((*asked.chosen, *asked.usual) if judges and suppressions else asked.chosen)
    first = _run(base, [rule for rule in wide if rule.id not in JUDGES], project, limits)
    verdict = silence.judge(first.findings, suppressions, today.isoformat())
    table.store(base, verdict, first.ran)
    ids = {rule.id for rule in asked.chosen}
    kept = Outcome(
        tuple(finding for finding in verdict.loud if finding.rule in ids),
        tuple(skipped for skipped in first.skipped if skipped.rule in ids),
        tuple(failed for failed in first.failed if failed.rule in ids),
        tuple(rule for rule in first.ran if rule in ids),
    )
    silenced = tuple(each for each in verdict.silenced if each.finding.rule in ids)
    judged = _joined(kept, _run(base, judges, project, limits))
    return Judged(judged, silenced, tuple(suppressions), len(wide) > len(asked.chosen))


def _run(base: FactBase, rules: Sequence[Rule], project: Project, limits: Limits | None) -> Outcome:
    outcome = engine.run(base, rules, project, limits)
    return replace(outcome, findings=tuple(overridden(outcome.findings, rules, project.rules.per_path)))


def _joined(one: Outcome, other: Outcome) -> Outcome:
    findings = sorted((*one.findings, *other.findings), key=lambda finding: finding.sort_key)
    return replace(
        one,
        findings=tuple(findings),
        skipped=(*one.skipped, *other.skipped),
        failed=(*one.failed, *other.failed),
        ran=(*one.ran, *other.ran),
    )
