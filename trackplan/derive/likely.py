"""What rules are likely to ask of names and of uses, for all raw columns in question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.derive import classes, less
from trackplan.derive.beforehand import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.classify import Dictionary
    from trackplan.facts.base import FactBase
    from trackplan.link.store import Facts

_SURE = 0.8  # of what a name says of people, as in the view `lessened`
_PEOPLE = ("user.unique_id", "user.contact.", "user.name")


def find(base: FactBase, facts: Facts, words: Dictionary | None) -> Found:
    """The classes of all raw columns, and how those are taken of which less may do."""
    columns = list(classes.of_columns(facts, words))
    chooser = less.Less.of(base, facts)
    sure = [
        (str(kind), key, str(category))
        for kind, key, category, _, sureness, _, said, _ in (*classes.of_fields(base, words), *columns)
        if isinstance(key, int) and (said or (isinstance(sureness, float) and sureness >= _SURE))
    ]
    keys = {column for kind, key, _ in sure for column in chooser.columns(kind, key)}
    people = [key for kind, key, category in sure if kind == "column" and category.startswith(_PEOPLE)]
    keys.update(_timed(facts, people))
    return Found(columns, {key: chooser.forms(key) for key in sorted(keys) if not chooser.doubt(key)})


def _timed(facts: Facts, people: Iterable[int]) -> Iterator[int]:
    """The times in tables that have a column that tells people apart."""
    tables = {facts.stored[key][0] for key in people}
    for key in range(1, facts.raw + 1):
        number, column = facts.stored[key]
        if number in tables and column.declared is not None and "TIME" in column.declared.type.upper():
            yield key
