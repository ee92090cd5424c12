"""Texts of SQL → records, one by one: each depends on its own text and dialect alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.sql.records import NotUnderstood, Record
from trackplan.sql.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.facts.declared import Sql


def compile_all(texts: Sequence[Sql]) -> list[Record]:
    """The records of `texts`, in the same order."""
    return [_record(sql) for sql in texts]


def _record(sql: Sql) -> Record:
    if sql.unclear is not None:
        reason, detail = sql.unclear
        start = len(sql.text) - len(sql.text.lstrip())
        return Record([NotUnderstood(reason, detail, words(sql.text), "*" in sql.text, (start, len(sql.text)))])
    from trackplan.sql.statements import compile_text, templated

    return compile_text(sql.text, sql.dialect) if sql.rendered else templated(sql.text)
