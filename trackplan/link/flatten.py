"""One statement without its inside: what each of its columns, and its rows, take from the tables that it reads.

Edges go together: `a.b` asked of a column that is `x.c` of a subquery's column is `c.a.b` of what that one is. What
only the inside of a statement knows (its scopes, CTEs, subqueries) is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.link.edges import Edge, composed
from trackplan.link.frames import ALL, NAMED, ROWS, WHOLE, left_out
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
        "_computed",
        "_first",
        "_flat",
        "_known",
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
        self._known: dict[Edge, Sequence[Edge]] = {}
        # What is computed of columns, by the numbers of their edges, which live as long.
        self._computed: dict[int, Sequence[Edge]] = {}
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
            self._known = {}
            self._computed = {}
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
        edges = self.resolver.columns[frame][position] or ()
        first, last = self._first, self._last
        for edge in edges:
            if not first <= edge[0] < last:
                break
        else:
            self._flat[frame][position] = edges
            return edges
        self._flat[frame][position] = _UNDER_WAY if self._before is None else self._last_seen(frame, position)
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
        first, last, base_of, rows = self._first, self._last, self.state.base_of, self.resolver.rows
        found: list[Edge] = []
        pending, seen = [frame], {frame}
        while pending:
            current = pending.pop()
            if current >= last:
                current = base_of[current]
            if first <= current < last:
                found.append((current, ROWS, "", "", False, NAMED))
                continue
            for edge in rows[current]:
                number = edge[0]
                if edge[1] == ROWS and edge[5] == NAMED:
                    if number not in seen:
                        seen.add(number)
                        pending.append(number)
                elif first <= number < last:
                    found.append(edge)
                else:
                    found += self._behind(edge)
        self._rows[frame] = result = _once(found)
        return result

    def _last_seen(self, frame: int, position: int) -> Sequence[Edge]:
        """What the turn before found for a column that is met again while it is looked into."""
        before = self._before[0][frame] if self._before else ()
        return (before[position] if position < len(before) else None) or ()

    def _expand(self, edges: Sequence[Edge]) -> Sequence[Edge]:
        """Edges with what stands behind those into scopes in their place."""
        first, last = self._first, self._last
        if len(edges) == 1 and not first <= edges[0][0] < last:
            return self._behind(edges[0])
        found: list[Edge] = []
        for edge in edges:
            if first <= edge[0] < last:
                found.append(edge)
            else:
                found += self._behind(edge)
        return _once(found)

    def _behind(self, edge: Edge) -> Sequence[Edge]:
        """What stands behind an edge into a scope, found once for all that are alike."""
        frame, key, path, into, clear, strength = edge
        if clear is True and strength == NAMED and not path and not into and isinstance(key, int) and key >= 0:
            inner = self.column(frame, key)
            if inner is not _UNDER_WAY:
                return inner
        known = self._known.get(edge)
        if known is None:
            known = self._composed(edge)
            if not self._circular:
                self._known[edge] = known
        return known

    def _composed(self, edge: Edge) -> Sequence[Edge]:
        """An edge into a scope with what stands behind it."""
        frame, key, path, into, clear, strength = edge
        if not isinstance(key, int):
            return self._all(edge, frame, key)
        if key == WHOLE:
            return self._row(edge)
        inner = self.column(frame, key) if key != ROWS else self.rows(frame)
        if inner is _UNDER_WAY:
            self._circular = True
            return ()
        if path or clear:
            found: list[Edge] = []
            for below in inner:
                f, k, p, i, c, s = below
                if c is True and not p and not i:  # a column as it is
                    found.append((f, k, path, into, clear, strength if strength < s else s))
                elif (whole := composed(edge, below)) is not None:
                    found.append(whole)
            return _once(found)
        if into or strength != NAMED:
            return _once([(f, k, p, into, False, strength if strength < s else s) for f, k, p, _, _, s in inner])
        known = self._computed.get(id(inner))
        if known is None:
            known = self._computed[id(inner)] = _once([(f, k, p, "", False, s) for f, k, p, _, _, s in inner])
            self._computed[id(known)] = known
        return known

    def _row(self, edge: Edge) -> Sequence[Edge]:
        """An edge to a row of a frame, or to a part of it, as edges to columns."""
        frame, _, path, into, clear, strength = edge
        shown = self.state.frames[frame]
        path = unkeyed(path)
        if path == LENGTH:
            return ()  # a list of rows is as long as there are rows
        found = [(p, below) for name, below in firsts(path) for p in shown.positions(name)] if path else []
        if found:
            return self._expand([(frame, position, below, into, clear, strength) for position, below in found])
        known = ALL
        members: list[Edge] = []
        if clear and not path:
            known = frozenset(n.lower() for n in shown.names)
            for position, name in enumerate(shown.names):
                members.append((frame, position, "", joined(into, name.lower()), clear, strength))
        if shown.open or not known:
            members.append((frame, known, "", into, False, strength))
        return self._expand(members)

    def _all(self, edge: Edge, frame: int, excluded: frozenset[str]) -> Sequence[Edge]:
        """An edge to every column of a frame but some."""
        shown = self.state.frames[frame]
        columns = range(len(self._flat[frame]))
        taken = [p for p in columns if shown.names[p].lower() not in excluded] if excluded else columns
        found = self._expand([(frame, position, *edge[2:]) for position in taken])
        if not shown.open:
            return found
        rest: list[Rest] = []
        self._open(frame, excluded, False, edge[5], rest, set())
        more = [(slot, key, path, edge[3], False, strength) for slot, key, path, strength, _, _ in rest]
        return list(dict.fromkeys([*found, *more]))

    def _open(
        self, frame: int, excluded: frozenset[str], keeps: bool, strength: int, rest: list[Rest],
        seen: set[tuple[int, frozenset[str], bool]],
    ) -> None:  # fmt: skip
        """What may stand behind the columns of an open frame that nobody knows."""
        base = self.state.base_of.get(frame)
        if base is not None:
            self._hidden(base, ALL, False, strength, rest, seen)
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
                        self._hidden(number, hidden, keeps and not star.rename, strength, rest, seen)
        elif isinstance(scope, Union):
            for member in scope.members:
                self._hidden(member, excluded, keeps, strength, rest, seen)
        else:
            self._plain(self.resolver.arguments[frame], strength, rest)

    def _hidden(
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

    def _plain(self, edges: Sequence[Edge], strength: int, rest: list[Rest]) -> None:
        for slot, key, path, _, _, sure in self._expand(edges):
            rest.append((slot, key, path, min(sure, strength), False, ""))


def _once(edges: list[Edge]) -> Sequence[Edge]:
    """Each of some edges once."""
    if len(edges) < 3:
        return edges[:1] if len(edges) > 1 and edges[0] == edges[1] else edges
    return list(dict.fromkeys(edges))


_UNDER_WAY: Sequence[Edge] = []
