"""The facts and findings of a project → the report, table by table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan import __version__, metrics
from trackplan.causes import CAUSES
from trackplan.facts.plain import grouped, number, text
from trackplan.findings import Severity
from trackplan.metrics import COUNTS
from trackplan.prune.world import World
from trackplan.report import model
from trackplan.report.blind import blind
from trackplan.report.flows import flows
from trackplan.report.inventory import subjects
from trackplan.report.journey import journey
from trackplan.report.overlaps import overlaps
from trackplan.report.people import categories
from trackplan.report.tools import adoption
from trackplan.report.use_cases import use_cases
from trackplan.report.waste import proposals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report
    from trackplan.metrics import Measured
    from trackplan.project import Project

_CONSUMERS = "SELECT key, id, kind, class, title, owner, counts FROM consumer ORDER BY id"
_SERVES = "SELECT s.consumer, u.id FROM serves s JOIN use_case u ON u.key = s.use_case ORDER BY 1, 2"


@dataclass(frozen=True, slots=True)
class Judged:
    """A project, its frozen facts, what the rules found on them, the day, and how many proposals were merged."""

    project: Project
    base: FactBase
    report: Report
    today: date
    merged: int = 0


def collect(judged: Judged, title: str = "") -> model.Review:
    """The whole report."""
    base, report = judged.base, judged.report
    found = subjects(base, report)
    can_go = proposals(World(judged.project, base, report), judged.today)
    named = {id_: proposal.id for proposal in can_go for id_ in proposal.subjects}
    inventory = [_with(subject, named.get(subject.id, "")) for subject in found.values()]
    cases = use_cases(base, found)
    keys = {number(row[0]): n for n, row in enumerate(base.fetch(_CONSUMERS))}
    return model.Review(
        version=model.VERSION,
        tool=model.Tool("trackplan", __version__),
        title=title,
        today=report.today,
        complete=report.complete,
        metrics=tuple(_metric(each) for each in metrics.measure(base, report, judged.merged).values()),
        quadrants=dict(report.quadrants),
        findings={str(s): sum(f.severity is s for f in report.findings) for s in sorted(Severity, reverse=True) if s},
        evidence={each.kind: each.subjects for each in report.evidence},
        notes=report.notes,
        blind=blind(base, report),
        inventory=tuple(inventory),
        consumers=_consumers(base, inventory),
        use_cases=cases,
        categories=categories(inventory, {text(row[1]): text(row[3]) for row in base.fetch(_CONSUMERS)}),
        proposals=can_go,
        causes=_causes(report),
        adoption=adoption(base, inventory),
        journey=journey(cases, {subject.id: subject for subject in inventory}),
        overlaps=overlaps(base),
        flows=flows(base, list(found), keys),
    )


def _with(subject: model.Subject, proposal: str) -> model.Subject:
    """The subject with its proposal, which only waste has."""
    from msgspec.structs import replace

    return replace(subject, proposal=proposal) if proposal and subject.status == "waste" else subject


def _metric(measured: Measured) -> model.Metric:
    metric, value = measured.metric, measured.value
    return model.Metric(
        metric.id,
        metric.title,
        metric.better,
        metric.unit,
        None if value is None else round(float(value), 6),
        measured.text,
        COUNTS[metric.of].words,
        COUNTS[metric.over].words if metric.over else "",
        measured.numerator,
        measured.denominator,
        metric.why,
        measured.unknown,
    )


def _consumers(base: FactBase, inventory: Iterable[model.Subject]) -> tuple[model.Consumer, ...]:
    takes = Counter(consumer for subject in inventory for consumer in subject.consumers)
    serves = {key: tuple(text(id_) for (id_,) in rows) for key, rows in grouped(base, _SERVES).items()}
    found = []
    for key, *said, counts in base.fetch(_CONSUMERS):
        id_, kind, use, title, owner = map(text, said)
        served = serves.get(number(key), ())
        found.append(model.Consumer(id_, kind, use, title, owner, bool(counts), served, takes[id_]))
    return tuple(found)


def _causes(report: Report) -> tuple[model.Cause, ...]:
    """All five causes, the one behind most findings first."""
    found: Mapping[str, int] = Counter(finding.cause for finding in report.findings)
    told = [
        model.Cause(name, found.get(name, 0), cause.meaning, cause.countermeasure) for name, cause in CAUSES.items()
    ]
    return tuple(sorted(told, key=lambda cause: -cause.findings))
