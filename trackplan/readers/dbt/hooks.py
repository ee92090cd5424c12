"""Hooks of dbt: SQL that runs before or after a model, or with the whole project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.documents import Node, plain

if TYPE_CHECKING:
    from trackplan.facts.declared import Sql
    from trackplan.readers.dbt.packages import Package
    from trackplan.readers.dbt.rendering import Rendering

_KEYS = ("pre-hook", "post-hook")
_ON_RUN = ("on-run-start", "on-run-end")
# A hook that reads no data, as most (GRANT, ALTER SESSION …), says nothing.
_READS = re.compile(r"\b(?:from|select|update|merge|into)\b", re.IGNORECASE)


def hooks(
    package: Package, rendering: Rendering, dialect: str, path: str = "",
    settings: Mapping[str, object] | None = None, this: tuple[str, ...] = (),
) -> Iterator[Sql]:  # fmt: skip
    """The hooks of one model, or of the whole project where no `path` is given."""
    if path:
        said = [node for key in _KEYS for node in package.configured("models", path, key)]
        for key in _KEYS:
            for text in _texts((settings or {}).get(key.replace("-", "_"))):
                yield from _sql(rendering, text, dialect, path, (1, 1, 1, 1), this)
    else:
        said = [node for key in _ON_RUN if (node := package.settings.get(key)) is not None]
    for node in said:
        for text in _texts(plain(node)):
            yield from _sql(rendering, text, dialect, node.place.path, _span(node), this)


def _texts(value: object) -> Iterator[str]:
    """The SQL in a hook, or in a list of them."""
    if isinstance(value, str):
        if _READS.search(value):
            yield value
    elif isinstance(value, Mapping):
        yield from _texts(value.get("sql"))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _sql(
    rendering: Rendering, text: str, dialect: str, path: str, span: tuple[int, int, int, int], this: tuple[str, ...]
) -> Iterator[Sql]:
    """A hook builds nothing by its name, and all of it stands where it is set."""
    rendered = rendering.render(text, this)
    doubts = tuple(replace(d, span=span) for d in rendered.doubts)
    for sql in replace(rendered, doubts=doubts).sql(dialect, path):
        yield replace(sql, origin=((0, *span),))


def _span(node: Node) -> tuple[int, int, int, int]:
    place = node.place
    return place.line or 1, place.column or 1, place.end_line or 1, place.end_column or 1
