"""Columns and rows → edges: what every column and every row set of one statement depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trackplan.link.edges import Edge, parts, same, settled
from trackplan.link.frames import ALL, NAMED, POSSIBLE, ROWS, Frame, left_out
from trackplan.link.references import References
from trackplan.link.structs import clearness
from trackplan.sql.records import Opaque, Output, Reference, Select, Star, Union
from trackplan.sql.values import LENGTH, ORDERED, STRUCTS_BY_ORDER


class _StarItem(Struct):
    """A star of an open select list: the lower-case names that it leaves out, gives anew, or gives to others.

    `edges` are those of the `refs` beside the star, once they are known.
    """

    star: Star
    refs: Sequence[Reference]
    excluded: frozenset[str]
    replaced: dict[str, list[Reference]]
    renamed: dict[str, str]
    edges: list[Edge] | None = None

    @classmethod
    def of(cls, output: Output) -> _StarItem:
        """The star that an item of a select list is."""
        star = output.star or Star(None)
        excluded = frozenset(name.lower() for name in star.exclude)
        replaced = {name.lower(): refs for name, refs in star.replace.items()}
        return cls(star, output.refs, excluded, replaced, {new.lower(): old for old, new in star.rename.items()})


class Resolver(References):
    """Fills `columns`, by frame and position, and `rows`, by scope, of one statement.

    `beside` is what stands behind the columns of a star, by scope and item, besides those of its sources; `arguments`
    is what all columns of an opaque scope are made of.
    """

    __slots__ = ("_open_stars", "_replaced", "arguments", "beside", "columns", "rows")

    arguments: dict[int, list[Edge]]
    beside: dict[tuple[int, int], list[Edge]]
    columns: list[list[Sequence[Edge] | None]]
    rows: list[list[Edge]]

    def run(self, wanted: Iterable[tuple[str, bool]]) -> None:
        """Resolve everything, and what the statement is `wanted` for, then whatever that asks of open frames."""
        self.columns = [[None] * len(frame.names) for frame in self.frames]
        self.rows = [[] for _ in self.scopes]
        self.beside = {}
        self.arguments = {}
        self._open_stars: dict[int, list[_StarItem]] = {}
        self._replaced: dict[int, dict[str, list[Reference]]] = {}
        for name, sure in wanted:
            self.ask(self.state.root, name, sure=sure)
        for number, scope in enumerate(self.scopes):
            if isinstance(scope, Select):
                self.rows[number] = self._select_rows(number, scope)
                self._stars(number, scope)
            elif isinstance(scope, Union):
                self.rows[number] = self._union_rows(number, scope)
            else:
                self._unpacked(number, scope)
        for number, columns in enumerate(self.columns):
            if number < self.state.count and isinstance(self.scopes[number], Select):
                self._select_columns(number, columns)
            elif self.state.slot(number) < 0:
                for position in range(len(columns)):
                    self._fill(number, position)
        while self.asked:
            self._fill(*self.asked.pop())
        for number, scope in enumerate(self.scopes):
            if isinstance(scope, Select) and scope.single and number != self.state.root:
                decided = [(f, k, path, "", False, s) for f, k, path, _, _, s in self.rows[number]]
                self.columns[number] = [[*(edges or ()), *decided] for edges in self.columns[number]]
                self.rows[number] = []

    def _unpacked(self, number: int, scope: Opaque) -> None:
        edges = self.arguments[number] = self.edges(scope.parent, scope.refs, None, scope.before)
        self.rows[number] = parts(edges, LENGTH) if scope.listed else edges

    def _stars(self, number: int, scope: Select) -> None:
        if self.frames[number].origins is None:
            return
        for position, output in enumerate(scope.outputs):
            star = output.star
            if star is not None and (output.refs or star.replace):
                replaced = [ref for refs in star.replace.values() for ref in refs]
                edges = self.edges(number, output.refs)
                self.beside[number, position] = edges + self.edges(number, replaced, noting=False)

    def _select_columns(self, number: int, columns: list[Sequence[Edge] | None]) -> None:
        """Fill the columns of a SELECT: mostly there is one for each item."""
        scope, origins = self.scopes[number], self.frames[number].origins
        outputs = scope.outputs if isinstance(scope, Select) else []
        if origins is None:
            for position, output in enumerate(outputs):
                refs = output.refs
                made = self._made if len(refs) > 1 else self.edges
                columns[position] = made(number, refs, position) if refs else ()
            return
        passing = self.uses is None and not any(o.star and o.star.replace for o in outputs)
        for position in range(len(columns)):
            origin = origins[position]
            if passing and isinstance(origin, tuple):
                columns[position] = same(origin[1], origin[2])
            else:
                self._fill(number, position)

    def _fill(self, number: int, position: int) -> None:
        columns = self.columns[number]
        if position < len(columns):
            if columns[position] is not None:
                return
        else:
            columns.extend([None] * (position + 1 - len(columns)))
        columns[position] = []
        frame = self.frames[number]
        origin = position if frame.origins is None else frame.origins[position]
        if number >= self.state.count:
            columns[position] = self._renamed(self.state.base_of[number], origin)
            return
        scope = self.scopes[number]
        if isinstance(scope, Select):
            columns[position] = self._column(number, scope, frame, origin)
        elif isinstance(scope, Union):
            columns[position] = self._member_columns(number, scope, frame, position, origin)
        else:
            columns[position] = self._opaque(number, scope, frame.names[position])

    def _through(self, number: int, name: str, strength: int, *, sure: bool) -> list[Edge]:
        return [(number, p, "", "", True, strength) for p in self.ask(number, name, sure=sure)]

    def _renamed(self, base: int, origin: object) -> list[Edge]:
        below = self.frames[base]
        if isinstance(origin, int) and not below.open:
            return [(base, origin, "", "", True, NAMED)] if origin < len(below.names) else []
        name = origin if isinstance(origin, str) else ""
        return [(base, ALL, "", "", True, POSSIBLE), *self._through(base, name, NAMED, sure=False)]

    def _opaque(self, number: int, scope: Opaque, name: str) -> list[Edge]:
        edges = self.arguments[number]
        if scope.each and name.lower() in scope.each:
            return self.edges(scope.parent, scope.each[name.lower()], None, scope.before)
        names = [n.lower() for n in scope.names]
        if scope.structured and name.lower() not in names:
            return parts(edges, self.path(name))
        if scope.listed and names and not scope.each:
            return edges if name.lower() == names[0] else parts(edges, LENGTH)
        return [(f, k, path, "", False, s) for f, k, path, _, _, s in edges]

    def _member_columns(self, number: int, scope: Union, frame: Frame, position: int, origin: object) -> list[Edge]:
        name = frame.names[position]
        first = self.frames[scope.members[0]]
        sure = name.lower() in frame.index
        edges: list[Edge] = []
        alike = self._joined(number, position) if self.lookup.dialect in STRUCTS_BY_ORDER else True
        for nth, member in enumerate(scope.members):
            base = self.frames[member]
            if isinstance(origin, int) and (nth == 0 or not (scope.by_name or base.open or first.open)):
                if origin < len(base.names):
                    edges.append((member, origin, "", "", alike, NAMED))
                continue
            through = self._through(member, name, NAMED, sure=sure and nth == 0)
            edges.extend((f, k, path, into, alike, s) for f, k, path, into, _, s in through)
            if not name:
                edges.append((member, ALL, "", "", True, POSSIBLE))
            if not scope.by_name and nth:
                # With a `*` that can't be expanded nobody knows which column stands at this position.
                edges.append((member, ALL, "", "", True, POSSIBLE))
        return edges

    def _joined(self, number: int, position: int) -> bool | int:
        """Whether names tell the parts of what a set operation gives: order joins structs (see `clearness`)."""
        if not self.structs.some():
            return ORDERED
        return clearness([self.structs.of(*at) for at in self.structs.members(number, position)])

    def _made(self, number: int, refs: Sequence[Reference], output: int) -> list[Edge]:
        """The edges of what a select list makes; of one of several structs, order tells the parts."""
        edges = self.edges(number, refs, output)
        if len(edges) < 2 or not any(edge[4] == ORDERED for edge in edges):
            return edges
        return settled(edges, self.structs.beside(number, refs))

    def _column(self, number: int, scope: Select, frame: Frame, origin: object) -> Sequence[Edge]:
        if isinstance(origin, int):
            return self._made(number, scope.outputs[origin].refs, origin)
        if isinstance(origin, tuple):
            output, base, position = origin
            star = scope.outputs[output].star
            if star and star.replace:
                replaced = self._replaced.get(id(star))
                if replaced is None:
                    replaced = self._replaced[id(star)] = {name.lower(): refs for name, refs in star.replace.items()}
                refs = replaced.get(self.frames[base].names[position].lower())
                if refs is not None:
                    return self._made(number, refs, output)
            edge = (base, position, "", "", True, NAMED)
            self.note(edge, "star", scope.outputs[output].span)
            return [edge]
        return self._asked_column(number, scope, str(origin), sure=str(origin).lower() in frame.index)

    def _asked_column(self, number: int, scope: Select, name: str, *, sure: bool) -> list[Edge]:
        """A column that an open select list must get through one of its stars."""
        stars = self._open_stars.get(number)
        if stars is None:
            stars = self._open_stars[number] = [_StarItem.of(output) for output in scope.outputs if output.star]
        edges: list[Edge] = []
        lower = name.lower()
        for item in stars:
            star = item.star
            if star.members:
                if lower not in item.excluded:
                    edges.extend(parts(self._besides(number, item), self.path(name)))
            elif lower in item.replaced:
                edges.extend(self.edges(number, item.replaced[lower]))
            else:
                edges.extend(
                    self._starred(number, scope, item, item.renamed.get(lower, name), sure and len(stars) == 1)
                )
                edges.extend(self._besides(number, item))
        if self.uses is not None:
            for edge in edges:
                self.note(edge, "star", (-1, -1))
        return edges

    def _besides(self, number: int, item: _StarItem) -> Sequence[Edge]:
        """The edges of what a star's item refers to, which were counted before."""
        if item.refs and item.edges is None:
            item.edges = self.edges(number, item.refs, noting=False)
        return item.edges or ()

    def _starred(self, number: int, scope: Select, item: _StarItem, old: str, sure: bool) -> list[Edge]:
        star, frames = item.star, self.frames
        if old.lower() in item.excluded:
            return []
        bases = [
            base
            for index, (source, base) in enumerate(zip(scope.sources, self.state.sources[number], strict=True))
            if (source.in_star if star.source is None else star.source == index)
        ]
        holding = [b for b in bases if frames[b].positions(old)]
        candidates = holding or [b for b in bases if frames[b].open]
        if star.subset and not holding:
            # COLUMNS(…) and PIVOT make names of their own: any column may be behind one.
            return [(b, left_out(frames[b], star.exclude, star.pattern), "", "", False, NAMED) for b in bases]
        only = len(candidates) == 1
        if not only and not holding:
            self.lookup.question(candidates, old)
        strength = NAMED if only else POSSIBLE
        return [e for b in candidates for e in self._through(b, old, strength, sure=sure and only)]

    def _select_rows(self, number: int, scope: Select) -> list[Edge]:
        sources = self.state.sources[number]
        edges: list[Edge] = [(source, ROWS, "", "", False, NAMED) for source in sources]
        edges.extend(self.edges(number, scope.rows))
        for index, source in enumerate(scope.sources):
            for name in source.using:
                for other, base in enumerate(sources[: index + 1]):
                    sure = other == index or name.lower() in self.frames[base].index
                    strength = NAMED if sure else POSSIBLE
                    positions = self.ask(base, name, sure=sure)
                    edges.extend(self.noted(base, p, "join", strength, source.span) for p in positions)
            if source.natural:
                edges.extend(self._natural(number, scope, index))
        return [(f, k, p, "", False, s) for f, k, p, _, _, s in edges]

    def _natural(self, number: int, scope: Select, index: int) -> list[Edge]:
        sources = self.state.sources[number]
        right = sources[index]
        edges: list[Edge] = []
        for left in sources[:index]:
            a, b = self.frames[left], self.frames[right]
            if a.open or b.open:
                edges.extend((n, ALL, "", "", False, POSSIBLE) for n in (left, right))
            for name in sorted(set(a.index) & set(b.index)):
                for side in (left, right):
                    positions = self.ask(side, name, sure=True)
                    span = scope.sources[index].span
                    edges.extend(self.noted(side, position, "join", NAMED, span) for position in positions)
        return edges

    def _union_rows(self, number: int, scope: Union) -> list[Edge]:
        edges: list[Edge] = [(member, ROWS, "", "", False, NAMED) for member in scope.members]
        if scope.distinct:
            edges.extend((member, ALL, "", "", False, NAMED) for member in scope.members)
        if not scope.by_name and len({len(self.frames[member].names) for member in scope.members}) > 1:
            # Some columns of one of them are not known: any may be at any place.
            edges.extend((member, ALL, "", "", False, NAMED) for member in scope.members)
        edges.extend(self.edges(number, scope.rows))
        return edges
