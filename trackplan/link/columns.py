"""Which columns and keys of a relation are worth a row: declared, landed on, or named by somebody's SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from trackplan.facts.declared import Column
from trackplan.findings import Place
from trackplan.link.closure import Masks
from trackplan.link.linking import Linking
from trackplan.link.program import Table
from trackplan.link.relations import Relation
from trackplan.names import is_pipeline
from trackplan.sql.records import Select
from trackplan.sql.values import LENGTH


@dataclass(slots=True)
class Stored:
    """A column (`path` empty) or a key in it. `known` tells that a warehouse or a model declares it.

    `asked` are the nodes by which somebody may ask for it: itself, what it is in, and what is in it.
    """

    position: int
    path: tuple[str, ...]
    known: bool
    declared: Column | None
    place: Place | None
    name: str
    lower: str
    asked: list[int]

    @property
    def parent(self) -> str:
        """The path of what it is in, as the linker writes it."""
        return ".".join(self.path[:-1]).lower()

    @property
    def word(self) -> str:
        """The name by which a text that is not understood may mention it."""
        return (self.path[-1] if self.path else self.name).lower()

    def pipeline(self, governed: bool) -> bool:
        """Whether the loader puts it there."""
        return not self.path and is_pipeline(self.name, governed)

    def masks(self, linking: Linking) -> Masks:
        """Who reaches it."""
        if len(self.asked) == 1:
            return linking.masks(self.asked[0])
        named = star = possible = 0
        for node in self.asked:
            value = linking.masks(node)
            named, star, possible = named | value[0], star | value[1], possible | value[2]
        return named, star, possible


def columns_of(linking: Linking, table: Table) -> list[Stored]:
    """The columns and keys of a relation, parents before what is in them."""
    relation = table.relation
    if relation is None:
        return []
    found: list[Stored] = []
    first = linking.nodes.first[table.number]
    inside: dict[int, list[tuple[str, int]]] = {}
    for (node, path), way in linking.nodes.paths[table.number].items():
        inside.setdefault(node, []).append((path, way))
    closure = linking.closure
    for position, name in enumerate(linking.nodes.names[table.number]):
        lower = name.lower()
        if not lower:  # what nobody named has no id
            continue
        column = relation.columns.get(lower)
        ways = inside.get(first + position, ())
        known = column is not None or relation.built
        sure = [listed(path) for path, node in ways if any(closure.masks(node)[:2])]
        landed = lower in relation.keys or lower in relation.wanted
        if not (known or landed or sure or any(closure.masks(first + position)[:2])):
            # Asked for only by a name that may mean another column: no reason to believe in it.
            continue
        place = column.place if column is not None else _place(table, name) or relation.place
        nodes = [first + position, *(node for _, node in ways)]
        found.append(Stored(position, (), known, column, place, name, "", nodes))
        if relation.raw and (sure or lower in relation.keys or (column is not None and column.columns)):
            keys = list(_keys(linking, relation, position, name, sure, place))
            take = taken(ways, members((key.lower, key.known) for key in keys))
            for key in keys:
                key.asked = [first + position, *take(key.lower)]
            found += keys
    return found


def members(keys: Iterable[tuple[str, bool]]) -> frozenset[str] | None:
    """The members of the pairs that a column is a list of, as `key` and `value`; None where it is no such list.

    Of all keys in it, it is told whether the warehouse declares them; what is in no pair is the key of one.
    """
    outer = {key: known for key, known in keys if "." not in key}
    declared = {key for key, known in outer.items() if known}
    known = declared or outer.keys() & {"k", "v", "key"} | {key for key in outer if key.endswith("value")}
    named = any(key == "k" or key.endswith(("key", "name")) for key in known)
    return frozenset(known) if named and any(key == "v" or key.endswith("value") for key in known) else None


def taken(ways: Sequence[tuple[str, int]], pair: frozenset[str] | None) -> Callable[[str], list[int]]:
    """Which of the ways into a column take a key of it: the same, a part of it, or something around it.

    In a list of pairs, whatever reads it may read those of any key (see `members`).
    """
    exact = dict(ways)
    inside: dict[str, list[int]] = {}
    for path, node in ways:
        segments = path.split(".")
        for length in range(1, len(segments)):
            inside.setdefault(".".join(segments[:length]), []).append(node)

    def take(key: str) -> list[int]:
        segments = key.split(".")
        if pair is not None and segments[0] not in pair:
            return [node for _, node in ways]
        around = (exact.get(".".join(segments[:length])) for length in range(1, len(segments) + 1))
        return [*(node for node in around if node is not None), *inside.get(key, ())]

    return take


def _keys(
    linking: Linking, relation: Relation, position: int, name: str, asked: list[str], place: Place | None
) -> Iterator[Stored]:
    column = relation.columns.get(name.lower())
    declared = dict(_declared(column, ())) if column is not None else {}
    spelled: dict[str, tuple[str, ...]] = {".".join(p).lower(): p for p in declared}
    for path in sorted(relation.keys.get(name.lower(), ())):
        for length in range(1, len(path) + 1):
            spelled.setdefault(".".join(path[:length]).lower(), path[:length])
    for text in sorted(asked):
        segments = tuple(linking.spelled.get(text, text).split("."))
        if text in spelled or not text:
            continue
        for length in range(1, len(segments) + 1):
            spelled.setdefault(".".join(segments[:length]).lower(), segments[:length])
    for lower, path in sorted(spelled.items(), key=lambda item: (len(item[1]), item[0])):
        member = declared.get(path)
        where = member.place if member is not None else place
        yield Stored(position, path, member is not None, member, where, name, lower, [])


def listed(path: str) -> str:
    """A way without asking for the length of the list at its end."""
    return path.removesuffix(LENGTH).removesuffix(".")


def _declared(column: Column, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Column]]:
    for member in column.columns:
        path = (*above, member.name)
        yield path, member
        yield from _declared(member, path)


def _place(table: Table, name: str) -> Place | None:
    """Where a model's select list names the column."""
    for block in table.builders:
        scope = block.statement.scopes[block.statement.scope]
        if not block.columns and isinstance(scope, Select):
            for output in scope.outputs:
                if output.span[0] >= 0 and output.star is None and output.name.lower() == name.lower():
                    return block.unit.lines.place(output.span)
    return None
