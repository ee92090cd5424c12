"""Less data that would do, for all that is data on people → `less_data`; filled when a rule or a person asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive.alternatives import Alternative, choose, drop, unknown, unused
from trackplan.derive.reasons import few

if TYPE_CHECKING:
    from trackplan.derive.beforehand import Beforehand
    from trackplan.facts.base import FactBase, Row
    from trackplan.link.store import Facts
    from trackplan.link.takings import Forms, Takings

SUBJECTS = "INSERT INTO lessened_subject (kind, key, category) SELECT kind, key, category FROM lessened"
NAMES = ("kind", "key", "action", "form", "keep", "evidence", "breaks", "takers", "advice")


def store(base: FactBase, facts: Facts, beforehand: Beforehand) -> None:
    """Let `less_data`, and `lessened_subject` that tells of what, be filled on the first look at them."""
    base.defer("lessened_subject", partial(base.run, SUBJECTS), after=("classification",))
    base.defer("less_data", partial(_fill, base, facts, beforehand), after=("lessened_subject",))


def _fill(base: FactBase, facts: Facts, beforehand: Beforehand) -> None:
    less = Less.of(base, facts)
    found = beforehand.found()
    less.known = found.taken if found is not None else {}
    base.insert("less_data", NAMES, less.rows())


class Less(Struct):
    """Chooses alternatives.

    `consumers` has id and whether it counts, by bit, `counting` the bits of those that do; `models` the ids of
    relations, by key; `low` tells of which relations too few readers were understood, and how few.
    """

    base: FactBase
    facts: Facts
    takings: Takings
    consumers: list[tuple[str, bool]]
    models: dict[int, str]
    low: dict[int, str]
    counting: int
    known: Mapping[int, Forms] = {}
    _columns: dict[int, list[int]] = {}

    @classmethod
    def of(cls, base: FactBase, facts: Facts) -> Less:
        """What chooses for the subjects of a fact base."""
        from trackplan.link.takings import Takings  # with all of linking, which an edit of a plan does without

        consumers = [(str(id_), bool(counts)) for id_, counts in base.fetch(_CONSUMERS)]
        models = {key: str(id_) for key, id_ in base.fetch("SELECT key, id FROM relation") if isinstance(key, int)}
        doubted = base.fetch("SELECT relation, reason FROM low_coverage")
        low = {key: str(reason) for key, reason in doubted if isinstance(key, int)}
        counting = sum(1 << bit for bit, (_, counts) in enumerate(consumers) if counts)
        less = cls(base, facts, Takings(facts.linking), consumers, models, low, counting)
        for subject, column in base.fetch(_COLUMNS):
            if isinstance(subject, int) and isinstance(column, int):
                less._columns.setdefault(subject, []).append(column)
        return less

    def rows(self) -> Iterator[Row]:
        """The rows of `less_data`."""
        for kind, key, type_, used, needed, reason, cases in self.base.fetch(_SUBJECTS):
            if not isinstance(key, int):
                continue
            columns = self.columns(str(kind), key)
            takers: dict[str, set[str]] = {}
            if used is None:
                found = unknown(str(reason))
            else:
                found = self.alternative(columns, str(type_), str(cases) if needed else "", takers)
            said = json.dumps({name: sorted(forms) for name, forms in sorted(takers.items())}) if found.form else ""
            words = (found.action, found.form, found.keep, found.evidence, few(found.broken), said, found.advice)
            yield kind, key, *words

    def alternative(
        self, columns: list[int], type_: str = "", cases: str = "", takers: dict[str, set[str]] | None = None
    ) -> Alternative:
        """What would do instead of a value that is stored in some columns, and that some use cases ask for.

        `takers` is filled with all who take it, each in which forms.
        """
        doubt = next((doubt for key in columns if (doubt := self.doubt(key))), "")
        if doubt:
            return unknown(doubt)
        counting: dict[str, set[str]] = {}
        others: dict[str, set[str]] = {}
        types = [type_]
        for key in columns:
            column = self.facts.stored[key][1]
            types += [column.declared.type] if column.declared is not None else []
            for bit, forms in self.forms(key).items():
                name, counts = self.consumers[bit]
                (counting if counts else others).setdefault(name, set()).update(forms)
        if takers is not None:
            takers.update({**counting, **others})
        if counting:
            return choose(counting, others, types)
        return drop(unused(cases), sorted({*others, *self._models(columns)}))

    def columns(self, kind: str, key: int) -> list[int]:
        """The columns that hold a field or something inside it; a column is its own."""
        return self._columns.get(key, []) if kind == "field" else [key]

    def forms(self, key: int) -> Forms:
        """The forms in which a column is taken, by the bits of consumers."""
        known = self.known.get(key)
        return known if known is not None else self.takings.of(*self.facts.stored[key], self.counting)

    def doubt(self, key: int) -> str:
        """Why a column may be used in ways that nobody sees, if it may."""
        return next(self._doubts(key), "")

    def _models(self, columns: list[int]) -> Iterator[str]:
        """The models that carry or read some columns."""
        keys = {model for column in columns for model in self.facts.carrying(column)}
        yield from (self.models[key] for key in keys)

    def _doubts(self, key: int) -> Iterator[str]:
        """All that speaks for unseen uses of a column."""
        column = self.facts.stored[key][1]
        if column.paired:
            yield "it is one of the keys in a list of pairs, whose values are taken in common"
        named, star, possible = column.masks(self.facts.linking)
        yield from self.facts.linking.askers.texts.reasons(named | star | possible, column.word)
        yield from self.facts.everywhere
        number = self.facts.stored[key][0]
        clause = self.low.get(self.facts.relations.get(number, 0))
        if clause:
            yield clause


_CONSUMERS = "SELECT id, counts FROM consumer ORDER BY key"
# The columns that hold a field or something inside it.
_COLUMNS = """
WITH RECURSIVE inside(field, member) AS (
  SELECT key, key FROM field UNION ALL SELECT i.field, f.key FROM inside i JOIN field f ON f.parent = i.member
)
SELECT DISTINCT i.field, l."column" FROM inside i JOIN landing l ON l.field = i.member ORDER BY 1, 2
"""
_SUBJECTS = """
SELECT s.kind, s.key, coalesce(f.type, c.type), s.used, s.needed, s.reason, s.use_cases
FROM subject s
LEFT JOIN field f ON s.kind = 'field' AND f.key = s.key
LEFT JOIN stored_column c ON s.kind = 'column' AND c.key = s.key
WHERE (s.kind, s.key) IN (SELECT kind, key FROM lessened_subject)
ORDER BY s.kind, s.key
"""
