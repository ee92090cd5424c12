"""The columns by which dbt tells the rows of an incremental model apart: they decide which rows it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from trackplan.facts.declared import Sql
    from trackplan.findings import Place
    from trackplan.readers.dbt.configs import Said
    from trackplan.readers.dbt.rendering import Rendering

TIME = "event_time"
"""The setting that names the column by which dbt takes a part of what a model reads."""
KEYS = ("unique_key", TIME)
"""The settings that name columns."""
PARTITIONS = "partition_by"
"""The setting that names columns where whole partitions are written anew."""
CONDITIONS = ("incremental_predicates", "predicates")
"""The settings that hold conditions on the rows that are there, and on those that come."""
STRATEGY = "incremental_strategy"
"""The setting that tells how rows come together."""
# Others, such as `insert_overwrite`, and those of a project itself, write whole partitions anew.
_BY_ROW = frozenset({"append", "merge", "delete+insert"})
_SIDE = re.compile(r"\bdbt_internal_(?:dest|source)\s*\.\s*", re.IGNORECASE)


def keyed(
    said: Mapping[str, Iterable[Said]], rendering: Rendering, this: tuple[str, ...], package: str = ""
) -> Iterator[Sql]:
    """What a run does to the rows that a model has, as far as columns decide: it drops some by these.

    `said` is what is set under `KEYS` and the other settings above.
    """
    if not this:
        return
    strategies = [text for each in said.get(STRATEGY, ()) for text in _texts(each.value)]
    named = [*KEYS, *([PARTITIONS] if any(text not in _BY_ROW for text in strategies) else [])]
    gone: dict[str, Place] = {}
    for key in (*named, *CONDITIONS):
        for each in said.get(key, ()):
            for text in _texts(each.value):
                gone.setdefault(_SIDE.sub("", text) if key in CONDITIONS else f"coalesce({text}) IS NULL", each.place)
    if gone:
        target = ".".join(identifier(part, rendering.dialect) for part in this)
        where = " OR ".join(f"({condition})" for condition in gone)
        yield from rendering.beside(f"DELETE FROM {target} WHERE {where}", next(iter(gone.values())), this, package)  # noqa: S608


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, Mapping):  # BigQuery's `{field: day, data_type: date}`
        yield from _texts(value.get("field"))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
