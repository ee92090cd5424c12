"""A pipeline as plain data: what is stored, what is made of it, and who takes what. DuckDB's SQL throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trackplan.proof.shapes import Shape


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Names are `schema.table` or `table`.

    `tables` have their columns, each with its type, and `shapes` what is in the JSON of some (by table and column);
    `aliases` are other names of tables and models. `skipped` tells of models and consumers why they cannot be run.
    `sample` are rows of some tables that the user gave.
    """

    tables: Mapping[str, Mapping[str, str]]
    models: Mapping[str, str]
    consumers: Mapping[str, str]
    shapes: Mapping[tuple[str, str], Shape] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    sample: Mapping[str, Sequence[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """All the SQL that is run."""
        return "\n".join([*self.models.values(), *self.consumers.values()])
