"""The facts → each declared purpose with what it needs, who serves it, and how far it is agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.facts.plain import grouped, number, text
from trackplan.report.model import Need, UseCase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trackplan.facts.base import FactBase, Value
    from trackplan.facts.plain import Key
    from trackplan.report.model import Subject

_USE_CASES = """
SELECT u.key, u.id, u.title, u.owner, u.metric, u.goal, u.moves, u.stage, u.horizon, u.review_by, u.legal_basis,
       u.special_category_basis, u.data_use, u.retention, u.state, u.signed, u.signed_by, u.signed_on, u.fingerprint,
       f.path || ':' || p.line, r.today
FROM use_case u JOIN place p ON p.key = u.place JOIN file f ON f.key = p.file JOIN run r ORDER BY u.key
"""
_NAMES = ("id", "title", "owner", "metric", "goal", "moves", "stage", "horizon", "review_by", "legal_basis",
          "special_category_basis", "data_use", "retention", "state")  # fmt: skip
_DETAILS = """
SELECT use_case, kind, value || iif(note = '', '', ' (' || note || ')') FROM use_case_detail ORDER BY 1, 2, 3
"""
_NEEDS = """
SELECT n.use_case, n.selector, n.why, (SELECT count(*) FROM need_match m WHERE m.need = n.key)
FROM need n ORDER BY n.key
"""
_CONSUMERS = """
SELECT s.use_case, c.id FROM serves s JOIN consumer c ON c.key = s.consumer ORDER BY c.id
"""
_MISSING = "SELECT use_case, selector FROM unknown_consumer ORDER BY 1, 2"
_FIELDS = "SELECT use_case, kind, key, max(how = 'explicit') FROM subject_use_case GROUP BY 1, 2, 3"
_GAPS = "SELECT use_case, count(*) FROM gap GROUP BY 1"


def use_cases(base: FactBase, subjects: Mapping[Key, Subject]) -> tuple[UseCase, ...]:
    """All use cases, in the order in which they are written."""
    details, needs, consumers = grouped(base, _DETAILS), grouped(base, _NEEDS), grouped(base, _CONSUMERS)
    missing, fields = grouped(base, _MISSING), grouped(base, _FIELDS)
    gaps = {key: number(rows[0][0]) for key, rows in grouped(base, _GAPS).items()}
    found = []
    for row in base.fetch(_USE_CASES):
        key = number(row[0])
        signed, by, on, fingerprint, place, today = map(text, row[15:])
        said = dict(zip(_NAMES, map(text, row[1:15]), strict=True))
        chosen, named = _fields(fields.get(key, ()), subjects)
        found.append(
            UseCase(
                **said,
                review="missing" if not said["review_by"] else "due" if said["review_by"] < today else "set",
                signature="missing" if not by else "signed" if signed == fingerprint else "changed",
                signed_by=by,
                signed_on=on,
                fingerprint=fingerprint,
                data_subjects=_detail(details.get(key, ()), "data_subject"),
                recipients=_detail(details.get(key, ()), "recipient"),
                transfers=_detail(details.get(key, ()), "transfer"),
                assumptions=_detail(details.get(key, ()), "assumption"),
                needs=tuple(Need(text(s), text(why), number(n)) for s, why, n in needs.get(key, ())),
                consumers=tuple(text(id_) for (id_,) in consumers.get(key, ())),
                missing_consumers=tuple(text(id_) for (id_,) in missing.get(key, ())),
                fields=tuple(subject.id for subject in chosen),
                named=named,
                personal=sum(subject.personal for subject in chosen),
                idle=sum(subject.status == "idle" for subject in chosen),
                gaps=gaps.get(key, 0),
                place=place,
            )
        )
    return tuple(found)


def _fields(rows: Iterable[tuple[Value, ...]], subjects: Mapping[Key, Subject]) -> tuple[list[Subject], int]:
    """The subjects that a use case needs, those that it names first, and how many these are."""
    named: list[Subject] = []
    derived: list[Subject] = []
    for kind, key, explicit in rows:
        subject = subjects.get((text(kind), number(key)))
        if subject is not None:
            (named if explicit else derived).append(subject)
    order = lambda subject: subject.id  # noqa: E731
    return [*sorted(named, key=order), *sorted(derived, key=order)], len(named)


def _detail(rows: Iterable[tuple[Value, ...]], kind: str) -> tuple[str, ...]:
    return tuple(text(value) for each, value in rows if each == kind)
