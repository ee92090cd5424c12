"""The facts → every subject that the quadrants count, with all that is to be told of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from trackplan.facts.plain import Key, lists, number, text
from trackplan.report.model import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackplan.facts.base import FactBase
    from trackplan.findings import Report

_SUBJECTS = """
SELECT s.kind, s.key, s.id, coalesce(e.id, r.id), coalesce(f.path, c.path), s.status, s.used, s.reason, s.star_only,
       coalesce(f.type, c.type), coalesce(f.description, c.description), coalesce(f.owner, r.owner), e.volume,
       f.introduced, f.expires, coalesce(x.shadow, 0), k.category, k.sensitivity, k.evidence,
       fl.path || ':' || pl.line
FROM subject s
LEFT JOIN field f ON s.kind = 'field' AND f.key = s.key
LEFT JOIN event e ON e.key = f.event
LEFT JOIN stored_column c ON s.kind = 'column' AND c.key = s.key
LEFT JOIN relation r ON r.key = c.relation
LEFT JOIN column_status x ON s.kind = 'column' AND x."column" = s.key
LEFT JOIN classification k ON k.kind = s.kind AND k.key = s.key
LEFT JOIN place pl ON pl.key = s.place
LEFT JOIN file fl ON fl.key = pl.file
"""
_GAPS = """
SELECT 'need', g.need, g.id, u.id, g.selector, u.owner, n.why, f.path || ':' || p.line
FROM gap g JOIN need n ON n.key = g.need JOIN use_case u ON u.key = g.use_case
JOIN place p ON p.key = g.place JOIN file f ON f.key = p.file
"""
_PERSONAL = "SELECT kind, key FROM personal_subject"
_LESS = "SELECT kind, key, advice FROM excess"
_DESTINATIONS = """
SELECT 'field', f.key, d.destination FROM event_destination d JOIN field f ON f.event = d.event
UNION ALL
SELECT s.kind, s.key, s.consumer_id FROM subject_consumer s JOIN consumer c ON c.key = s.consumer
WHERE c.class IN ('export', 'ml') AND s.strength <> 'possible'
"""
_CONSUMERS = "SELECT kind, key, consumer_id FROM subject_consumer WHERE strength <> 'possible'"
_MODELS = "SELECT kind, key, relation_id FROM subject_model"
_USE_CASES = "SELECT kind, key, use_case_id FROM subject_use_case"
_LANDING = """SELECT 'field', l.field, c.id FROM landing l JOIN "column" c ON c.key = l."column" """


def subjects(base: FactBase, report: Report) -> dict[Key, Subject]:
    """Every subject and gap of a frozen base by its key, sorted by kind and id, gaps last."""
    rules = _rules(report)
    named = [lists(base, sql) for sql in (_DESTINATIONS, _LANDING, _CONSUMERS, _MODELS, _USE_CASES)]
    less = {key: values[0] for key, values in lists(base, _LESS).items()}
    personal = {(text(kind), number(key)) for kind, key in base.fetch(_PERSONAL)}
    found = {}
    for row in base.fetch(_SUBJECTS):
        key = (text(row[0]), number(row[1]))
        destinations, landing, consumers, models, use_cases = (each.get(key, ()) for each in named)
        found[key] = Subject(
            id=text(row[2]),
            kind=key[0],
            group=text(row[3]),
            name=_path(text(row[4])),
            status=text(row[5]),
            used=None if row[6] is None else bool(row[6]),
            reason=text(row[7]),
            star_only=bool(row[8]),
            type=text(row[9]),
            description=text(row[10]),
            owner=text(row[11]),
            volume=row[12] if isinstance(row[12], int) else None,
            introduced=text(row[13]),
            expires=text(row[14]),
            shadow=bool(row[15]),
            category=text(row[16]),
            sensitivity=text(row[17]),
            evidence=text(row[18]),
            personal=key in personal,
            place=text(row[19]),
            less=less.get(key, ""),
            rules=rules.get(text(row[2]), ()),
            destinations=destinations,
            landing=landing,
            consumers=consumers,
            models=models,
            use_cases=use_cases,
        )
    found |= _gaps(base, rules)
    order = {"field": 0, "column": 1, "need": 2}
    return dict(sorted(found.items(), key=lambda item: (order[item[0][0]], item[1].id, item[0])))


def _gaps(base: FactBase, rules: Mapping[str, tuple[str, ...]]) -> dict[Key, Subject]:
    found = {}
    for row in base.fetch(_GAPS):
        id_, case, selector, owner, why, place = map(text, row[2:])
        found["need", number(row[1])] = Subject(
            id_, "need", case, selector, "gap", None, f"nothing that is collected or stored matches {selector}",
            description=why, owner=owner, place=place, use_cases=(case,), rules=rules.get(id_, ()),
        )  # fmt: skip
    return found


def _rules(report: Report) -> dict[str, tuple[str, ...]]:
    """The rules that found something about a subject, by its id."""
    found: dict[str, set[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.subject, set()).add(finding.rule)
    return {subject: tuple(sorted(rules)) for subject, rules in found.items()}


def _path(path: str) -> str:
    """The segments of a path, which is a JSON list, as people read them."""
    return ".".join(map(str, json.loads(path))) if path else ""
