"""The facts → the graph along which data flows, as numbers, so that a page can draw the way of any field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.facts.plain import Key, grouped, number, text
from trackplan.report.model import Flows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trackplan.facts.base import FactBase

_COLUMNS = """
SELECT c.key, c.relation, substr(c.id, length(r.id) + 2) FROM "column" c JOIN relation r ON r.key = c.relation
"""
_FIELDS = 'SELECT field, "column" FROM field_column ORDER BY 1, 2'
_PASSES = "SELECT source, target FROM flow ORDER BY 1, 2"
_USES = """
SELECT u."column", u.relation, u.consumer, u.how FROM use u JOIN "column" c ON c.key = u."column"
WHERE u.consumer IS NOT NULL OR u.how NOT IN ('output', 'star') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_ROWS = """
SELECT DISTINCT c.relation, u.relation FROM use u JOIN "column" c ON c.key = u."column"
WHERE u.relation IS NOT NULL AND c.relation <> u.relation
UNION
SELECT DISTINCT s.relation, t.relation FROM flow f JOIN "column" s ON s.key = f.source
JOIN "column" t ON t.key = f.target WHERE s.relation <> t.relation ORDER BY 1, 2
"""
_LEAVES = """
SELECT c.key, n.key FROM consumer c JOIN relation r ON r.id = c.name JOIN "column" n ON n.relation = r.key
WHERE c.kind = 'model' ORDER BY 1, 2
"""


def flows(base: FactBase, subjects: Sequence[Key], consumers: Mapping[int, int]) -> Flows:
    """The graph of a frozen base; `subjects` in the order of the inventory, `consumers` by key with their numbers."""
    lands = {key: [number(c) for (c,) in rows] for key, rows in grouped(base, _FIELDS).items()}
    passes = [(number(a), number(b)) for a, b in base.fetch(_PASSES)]
    uses = [(number(c), number(r), number(u), text(how)) for c, r, u, how in base.fetch(_USES)]
    uses += [(number(column), 0, number(consumer), "output") for consumer, column in base.fetch(_LEAVES)]
    starts = [_starts(kind, key, lands) for kind, key in subjects]
    numbers = _Numbers(base, {c for each in starts for c in each} | {c for pair in passes for c in pair}
                       | {use[0] for use in uses})  # fmt: skip
    steers = sorted({(numbers.column(c), numbers.relation(r), how) for c, r, u, how in uses if r})
    takes = sorted({(numbers.column(c), consumers[u], how) for c, r, u, how in uses if u in consumers})
    rows = sorted({(numbers.relation(number(a)), numbers.relation(number(b))) for a, b in base.fetch(_ROWS)})
    raw = {number(key) for (key,) in base.fetch("SELECT key FROM relation WHERE raw")}
    return Flows(
        relations=tuple(numbers.relations.values()),
        raw=tuple(n for n, key in enumerate(numbers.relations) if key in raw),
        columns=tuple(numbers.columns),
        fields=tuple(tuple(map(numbers.column, each)) for each in starts),
        passes=tuple(sorted((numbers.column(a), numbers.column(b)) for a, b in passes)),
        steers=tuple(steers),
        takes=tuple(takes),
        rows=tuple(rows),
    )


def _starts(kind: str, key: int, lands: Mapping[int, list[int]]) -> list[int]:
    """The columns in which a subject lies."""
    return lands.get(key, []) if kind == "field" else [key] if kind == "column" else []


class _Numbers:
    """Small numbers instead of keys, for the columns that are wanted and all relations."""

    def __init__(self, base: FactBase, wanted: Iterable[int]) -> None:
        self.relations = {number(key): text(id_) for key, id_ in base.fetch("SELECT key, id FROM relation ORDER BY id")}
        self._relation = {key: n for n, key in enumerate(self.relations)}
        rows = {number(key): (number(relation), text(name)) for key, relation, name in base.fetch(_COLUMNS)}
        self._column = {key: n for n, key in enumerate(sorted(key for key in wanted if key in rows))}
        self.columns = [(self._relation[rows[key][0]], rows[key][1]) for key in self._column]

    def column(self, key: int) -> int:
        return self._column[key]

    def relation(self, key: int) -> int:
        return self._relation[key]
