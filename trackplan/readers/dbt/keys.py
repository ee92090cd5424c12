"""The columns by which dbt tells the rows of an incremental model apart: they decide which rows it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trackplan.documents import plain
from trackplan.facts.declared import Sql
from trackplan.findings import Place
from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from trackplan.readers.dbt.packages import Package

_KEYS = ("unique_key", "event_time")


def keyed(
    package: Package, settings: Mapping[str, object], path: str, this: tuple[str, ...], dialect: str
) -> Iterator[Sql]:
    """What a run does to the rows that a model has, as far as columns decide: it drops some by their keys."""
    said = [settings.get(key) for key in _KEYS]
    said += [plain(node) for key in _KEYS for node in package.configured("models", path, key)]
    listed = [value for each in said for value in (each if isinstance(each, list | tuple) else [each])]
    keys = dict.fromkeys(value for value in listed if isinstance(value, str) and value.strip() and "{{" not in value)
    if keys and this:
        target = ".".join(identifier(part, dialect) for part in this)
        gone = " OR ".join(f"coalesce({key}) IS NULL" for key in keys)
        yield Sql(f"DELETE FROM {target} WHERE {gone}", dialect, Place(path), origin=((0, 1, 1, 1, 1),))  # noqa: S608
