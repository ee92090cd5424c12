"""One statement without its inside: what each of its columns, and its rows, take from the tables that it reads.

Edges go together: `a.b` asked of a column that is `x.c` of a subquery's column is `c.a.b` of what that one is. What
only the inside of a statement knows (its scopes, CTEs, subqueries) is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trackplan.link.edges import Edge, composed
from trackplan.link.frames import ALL, NAMED, ROWS, WHOLE, Key, left_out
from trackplan.link.resolve import Resolver
from trackplan.sql.records import Select, Union
from trackplan.sql.values import LENGTH, firsts, joined, unkeyed

Rest = tuple[int, "int | frozenset[str]", str, int, bool, str]
"""What an open statement may take besides its columns: slot, key, path and strength. With `keeps`, the names that a
reader leaves out are left out here too; `guard` is the name under which a reader may leave all of it out."""

# A recursive query can make new paths each time round: after so many rounds the whole values count.
_ROUNDS = 12
# Up to so many scopes, what nobody asks for inside a statement is left alone; of more, each is done in turn.
_FEW = 50


class Flattener:
    """Flattens the edges of a resolved statement; slots are numbered by `Scopes.slot`."""

    __slots__ = (
        "_before",
        "_circular",
        "_constant",
        "_first",
        "_flat",
        "_last",
        "_rows",
        "_whole",
        "resolver",
        "state",
    )

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.state = resolver.state
        self._first = self.state.count
        self._last = self._first + len(self.state.block.slots)
        self._flat: list[list[Sequence[Edge] | None]] = []
        self._rows: dict[int, Sequence[Edge] | None] = {}
        self._constant: dict[tuple[int, Key, int], Sequence[Edge]] = {}
        self._before: tuple[list[list[Sequence[Edge] | None]], dict[int, Sequence[Edge] | None]] | None = None
        self._circular = False
        self._whole = False

    def run(self) -> tuple[list[Sequence[Edge]], Sequence[Edge], list[Rest]]:
        """The columns of what the statement gives, its rows, and the rest if it is open."""
        root = self.state.root
        for turn in range(_ROUNDS * 2):
            self._whole = turn >= _ROUNDS
            self._flat = [[None] * len(columns) for columns in self.resolver.columns]
            self._rows = {}
            self._constant = {}
            # Inner scopes mostly have the smaller numbers: so nothing goes deep.
            for number in range(self._first) if self._first > _FEW else ():
                for position in range(len(self._flat[number])):
                    self.column(number, position)
            columns = [self.column(root, position) for position in range(len(self._flat[root]))]
            rows = self.rows(root)
            rest: list[Rest] = []
            if self.state.frames[root].open:
                self._open(root, ALL, True, NAMED, rest, set())
            if not self._circular or (self._before and self._before == (self._flat, self._rows)):
                break
            self._before = (self._flat, self._rows)
        return columns, rows, list(dict.fromkeys(rest))

    def column(self, frame: int, position: int) -> Sequence[Edge]:
        """What a column takes from the slots."""
        known = self._flat[frame][position]
        if known is not None:
            return known
        edges = self.resolver.columns[frame][position] or []
        if len(edges) == 1 and self._first <= edges[0][0] < self._last:
            self._flat[frame][position] = edges
            return edges
        self._flat[frame][position] = self._seen(frame, position)
        found = self._expand(edges)
        if self._whole:
            found = list(dict.fromkeys((f, k, "", "", False, s) for f, k, _, _, _, s in found))
        self._flat[frame][position] = found
        return found

    def rows(self, frame: int) -> Sequence[Edge]:
        """What decides which rows a frame has."""
        known = self._rows.get(frame)
        if known is not None:
            return known
        self._rows[frame] = (self._before[1].get(frame) or ()) if self._before else _UNDER_WAY
        found: dict[Edge, None] = {}
        pending, seen = [frame], {frame}
        while pending:
            current = pending.pop()
            current = self.state.base_of.get(current, current)
            if self._first <= current < self._last:
                found[current, ROWS, "", "", False, NAMED] = None
                continue
            for edge in self.resolver.rows[current]:
                if edge[1] == ROWS and edge[5] == NAMED:
                    if edge[0] not in seen:
                        seen.add(edge[0])
                        pending.append(edge[0])
                elif self._first <= edge[0] < self._last:
                    found[edge] = None
                else:
                    found.update(dict.fromkeys(self._expanded((edge,))))
        self._rows[frame] = result = list(found)
        return result

    def _seen(self, frame: int, position: int) -> Sequence[Edge]:
        """What is known so far of a column that is met again while it is looked into."""
        if self._before is None:
            return _UNDER_WAY
        before = self._before[0][frame]
        return (before[position] if position < len(before) else None) or ()

    def _expand(self, edges: Sequence[Edge]) -> Sequence[Edge]:
        first, last = self._first, self._last
        if len(edges) == 1:
            frame, key, path, into, clear, strength = edges[0]
            if not path and not into and strength == NAMED:
                if not clear:
                    return self._taken(frame, key, strength)
                if isinstance(key, int) and key >= 0:
                    inner = self.column(frame, key)
                    if inner is not _UNDER_WAY:
                        return inner
        if all(first <= edge[0] < last for edge in edges):
            return edges
        return list(dict.fromkeys(self._expanded(edges)))

    def _expanded(self, edges: Iterable[Edge]) -> Iterator[Edge]:
        first, last = self._first, self._last
        for edge in edges:
            frame, key, path, into, clear, strength = edge
            if first <= frame < last:
                yield edge
            elif not path and not into and not clear:
                yield from self._taken(frame, key, strength)
            elif isinstance(key, int) and key >= 0:
                inner = self.column(frame, key)
                if inner is _UNDER_WAY:
                    self._circular = True
                elif not path and not into and strength == NAMED:
                    yield from inner
                else:
                    yield from filter(None, [composed(edge, below) for below in inner])
            else:
                yield from self._composed(edge)

    def _composed(self, edge: Edge) -> Iterator[Edge]:
        """An edge into a scope with what stands behind it."""
        frame, key = edge[0], edge[1]
        if not isinstance(key, int):
            yield from self._all(edge, frame, key)
            return
        if key == WHOLE:
            yield from self._row(edge)
            return
        inner = self.column(frame, key) if key != ROWS else self.rows(frame)
        if inner is _UNDER_WAY:
            self._circular = True
            return
        for below in inner:
            whole = composed(edge, below)
            if whole is not None:
                yield whole

    def _taken(self, frame: int, key: Key, strength: int) -> Sequence[Edge]:
        """What stands behind an edge that takes the whole of something, found once for all such edges."""
        edge: Edge = (frame, key, "", "", False, strength)
        if self._first <= frame < self._last:
            return [edge]
        if self._circular:
            return list(self._composed(edge))
        known = self._constant.get((frame, key, strength))
        if known is None:
            known = list(dict.fromkeys(self._composed(edge)))
            if not self._circular:
                self._constant[frame, key, strength] = known
        return known

    def _row(self, edge: Edge) -> Iterator[Edge]:
        """An edge to a row of a frame, or to a part of it, as edges to columns."""
        frame, _, path, into, clear, strength = edge
        shown = self.state.frames[frame]
        path = unkeyed(path)
        if path == LENGTH:
            return  # a list of rows is as long as there are rows
        found = [(p, below) for name, below in firsts(path) for p in shown.positions(name)] if path else []
        for position, below in found:
            yield from self._expanded(((frame, position, below, into, clear, strength),))
        if found:
            return
        known = ALL
        if clear and not path:
            known = frozenset(n.lower() for n in shown.names)
            for position, name in enumerate(shown.names):
                place = joined(into, name.lower())
                yield from self._expanded(((frame, position, "", place, True, strength),))
        if shown.open or not known:
            yield from self._all((frame, known, "", into, False, strength), frame, known)

    def _all(self, edge: Edge, frame: int, excluded: frozenset[str]) -> Iterator[Edge]:
        """An edge to every column of a frame but some."""
        shown = self.state.frames[frame]
        for position in range(len(self._flat[frame])):
            if shown.names[position].lower() not in excluded:
                yield from self._expanded(((frame, position, *edge[2:]),))
        if shown.open:
            rest: list[Rest] = []
            self._open(frame, excluded, False, edge[5], rest, set())
            for slot, key, path, strength, _, _ in rest:
                yield slot, key, path, edge[3], False, strength

    def _open(
        self, frame: int, excluded: frozenset[str], keeps: bool, strength: int, rest: list[Rest],
        seen: set[tuple[int, frozenset[str], bool]],
    ) -> None:  # fmt: skip
        """What may stand behind the columns of an open frame that nobody knows."""
        base = self.state.base_of.get(frame)
        if base is not None:
            self._behind(base, ALL, False, strength, rest, seen)
            return
        scope = self.state.scopes[frame]
        if isinstance(scope, Select):
            for position, output in enumerate(scope.outputs):
                star = output.star
                if star is None:
                    continue
                if output.refs or star.replace:
                    self._plain(self.resolver.beside[frame, position], strength, rest)
                for index, source in enumerate(scope.sources):
                    if source.in_star if star.source is None else star.source == index:
                        number = self.state.sources[frame][index]
                        out = left_out(self.state.frames[number], star.exclude, star.pattern)
                        hidden = ALL if star.rename else excluded | out
                        self._behind(number, hidden, keeps and not star.rename, strength, rest, seen)
        elif isinstance(scope, Union):
            for member in scope.members:
                self._behind(member, excluded, keeps, strength, rest, seen)
        else:
            self._plain(self.resolver.arguments[frame], strength, rest)

    def _behind(
        self, frame: int, excluded: frozenset[str], keeps: bool, strength: int, rest: list[Rest],
        seen: set[tuple[int, frozenset[str], bool]],
    ) -> None:  # fmt: skip
        if self._first <= frame < self._last:
            rest.append((frame, excluded, "", strength, keeps, ""))
            return
        if (frame, excluded, keeps) in seen:
            return
        seen.add((frame, excluded, keeps))
        shown = self.state.frames[frame]
        for position in range(len(self._flat[frame])):
            name = shown.names[position].lower()
            if name not in excluded:
                for slot, key, path, _, _, sure in self.column(frame, position):
                    rest.append((slot, key, path, min(sure, strength), False, name if keeps else ""))
        if shown.open:
            self._open(frame, excluded, keeps, strength, rest, seen)

    def _plain(self, edges: Iterable[Edge], strength: int, rest: list[Rest]) -> None:
        for slot, key, path, _, _, sure in self._expanded(edges):
            rest.append((slot, key, path, min(sure, strength), False, ""))


_UNDER_WAY: Sequence[Edge] = []
