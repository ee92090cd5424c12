"""What goes → what models lose by it: the columns that are made of it, and the files that mention any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.facts.declared import Sql
    from trackplan.prune.groups import Group
    from trackplan.prune.world import World


@dataclass(slots=True)
class Impact:
    """Relation (by its name in lower case) → the columns that it loses; `doubts` are uses that are still possible."""

    raw: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    built: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def lost(self, name: tuple[str, ...]) -> frozenset[str]:
        """What a relation loses, by its name as SQL writes it, in lower case."""
        return frozenset(
            column
            for known in (self.raw, self.built)
            for parts, columns in known.items()
            if _same(parts, name)
            for column in columns
        )

    def loses(self, model: str) -> frozenset[str]:
        """What a model loses, by its name alone, in lower case."""
        return frozenset(c for parts, columns in self.built.items() if parts[-1] == model for c in columns)

    def outputs(self, sql: Sql) -> frozenset[str]:
        """What a model stops giving."""
        name = tuple(part.lower() for part in sql.relation or ())
        return frozenset(c for parts, columns in self.built.items() if name == parts for c in columns)

    def touches(self, sql: Sql) -> bool:
        """Whether a statement may have to change: it builds what goes, or mentions what loses something."""
        if self.outputs(sql):
            return True
        text = sql.text.lower()
        return any(
            parts[-1] in text and any(column in text for column in columns)
            for known in (self.raw, self.built)
            for parts, columns in known.items()
        )


def impact(world: World, groups: Iterable[Group]) -> Impact:
    """What goes with all of the groups."""
    found = Impact()
    gone = [key for group in groups for key in group.columns]
    whole = {key for key in gone if len(world.columns[key].path) == 1}
    for key in whole:
        column = world.columns[key]
        parts = tuple(part.lower() for part in world.relations[column.relation].parts)
        found.raw.setdefault(parts, set()).add(column.path[0].lower())
    for key in sorted(_downstream(world, gone)):
        column = world.columns[key]
        relation = world.relations[column.relation]
        if key in world.reached:
            found.doubts.append(f"{column.id} is made of it, and a consumer reaches that")
        elif len(column.path) == 1:
            parts = tuple(part.lower() for part in relation.parts)
            found.built.setdefault(parts, set()).add(column.path[0].lower())
    found.doubts += _emptied(world, found)
    return found


def _emptied(world: World, found: Impact) -> Iterator[str]:
    """The models of which nothing would be left, be it that a star takes all that is lost."""
    given: dict[int, set[str]] = {}
    for column in world.columns.values():
        if len(column.path) == 1:
            given.setdefault(column.relation, set()).add(column.path[0].lower())
    for key, columns in given.items():
        relation = world.relations[key]
        if columns <= found.built.get(tuple(part.lower() for part in relation.parts), set()):
            yield f"{relation.place or relation.id}: no column of {relation.id} would be left; drop the model instead"


def _downstream(world: World, keys: Iterable[int]) -> set[int]:
    """The columns of models that values of these go into, through any number of models."""
    found: set[int] = set()
    pending = [target for key in keys for target in world.flows.get(key, ())]
    while pending:
        key = pending.pop()
        if key not in found:
            found.add(key)
            pending += world.flows.get(key, ())
    return found


def touched(world: World, found: Impact) -> Iterator[tuple[str, list[Sql]]]:
    """The files that may have to change, each with its statements."""
    by_path: dict[str, list[Sql]] = {}
    for sql in world.sql:
        by_path.setdefault(sql.place.path, []).append(sql)
    for path, statements in sorted(by_path.items()):
        if any(found.touches(sql) for sql in statements):
            yield path, statements


def _same(parts: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether a name as written may mean a relation."""
    shorter = min(len(parts), len(name))
    return parts[-shorter:] == name[-shorter:]
