"""Which columns and keys of a relation are worth a row: declared, landed on, or named by somebody's SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from trackplan.facts.declared import Column
from trackplan.findings import Place
from trackplan.link.linking import Linking
from trackplan.link.program import Table
from trackplan.link.reached import Masks
from trackplan.link.relations import Relation
from trackplan.names import is_pipeline
from trackplan.sql.records import Select
from trackplan.sql.values import LENGTH, joined, key_of, unkeyed


class Stored(Struct):
    """A column (`path` empty) or a key in it. `known` tells that a warehouse or a model declares it.

    `asked` are the nodes by which somebody may ask for it: itself, what it is in, and what is in it. `paired` tells
    that it is the key of a pair.
    """

    position: int
    path: tuple[str, ...]
    known: bool
    declared: Column | None
    place: Place | None
    name: str
    lower: str
    asked: list[int]
    paired: bool = False

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
            one, other, perhaps = linking.closure.masks(node)
            named = named | one if named else one
            star = star | other if star else other
            possible = possible | perhaps if possible else perhaps
        return named, star, linking.askers.texts.spread(possible)


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
        sure = [unkeyed(listed(path)) for path, node in ways if any(closure.masks(node)[:2])]
        landed = lower in relation.keys or lower in relation.wanted
        if not (known or landed or sure or any(closure.masks(first + position)[:2])):
            # Asked for only by a name that may mean another column: no reason to believe in it.
            continue
        place = column.place if column is not None else _place(table, name) or relation.place
        nodes = [first + position, *(node for _, node in ways)]
        found.append(Stored(position, (), known, column, place, name, "", nodes))
        if relation.raw and (sure or lower in relation.keys or (column is not None and column.columns)):
            keys = list(_keys(linking, relation, position, name, sure, place))
            pairs = members((key.lower, key.known) for key in keys)
            take = taken(ways, pairs)
            for key in keys:
                key.paired = _pair(key.lower, pairs) is not None
                key.asked = [first + position, *take(key.lower)]
            found += keys
    return found


def members(keys: Iterable[tuple[str, bool]]) -> dict[str, frozenset[str]]:
    """The lists of pairs in a column, by the way to them: the members of these, such as `key` and `value`.

    Of all keys in it, it is told whether the warehouse declares them; what is in no pair is the key of one.
    """
    inside: dict[str, dict[str, bool]] = {}
    for key, known in keys:
        above, _, name = key.rpartition(".")
        inside.setdefault(above, {})[name] = known
    found: dict[str, frozenset[str]] = {}
    for above, names in inside.items():
        declared = {name for name, known in names.items() if known}
        pair = declared or names.keys() & {"k", "v", "key"} | {name for name in names if name.endswith("value")}
        named = any(name == "k" or name.endswith(("key", "name")) for name in pair)
        if named and any(name == "v" or name.endswith("value") for name in pair):
            found[above] = frozenset(pair)
    return found


def taken(ways: Sequence[tuple[str, int]], pairs: dict[str, frozenset[str]]) -> Callable[[str], list[int]]:
    """Which of the ways into a column take a key of it: the same, a part of it, or something around it.

    Of a list of `pairs` (see `members`), whatever reads pairs of a key, or of all keys.
    """
    exact: dict[str, list[int]] = {}
    inside: dict[str, list[int]] = {}
    for path, node in ways:
        way = unkeyed(path)
        exact.setdefault(way, []).append(node)
        segments = way.split(".")
        for length in range(1, len(segments)):
            inside.setdefault(".".join(segments[:length]), []).append(node)

    def take(key: str) -> list[int]:
        segments = key.split(".")
        pair = _pair(key, pairs)
        if pair is not None:
            above, own = pair
            return [node for path, node in ways if key_of(path) in ("", own) and _meet(unkeyed(path), above)]
        around = (exact.get(".".join(segments[:length]), ()) for length in range(1, len(segments) + 1))
        return [*(node for nodes in around for node in nodes), *inside.get(key, ())]

    return take


def _pair(key: str, pairs: dict[str, frozenset[str]]) -> tuple[str, str] | None:
    """The ways to the list of pairs that a key is one of, and to the key itself."""
    segments = key.split(".")
    for length, name in enumerate(segments) if pairs else ():
        above = ".".join(segments[:length])
        if above in pairs and name not in pairs[above]:
            return above, joined(above, name)
    return None


def _meet(one: str, other: str) -> bool:
    return not one or not other or f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


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
