"""The structs that one statement joins by order, whatever their members are called: whether these are the same.

A layout has the ways to the members of a struct, in their order; `()` is that of what is computed, or of which nobody
knows that it is a struct.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.sql.records import NOWHERE, Member, Opaque, Ref, Reference, Scope, ScopeRef, Select, StarRef, Union
from trackplan.sql.values import BY_ORDER, ORDERED, UNTOLD, joined

if TYPE_CHECKING:
    from trackplan.link.glance import Glance

Layout = tuple[str, ...]

OPEN = "\0"
"""How a way ends to what is a column of a table, or a part of it: only that table knows what is in there."""

ANY = "\2"
"""How a way ends to a constant, which goes with any struct."""

TABLES: Layout = (OPEN,)
"""The layout of what is a column of a table, or a part of it."""

ANYTHING: Layout = (ANY,)
"""The layout of a constant."""

LOST: Layout = (UNTOLD,)
"""The layout of what is too large, too far away, or may be several things: it is like no other."""

_DEEPEST = 30
_MOST = 20_000


def bounded(ways: Sequence[str]) -> Layout:
    """A layout of these ways. A struct can hold itself twice, again and again: of so many, none is followed."""
    return tuple(ways) if len(ways) <= _MOST else LOST


def united(layouts: Iterable[Layout]) -> Layout | None:
    """The layout of one of several values, if these call their members the same; else None."""
    found: Layout | None = None
    for layout in layouts:
        if any(way.endswith(UNTOLD) for way in layout):
            return None
        found = layout if found in (None, layout) else _both(found or ("",), layout or ("",))
        if found is None:
            return None
    return ANYTHING if found is None else () if found == ("",) else found


def clearness(layouts: Iterable[Layout]) -> bool | int:
    """Whether names tell the parts of what is one of several values: surely, never, or as the tables have it."""
    found = united(layouts)
    return False if found is None else ORDERED if not found or any(way.endswith(OPEN) for way in found) else True


def place(way: str) -> str:
    """A way without what ends it beyond the names of members."""
    return way[:-1].removesuffix(".") if way.endswith((OPEN, ANY)) else way


def _both(one: Layout, other: Layout) -> Layout | None:
    found: list[str] = []
    mine, theirs = list(reversed(one)), list(reversed(other))
    while mine and theirs:
        left, right = mine.pop(), theirs.pop()
        if place(left) == place(right):
            found.append(max(left, right, key=lambda way: (way.endswith(OPEN), not way.endswith(ANY))))
        elif left.endswith(ANY) and _is_in(right, place(left)):
            found.append(right)
            mine += [left] if theirs and _is_in(theirs[-1], place(left)) else []
        elif right.endswith(ANY) and _is_in(left, place(right)):
            found.append(left)
            theirs += [right] if mine and _is_in(mine[-1], place(right)) else []
        else:
            return None
    return None if mine or theirs else tuple(found)


def _is_in(way: str, above: str) -> bool:
    return not above or way.startswith(f"{above}.")


class Structs:
    """Finds the layouts of what the scopes of a statement make, whose names `glance` can tell."""

    __slots__ = ("_frames", "_glance", "_known", "_some", "_state")

    def __init__(self, glance: Glance) -> None:
        self._glance = glance
        self._state = glance.state
        self._frames = glance.frames
        self._some: bool | None = None
        self._known: dict[tuple[int, int], Layout] = {}

    def some(self) -> bool:
        """Whether the statement makes any struct."""
        if self._some is None:
            rows = {source.alias.lower() for source in self._state.block.statement.sources()}
            self._some = any(_makes_struct(ref, rows) for scope in self._state.scopes for ref in _values(scope))
        return self._some

    def of(self, number: int, position: int, depth: int = 0) -> Layout:
        """The layout of a column of a frame."""
        known = self._known.get((number, position))
        if known is None:
            known = self._known[number, position] = self._of(number, position, depth)
        return known

    def _of(self, number: int, position: int, depth: int) -> Layout:
        for _ in self._frames:
            if number >= self._state.count:
                if number not in self._state.base_of:
                    return TABLES
                if self._frames[number].open:
                    break
                number = self._state.base_of[number]
                continue
            scope = self._state.scopes[number]
            if not isinstance(scope, Select):
                return self._several(number, scope, position, depth)
            behind, refs = self._item(number, scope, position)
            if behind is None:
                if len(refs) != 1 or not isinstance(ref := refs[0], Ref) or not ref.clear or ref.path or ref.into:
                    return self.made(number, refs, depth=depth) if refs else ANYTHING
                behind = self._glance.glance(number, ref, position, None)
                if behind[0] < 0:
                    return self._row(number, ref, depth)
            number, position = behind
        return LOST

    def beside(self, number: int, refs: Iterable[Reference]) -> dict[str, bool | int]:
        """For each place at which order joins values that are made of references in a scope, their clearness."""
        found: dict[str, list[Layout]] = {}
        for ref in refs:
            if isinstance(ref, (Ref, ScopeRef)) and ref.clear == ORDERED:
                found.setdefault(ref.into.lower(), []).append(self.made(number, [replace(ref, into="")]))
        return {place: clearness(layouts) for place, layouts in found.items()}

    def made(self, number: int, refs: Sequence[Reference], before: int | None = None, depth: int = 0) -> Layout:
        """The layout of what is made of references that stand in a scope."""
        places: dict[str, list[Reference]] = {}
        for ref in refs:
            if isinstance(ref, (Ref, ScopeRef, Member)):
                places.setdefault(ref.into.lower(), []).append(ref)
        ways: list[str] = []
        for at, those in places.items():
            plain = [ref for ref in those if isinstance(ref, (Ref, ScopeRef)) and ref.clear]
            inner = united(self._inner(number, ref, before, depth + 1) for ref in plain) if plain else ()
            if all(isinstance(ref, Member) for ref in those):
                inner = ANYTHING if not at.endswith(UNTOLD) else ()
            ways += [joined(at, way) for way in (LOST if inner is None else inner)] or ([at] if at else [])
        return bounded(ways)

    def _item(self, number: int, scope: Select, position: int) -> tuple[tuple[int, int] | None, Sequence[Reference]]:
        """The column that a star gives as a column of a SELECT, or else what that is made of."""
        origins = self._frames[number].origins
        origin = position if origins is None else origins[position]
        if isinstance(origin, int):
            return None, scope.outputs[origin].refs
        if isinstance(origin, str):
            return None, [StarRef(None, "output", NOWHERE)]
        output, base, at = origin
        star = scope.outputs[output].star
        name = self._frames[base].names[at].lower()
        for replaced, refs in star.replace.items() if star is not None else ():
            if replaced.lower() == name:
                return None, refs
        return (base, at), ()

    def _several(self, number: int, scope: Union | Opaque, position: int, depth: int) -> Layout:
        """The layout of a column that a set operation gives, or an UNNEST."""
        if depth > _DEEPEST:
            return LOST
        name = self._frames[number].names[position].lower()
        if isinstance(scope, Union):
            found = united(self.of(*at, depth + 1) for at in self.members(number, position))
            return LOST if found is None else found
        if name in scope.each:
            return self.made(scope.parent, scope.each[name], scope.before, depth + 1)
        of_list = self._element(scope, depth)
        return of_list if name in [n.lower() for n in scope.names[:1]] else below(of_list, name)

    def _element(self, scope: Opaque, depth: int) -> Layout:
        """The layout of what stands for an element of a list."""
        return self.made(scope.parent, scope.refs, scope.before, depth + 1) if scope.structured else ()

    def members(self, number: int, position: int) -> Iterator[tuple[int, int]]:
        """The columns that a set operation joins to one: frames and positions."""
        scope, frame = self._state.scopes[number], self._frames[number]
        if not isinstance(scope, Union):
            return
        asked = frame.origins is not None and not isinstance(frame.origins[position], int)
        named = asked or scope.by_name or self._frames[scope.members[0]].open
        for nth, member in enumerate(scope.members):
            own = self._frames[member]
            by_name = asked or (nth > 0 and (named or own.open))
            at = own.index.get(frame.names[position].lower(), -1) if by_name else position
            if 0 <= at < len(own.names):
                yield member, at

    def _inner(self, number: int, ref: Ref | ScopeRef, before: int | None, depth: int) -> Layout:
        """The layout of what a reference takes as it is."""
        if depth > _DEEPEST:
            return LOST
        if isinstance(ref, ScopeRef):
            found = self._whole(ref.scope, depth) if ref.row else self.of(ref.scope, 0, depth)
        else:
            frame, position = self._glance.glance(number, ref, None, before)
            found = self._row(number, ref, depth) if frame < 0 else self.of(frame, position, depth)
        return below(found, ref.path.partition(BY_ORDER)[0].removesuffix(".").lower())

    def _row(self, number: int, ref: Ref, depth: int) -> Layout:
        """The layout of a row, or of an element, that goes by the name of its source."""
        scope = self._state.scopes[number] if number >= 0 else None
        for source, frame in (
            zip(scope.sources, self._state.sources[number], strict=False) if isinstance(scope, Select) else ()
        ):
            if source.alias.lower() == ref.name.lower():
                of = self._state.scopes[frame] if frame < self._state.count else None
                return self._element(of, depth) if isinstance(of, Opaque) else self._whole(frame, depth)
        return LOST

    def _whole(self, number: int, depth: int) -> Layout:
        """The layout of a row of a frame as one value."""
        frame = self._frames[number]
        if frame.open or depth > _DEEPEST:
            return LOST
        ways: list[str] = []
        for position, name in enumerate(frame.names):
            ways += [joined(name.lower(), way) for way in self.of(number, position, depth + 1) or ("",)]
        return bounded(ways)


def below(layout: Layout, path: str) -> Layout:
    """The layout of what is at `path` of a value."""
    if not path:
        return layout
    above = f"{path}."
    inner = [way[len(above) :] for way in layout if way.startswith(above)]
    open_ = [way[-1] for way in layout if way.endswith((OPEN, UNTOLD)) and above.startswith(way[:-1])]
    return tuple(inner or open_[:1])


def _values(scope: Scope) -> Iterator[Reference]:
    """What the values that a scope gives are made of."""
    if isinstance(scope, Select):
        for output in scope.outputs:
            yield from output.refs
            for refs in output.star.replace.values() if output.star is not None else ():
                yield from refs
    elif isinstance(scope, Opaque):
        yield from scope.refs


def _makes_struct(ref: Reference, rows: Set[str]) -> bool:
    """Whether a reference goes to a member of a struct, or may be one of `rows`."""
    if isinstance(ref, Ref):
        return bool(ref.into) or (ref.source is None and ref.name.lower() in rows)
    return isinstance(ref, Member) or (isinstance(ref, ScopeRef) and (ref.row or bool(ref.into)))
