"""The inventory: one row per field, raw column and unmet need, with its verdict and all who depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from trackplan.facts.plain import number

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

Key = tuple[str, int]

_SUBJECTS = """
SELECT 'column', c.key, c.id, s.status, s.used, s.reason, s.shadow, c.place
FROM column_status s JOIN "column" c ON c.key = s."column"
UNION ALL
SELECT 'field', f.key, f.id, s.status, s.used, s.reason, 0, f.place
FROM field_status s JOIN field f ON f.key = s.field
UNION ALL
SELECT 'need', g.need, g.id, 'gap', NULL,
       'nothing that is collected or stored matches ' || g.selector, 0, g.place
FROM gap g
"""

_CLASSES = "SELECT kind, key, class, consumers FROM subject_class ORDER BY class"

_PLACES = 'SELECT p.key, f.path, p.line, p."column" FROM place p JOIN file f ON f.key = p.file'

_LISTS = {
    "consumers": "SELECT kind, key, consumer_id FROM subject_consumer WHERE strength <> 'possible'",
    "models": "SELECT kind, key, relation_id FROM subject_model",
    "use_cases": """
SELECT j.kind, j.key, u.id FROM justification j JOIN use_case u ON u.key = j.use_case
UNION
SELECT 'need', g.need, u.id FROM gap g JOIN use_case u ON u.key = g.use_case
""",
    "needs": """
SELECT j.kind, j.key, n.id FROM justification j JOIN need n ON n.key = j.need
UNION
SELECT 'need', g.need, g.id FROM gap g
""",
    "landing": """
SELECT 'field', l.field, c.id FROM landing l JOIN "column" c ON c.key = l."column"
UNION
SELECT 'column', l."column", f.id FROM landing l JOIN field f ON f.key = l.field
""",
}


class Spot(TypedDict):
    """A place as the inventory tells it."""

    path: str
    line: int
    column: int


class Row(TypedDict):
    """One row; the names are those of `schemas/inventory.schema.json`."""

    id: str
    kind: str
    status: str
    used: bool | None
    reason: str
    shadow: bool
    consumers: list[str]
    classes: dict[str, int]
    models: list[str]
    use_cases: list[str]
    needs: list[str]
    landing: list[str]
    place: Spot | None


def rows(base: FactBase) -> list[Row]:
    """All rows of the frozen base, sorted by kind and id."""
    places = {key: Spot(path=str(p), line=number(n), column=number(c)) for key, p, n, c in base.fetch(_PLACES)}
    classes: dict[Key, dict[str, int]] = {}
    for kind, key, group, uses in base.fetch(_CLASSES):
        classes.setdefault((str(kind), number(key)), {})[str(group)] = number(uses)
    lists = {name: _grouped(base, sql) for name, sql in _LISTS.items()}
    found = []
    for kind, key, id_, status, used, reason, shadow, place in base.fetch(_SUBJECTS):
        subject = (str(kind), number(key))
        found.append(
            Row(
                id=str(id_),
                kind=str(kind),
                status=str(status),
                used=None if used is None else bool(used),
                reason=str(reason),
                shadow=bool(shadow),
                consumers=lists["consumers"].get(subject, []),
                classes=classes.get(subject, {}),
                models=lists["models"].get(subject, []),
                use_cases=lists["use_cases"].get(subject, []),
                needs=lists["needs"].get(subject, []),
                landing=lists["landing"].get(subject, []),
                place=places.get(place),
            )
        )
    return sorted(found, key=lambda row: (row["kind"], row["id"]))


def _grouped(base: FactBase, sql: str) -> dict[Key, list[str]]:
    groups: dict[Key, set[str]] = {}
    for kind, key, id_ in base.fetch(sql):
        groups.setdefault((str(kind), number(key)), set()).add(str(id_))
    return {key: sorted(ids) for key, ids in groups.items()}
