"""The report as tables: the same ones for Markdown, CSV and spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.report.page import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trackplan.formats.table import Cell
    from trackplan.report.model import Review, UseCase


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a heading; `name` is that of a file or sheet."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def tables(review: Review) -> list[Table]:
    """All tables, those that are read first in front."""
    return [
        Table("measures", "Measures", ("measure", "value", "counted", "of", "what is counted", "among"),
              [(m.title, m.text, m.numerator, m.denominator, m.counted, m.unknown or m.among) for m in review.metrics]),
        Table("not-analysed", "What could not be analysed", ("what", "how often", "what follows", "where"),
              [(b.title, b.count, b.effect, _listed(b.places)) for b in review.blind]),
        Table("quadrants", "Needed and used", ("status", "rows", "meaning"),
              [(name, count, words.STATUSES[name][0]) for name, count in review.quadrants.items()]),
        Table("changes", "What changed", ("what", "subject", "before", "now"), [*_changes(review)]),
        Table("purposes", "Purposes", _PURPOSE, [_purpose(case) for case in review.use_cases]),
        Table("purpose-fields", "Fields of each purpose",
              ("purpose", "field", "data on people", "evidence", "status", "kept for", "review by"),
              [*_fields(review)]),
        Table("people", "Data on people", ("category", "sensitivity", "goes to", "fields"), [*_people(review)]),
        Table("proposals", "What can go", _PROPOSAL, [*_proposals(review)]),
        Table("causes", "Causes", ("cause", "findings", "meaning", "what stops it"),
              [(c.cause, c.findings, c.meaning, c.countermeasure) for c in review.causes]),
        Table("tools", "Tools", ("tool", "kind", "receives", "used", "unknown", "share", "light"),
              [(t.name, t.kind, t.receives, t.used, t.unknown, t.share, t.verdict) for t in review.adoption]),
        Table("journey", "Customer journey", ("stage", "purposes", "used", "idle", "waste", "verdict", "unmet needs"),
              [(s.stage, _listed(s.use_cases), s.used, s.idle, s.waste, s.verdict, _listed(s.unmet))
               for s in review.journey]),
        Table("doubles", "Doubles", ("kind", "alike", "common", "of", "share"),
              [(o.kind, _listed(o.members), o.common, o.most, o.share) for o in review.overlaps]),
        Table("consumers", "Who uses data", ("consumer", "class", "title", "owner", "counts", "purposes", "takes"),
              [(c.id, c.use, c.title, c.owner, c.counts, _listed(c.use_cases), c.takes) for c in review.consumers]),
        inventory(review),
    ]  # fmt: skip


_PURPOSE = ("purpose", "title", "owner", "outcome", "goal", "moves", "stage", "state", "legal basis", "kind of use",
            "kept for", "needed until", "review by", "review", "signed", "about whom", "recipients", "transfers",
            "fields", "on people", "idle", "gaps", "consumers")  # fmt: skip
_PROPOSAL = ("proposal", "what", "owner", "how", "waits for", "fields", "columns", "tables", "on people",
             "values a month", "bytes a month", "money a month", "currency")  # fmt: skip
_INVENTORY = ("id", "kind", "group", "name", "status", "used", "reason", "type", "description", "owner", "category",
              "sensitivity", "personal", "evidence", "less would do", "shadow", "star only", "volume", "introduced",
              "expires", "place", "proposal", "destinations", "landing", "consumers", "models", "purposes",
              "findings")  # fmt: skip


def inventory(review: Review) -> Table:
    """Every field, stored column and unmet need."""
    rows: list[tuple[Cell, ...]] = [
        (s.id, s.kind, s.group, s.name, s.status, "unknown" if s.used is None else s.used, s.reason, s.type,
         s.description, s.owner, s.category, s.sensitivity, s.personal, s.evidence, s.less, s.shadow, s.star_only,
         s.volume, s.introduced, s.expires, s.place, s.proposal, *map(_listed, (
             s.destinations, s.landing, s.consumers, s.models, s.use_cases, s.rules)))
        for s in review.inventory
    ]  # fmt: skip
    return Table("inventory", "Inventory", _INVENTORY, rows)


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _purpose(case: UseCase) -> tuple[Cell, ...]:
    signed = f"{case.signed_by} {case.signed_on}" if case.signature == "signed" else case.signature
    return (case.id, case.title, case.owner, case.metric, case.goal, case.moves, case.stage, case.state,
            case.legal_basis, case.data_use, case.retention, case.horizon, case.review_by, case.review, signed,
            _listed(case.data_subjects), _listed(case.recipients), _listed(case.transfers), len(case.fields),
            case.personal, case.idle, case.gaps, _listed(case.consumers))  # fmt: skip


def _fields(review: Review) -> Iterator[tuple[Cell, ...]]:
    subjects = {subject.id: subject for subject in review.inventory}
    for case in review.use_cases:
        for each in words.among(case.fields, subjects):
            evidence = _listed(each.consumers) or each.reason
            category = (each.category or each.sensitivity) if each.personal else ""
            yield case.id, each.id, category, evidence, each.status, case.retention, case.review_by


def _people(review: Review) -> Iterator[tuple[Cell, ...]]:
    for each in review.categories:
        yield each.category, each.sensitivity, "(all)", each.fields
        for name, count in (*each.destinations.items(), *each.classes.items()):
            yield each.category, each.sensitivity, name, count


def _proposals(review: Review) -> Iterator[tuple[Cell, ...]]:
    for p in review.proposals:
        yield (p.id, p.title, p.owner, words.RISKS[p.risk], p.waits, p.fields, p.columns, p.tables, p.personal,
               p.values, p.bytes, p.money, p.currency)  # fmt: skip


def _changes(review: Review) -> Iterator[tuple[Cell, ...]]:
    change = review.change
    if change is None:
        return
    listed = (("new data on people", change.new_personal), ("new field", change.new_fields),
              ("stored, no longer planned", change.unplanned), ("planned now, stored before", change.planned),
              ("waste that is gone", change.fewer), ("gone although it was no waste", change.lost),
              ("new purpose", change.new_purposes), ("purpose that ended", change.ended_purposes),
              ("purpose that changed", change.changed_purposes))  # fmt: skip
    for what, ids in listed:
        for id_ in ids:
            yield what, id_, None, None
    for each in change.moved:
        yield "judged otherwise", each.id, each.before, each.after
    for name, (before, now) in change.quadrants.items():
        if before != now:
            yield "rows", name, before, now
    for metric in review.metrics:
        text = words.earlier(review, metric)
        if text not in ("", metric.text):
            yield "measure", metric.title, text, metric.text
