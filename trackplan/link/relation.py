"""One table, view or model, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trackplan.facts.declared import Column, RelationKind
from trackplan.findings import Place
from trackplan.names import join_id


class Relation(Struct):
    """A table, view or model. `parts` is its folded name, outermost first.

    `columns` maps a lower-case name to its declaration, in order of declaration; `wanted` and `keys` are columns and
    keys in them that get a row though nobody declares them. `closed` tells that nothing but `columns` can be asked of
    it, `source` that it is filled from outside, `built` that a statement of the project makes it, `partly` that one
    which does was not understood, `landed` that events land in it. One that is `anywhere` may be in another
    schema than its name says.
    """

    parts: tuple[str, ...]
    kind: RelationKind
    place: Place | None
    declared: bool
    closed: bool = False
    built: bool = False
    partly: bool = False
    source: bool = False
    anywhere: bool = False
    landed: bool = False
    description: str = ""
    owner: str = ""
    columns: dict[str, Column] = {}
    wanted: dict[str, str] = {}
    keys: dict[str, set[tuple[str, ...]]] = {}

    @property
    def id(self) -> str:
        """The id of the relation."""
        return join_id(self.parts)

    @property
    def raw(self) -> bool:
        """Whether it is stored by somebody else: no model builds it, or events land in it."""
        return self.landed or not self.built

    def want(self, name: str, path: Sequence[str] = ()) -> None:
        """Make sure that column `name`, and the key `path` in it, get a row though nobody declares them."""
        self.wanted.setdefault(name.lower(), name)
        if path:
            self.keys.setdefault(name.lower(), set()).add(tuple(path))


def add_columns(relation: Relation, columns: Iterable[Column]) -> None:
    """Add columns to those that a relation is known to have."""
    for column in columns:
        known = relation.columns.get(column.name.lower())
        relation.columns[column.name.lower()] = column if known is None else _merged(known, column)


def _merged(first: Column, second: Column) -> Column:
    """Two declarations of one column: DDL gives the type, dbt the words; the first place stays."""
    return Column(
        first.name,
        first.place,
        first.type or second.type,
        first.description or second.description,
        first.sensitivity or second.sensitivity,
        tuple(dict.fromkeys(first.tags + second.tags)),
        first.columns or second.columns,
    )
