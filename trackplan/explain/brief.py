"""What is known of a subject in a line or two: who uses it for what, and where it goes."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, cast

from trackplan.explain.lookup import Lookup, by_class, listing, number
from trackplan.explain.people import explain_consumer, explain_use_case
from trackplan.explain.sets import explain_event, explain_relation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.explain.find import Subject
    from trackplan.explain.lookup import Cell
    from trackplan.explain.tree import Node
    from trackplan.facts.base import FactBase

_SAID = {
    "field": """
SELECT f.id, f.type, iif(f.required, 'required', 'optional'), f.sensitivity, f.status, f.description, s.status, s.reason
FROM field f LEFT JOIN field_status s ON s.field = f.key WHERE f.key IN (SELECT value FROM json_each(:keys)) ORDER BY 1
""",
    "column": """
SELECT c.id, c.type, '', c.sensitivity, '', c.description, s.status, s.reason
FROM "column" c LEFT JOIN column_status s ON s."column" = c.key
WHERE c.key IN (SELECT value FROM json_each(:keys)) ORDER BY 1
""",
}
_COLUMNS = """
SELECT c.key, c.id FROM "column" c WHERE c.key IN (
  SELECT l."column" FROM field_column l WHERE l.field IN (SELECT value FROM json_each(:keys)))
ORDER BY c.id
"""
_CLASSES = """
SELECT c.class, c.counts, count(DISTINCT c.key) FROM reach h JOIN consumer c ON c.key = h.consumer
WHERE h.strength <> 'possible' AND h."column" IN (SELECT value FROM json_each(:keys)) GROUP BY c.class, c.counts
"""
_CASES = """
SELECT DISTINCT use_case_id FROM subject_use_case
WHERE kind = '{kind}' AND key IN (SELECT value FROM json_each(:keys)) ORDER BY 1
"""
_FLOWS = """
SELECT DISTINCT t.id FROM flow f JOIN "column" t ON t.key = f.target
WHERE f.source IN (SELECT value FROM json_each(:keys)) ORDER BY 1
"""
_PLACE = re.compile(r"  \[[^\]]*\]$")
_EXPLAINERS = {
    "event": explain_event,
    "relation": explain_relation,
    "use case": explain_use_case,
    "consumer": explain_consumer,
}
_MOST_LINES = 8


def brief(base: FactBase, subjects: Sequence[Subject]) -> list[str]:
    """Lines of plain text: the id, then what is known. Of several fields or columns, what is known of them together.

    A place may declare many: a field that several events share stands for one of each.
    """
    kind = subjects[0].kind
    keys = sorted({subject.key for subject in subjects if subject.kind == kind})
    return _data(base, kind, keys) if kind in _SAID else _other(base, kind, keys[0])


def _data(base: FactBase, kind: str, keys: list[int]) -> list[str]:
    rows = _rows(base, _SAID[kind], keys)
    same = [str(cells[0]) if len(set(cells)) == 1 else "" for cells in list(zip(*rows, strict=True))[1:]]
    type_, required, sensitivity, state, description, _, reason = same
    columns = [(key, str(id_)) for key, id_ in _rows(base, _COLUMNS, keys) if isinstance(key, int)]
    where = keys if kind == "column" else [key for key, _ in columns]
    facts = [kind, type_, required, f"{sensitivity} data" if sensitivity not in ("", "none") else "", state]
    counted = Counter(str(row[6]) for row in rows if row[6])
    verdict = ", ".join(f"{many} {word}" if len(rows) > 1 else word for word, many in sorted(counted.items()))
    lines = [
        f"{listing(str(row[0]) for row in rows)}: " + ", ".join(word for word in facts if word not in ("", "active")),
        _sentence(base, kind, keys, where, [id_ for _, id_ in columns]),
        f"status: {verdict}" + (f", because {reason}" if reason else "") if verdict else "",
        description,
    ]
    return [line for line in lines if line]


def _sentence(base: FactBase, kind: str, keys: list[int], columns: list[int], landed: list[str]) -> str:
    """`used by 3 dashboards for 2 use cases (a, b); lands in x; flows to y`."""
    users = by_class(_rows(base, _CLASSES, columns)) or "used by nobody"
    cases = [str(row[0]) for row in _rows(base, _CASES.format(kind=kind), keys)]
    if cases:
        users += f" for {number(len(cases), 'use case')} ({listing(cases, 3)})"
    flows = [str(row[0]) for row in _rows(base, _FLOWS, columns)]
    parts = [
        users,
        f"lands in {listing(landed, 3)}" if landed else "",
        f"flows to {listing(flows, 3)}" if flows else "",
    ]
    return "; ".join(part for part in parts if part)


def _other(base: FactBase, kind: str, key: int) -> list[str]:
    root: Node = _EXPLAINERS[kind](Lookup(base), key)
    lines = [_PLACE.sub("", root.text)]
    for node in root.children[:_MOST_LINES]:
        inner = listing(_PLACE.sub("", child.text) for child in node.children)
        lines.append(f"{_PLACE.sub('', node.text)}: {inner}" if inner else _PLACE.sub("", node.text))
    return lines


def _rows(base: FactBase, sql: str, keys: Sequence[int]) -> list[tuple[Cell, ...]]:
    return cast("list[tuple[Cell, ...]]", list(base.fetch(sql, {"keys": json.dumps(list(keys))})))
