"""Hooks of dbt: SQL that runs before or after a model, or with the whole project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from trackplan.documents import plain
from trackplan.readers.dbt.configs import Said

if TYPE_CHECKING:
    from trackplan.facts.declared import Sql
    from trackplan.readers.dbt.packages import Package
    from trackplan.readers.dbt.rendering import Rendering

KEYS = ("pre-hook", "pre_hook", "post-hook", "post_hook")
"""The settings that hold the hooks of one model, seed or snapshot."""
_ON_RUN = ("on-run-start", "on-run-end")
# A hook that reads no data, as most (GRANT, ALTER SESSION …), says nothing; one that Jinja writes may.
_READS = re.compile(
    r"\b(?:from|select|update|delete|merge|into|create|alter)\b|\{%|\{\{(?!-?\s*this\b[^()]*?\}\})", re.I
)


def hooks(said: Iterable[Said], rendering: Rendering, this: tuple[str, ...] = (), package: str = "") -> Iterator[Sql]:
    """The SQL of hooks. They may be a text, a mapping with `sql`, or a list of such."""
    for each in said:
        for text in _texts(each.value):
            yield from rendering.beside(text, each.place, this, package)


def of_project(package: Package) -> list[Said]:
    """The hooks that run with the whole project."""
    return [Said(plain(node), node.place) for key in _ON_RUN if (node := package.settings.get(key)) is not None]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _READS.search(value):
            yield value
    elif isinstance(value, Mapping):
        yield from _texts(value.get("sql"))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
