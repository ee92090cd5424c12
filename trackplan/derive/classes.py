"""What the names of fields and raw columns say of people → `classification`; filled when a rule or a person asks."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from trackplan.classify import classify
from trackplan.facts.declared import Column
from trackplan.findings import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trackplan.classify import Dictionary
    from trackplan.derive.beforehand import Beforehand
    from trackplan.facts.base import FactBase, Row, Value
    from trackplan.facts.declared import Sensitivity
    from trackplan.link.store import Facts

NAMES = ("kind", "key", "category", "sensitivity", "confidence", "evidence", "declared", "contradicts")
_FIELDS = """
SELECT f.key, e.name, f.path, f.type, f.description, f.sensitivity,
       (SELECT group_concat(t.tag, char(31)) FROM field_tag t WHERE t.field = f.key)
FROM field f JOIN event e ON e.key = f.event ORDER BY f.key
"""
_SILENT = Column("", Place(""))


def store(base: FactBase, facts: Facts, words: Dictionary | None, beforehand: Beforehand) -> None:
    """Let `classification` be filled on the first look at it, by these words, else by ours."""
    base.defer("classification", partial(_fill, base, facts, words, beforehand))


def _fill(base: FactBase, facts: Facts, words: Dictionary | None, beforehand: Beforehand) -> None:
    found = beforehand.found()
    columns = found.columns if found is not None else of_columns(facts, words)
    base.insert("classification", NAMES, [*of_fields(base, words), *columns])


def of_fields(base: FactBase, dictionary: Dictionary | None) -> Iterator[Row]:
    """The rows of fields."""
    for key, event, path, type_, description, sensitivity, tags in base.fetch(_FIELDS):
        words = sorted(str(tags).split("\x1f")) if tags else []
        level = cast("Sensitivity", sensitivity)  # the table's CHECK lists the words
        yield from field_rows(
            key, str(event), json.loads(str(path)), str(type_), str(description), words, level, dictionary
        )


def field_rows(
    key: Value,
    event: str,
    path: Sequence[str],
    type_: str,
    description: str,
    tags: Sequence[str],
    sensitivity: Sensitivity,
    dictionary: Dictionary | None = None,
) -> tuple[Row, ...]:
    """The row for a field of an event, if it has one."""
    above = (event.removeprefix("$"), *path[:-1])
    kind = "" if type_ == "any" else type_
    return _row(dictionary, "field", key, path[-1], above, kind, description, tags, sensitivity)


def of_columns(facts: Facts, dictionary: Dictionary | None) -> Iterator[Row]:
    """The rows of raw columns."""
    tables = facts.linking.program.tables
    for key, (number, column) in islice(facts.stored.items(), facts.raw):
        relation = tables[number].relation
        parts = relation.parts if relation else ()
        yield from column_rows(key, parts, (column.name, *column.path), column.declared or _SILENT, dictionary)


def column_rows(
    key: int, relation: tuple[str, ...], path: tuple[str, ...], said: Column, dictionary: Dictionary | None = None
) -> tuple[Row, ...]:
    """The row for a column, by what is said of it, if it has one; `relation` is the name of its table in parts."""
    above, level = relation[-1:] + path[:-1], said.sensitivity
    return _row(dictionary, "column", key, path[-1], above, said.type, said.description, said.tags, level)


def _row(
    dictionary: Dictionary | None,
    kind: str,
    key: Value,
    name: str,
    path: tuple[str, ...],
    type_: str,
    description: str,
    tags: Sequence[str],
    sensitivity: Sensitivity,
) -> tuple[Row, ...]:
    found = classify(name, path, type_, description, tags, sensitivity=sensitivity, dictionary=dictionary)
    if found is None:
        return ()
    against = found.contradicts
    evidence = "; ".join(map(str, (against or found).evidence))
    row = (
        kind, key, found.category, found.sensitivity, found.confidence, evidence, int(found.declared),
        against.category if against else "",
    )  # fmt: skip
    return (row,)
