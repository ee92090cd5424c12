"""What the SQL of one statement refers to → edges between its frames, with what is in doubt.

Where a name may mean several things, each of them gets an edge that is only `POSSIBLE`, and the place is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from trackplan.link.edges import Edge, shortened
from trackplan.link.frames import ALL, NAMED, POSSIBLE, ROWS, WHOLE, Key, is_pseudo, left_out
from trackplan.link.lookup import Found, Lookup, written
from trackplan.link.scopes import Scopes
from trackplan.sql.records import Called, How, OutputRef, Ref, Reference, Select, Span, StarRef
from trackplan.sql.values import LENGTH, MEASURE, firsts, joined, taken, unkeyed, unmeasured


class Use(NamedTuple):
    """A statement refers to a column of the table at a slot, or with a set to every other one; see `Ref.transform`."""

    slot: int
    key: Key
    path: str
    how: How
    certain: bool
    span: Span
    transform: str = ""


class References:
    """Looks up what a statement refers to.

    `unknowns` are names that were not resolved for sure, each with the reason and where it stands; `references` is how
    many names there were; `spelled` are paths as they are written; `uses` is what was seen, None if nobody asks.
    """

    __slots__ = (
        *("_alone", "_shared", "_single", "asked", "frames", "lookup"),
        *("references", "scopes", "spelled", "state", "unknowns", "uses"),
    )

    def __init__(self, state: Scopes, relations: Sequence[bool], *, noting: bool = False) -> None:
        self.state = state
        self.scopes = state.scopes
        self.frames = state.frames
        self.lookup = Lookup(state, relations)
        self.references = 0
        self.unknowns: list[tuple[str, str, Span]] = []
        self.spelled: dict[str, str] = {}
        self.asked: list[tuple[int, int]] = []
        self.uses: list[Use] | None = [] if noting else None
        self._single = [self._only_source(number) for number in range(state.count)]
        self._alone: dict[int, bool] = {}
        self._shared: dict[int, tuple[bool, set[str]]] = {}

    def ask(self, number: int, name: str, *, sure: bool) -> Sequence[int]:
        """The positions of `name` in a frame; an open one takes the name on."""
        frame = self.frames[number]
        known = len(frame.names)
        found = frame.ask(name, sure=sure)
        if len(frame.names) > known and self.state.slot(number) < 0:
            self.asked.append((number, known))
        return found

    def edges(
        self, number: int, refs: Iterable[Reference], output: int | None = None, before: int | None = None,
        *, noting: bool = True,
    ) -> list[Edge]:  # fmt: skip
        """The edges of references that stand in the scope `number`, in its output at `output` if they are in one.

        Without `noting`, nothing is counted, as for references that were seen before. With `before`, only so many
        sources of the scope can be seen.
        """
        edges: list[Edge] = []
        for ref in refs:
            if type(ref) is Ref:
                if ref.hidden:
                    into, path = ref.into.lower(), self.path(ref.path)
                    edges.extend((*at, path, into, ref.clear, POSSIBLE) for at in self.lookup.hidden(number, ref.name))
                    continue
                if ref.path.endswith(MEASURE):
                    found = [self._measured(number, ref, output, before)]
                    edges.extend(self.edges(number, found, output, before, noting=noting))
                    continue
                if noting:
                    self.references += 1
                frame, position = self._plainly(number, ref, output, before)
                if frame < 0:
                    self._looked_up(edges, number, ref, output, before, noting=noting)
                    continue
                path = self.path(ref.path) if ref.path else ""
                edges.append((frame, position, path, ref.into and ref.into.lower(), ref.clear, NAMED))
                if self.uses is not None and noting:
                    self.note(edges[-1], ref.how, ref.span, ref.transform)
            elif isinstance(ref, StarRef):
                edges.extend(self._star_ref(number, ref))
            elif isinstance(ref, Called):
                frames = self.lookup.called(ref.name)
                edges.extend((f, key, "", ref.into.lower(), False, NAMED) for f in frames for key in (ROWS, ALL))
                for given in ref.given:
                    edges.extend(self.edges(number, taken(given, ref.how, ref.into), output, before, noting=noting))
            elif isinstance(ref, OutputRef):
                edges.extend(self._output_ref(number, ref))
            elif not isinstance(ref, Ref):
                edges.append((ref.scope, ROWS, "", "", False, NAMED))
                if ref.values:
                    frame_ = self.frames[ref.scope]
                    key: Key = 0 if len(frame_.names) == 1 and not frame_.open else ALL
                    key = WHOLE if ref.row else key
                    edges.append((ref.scope, key, self.path(ref.path), ref.into.lower(), ref.clear, NAMED))
        return edges

    def path(self, path: str) -> str:
        """`path` in lower case, since who reads a struct need not write its members as they are declared."""
        if not path:
            return path
        lower = shortened(path.lower())
        self.spelled.setdefault(lower, path)
        return lower

    def noted(self, number: int, position: int, how: How, strength: int, span: Span) -> Edge:
        """An edge to one column that stands for itself, noted as a use."""
        edge = (number, position, "", "", False, strength)
        self.note(edge, how, span)
        return edge

    def note(self, edge: Edge, how: How, span: Span, transform: str = "") -> None:
        """Remember the use of a column, if the edge leads to that of a table."""
        if self.uses is None:
            return
        slot = self.state.slot(edge[0])
        base = self.state.base_of.get(edge[0])
        if slot < 0 and base is not None and isinstance(edge[1], int) and not self.frames[base].open:
            slot = self.state.slot(base)
        if slot >= 0:
            self.uses.append(Use(slot, edge[1], edge[2], how, edge[5] > POSSIBLE, span, transform))

    def _only_source(self, number: int) -> int:
        """The frame of the one source of a SELECT, -1 if it has none or several."""
        scope = self.scopes[number]
        if isinstance(scope, Select) and len(scope.sources) == 1 and scope.sources[0].in_star:
            return self.state.sources[number][0]
        return -1

    def _plainly(self, number: int, ref: Ref, output: int | None, before: int | None) -> tuple[int, int]:
        """What most names mean at a glance: the frame and the position, or (-1, -1) for those to be looked up."""
        if number < 0:
            return -1, -1
        name = ref.name.lower()
        sources = self.state.sources[number]
        if ref.source is not None:
            up, index = ref.source
            if up or index >= len(sources):
                return -1, -1
            found, only = sources[index], True
        else:
            if ref.how == "order" and before is None:
                return -1, -1
            found = self._single[number] if before is None else sources[0] if before == 1 and sources else -1
            only = found >= 0 and not ref.path and self.scopes[number].parent < 0
            if found < 0:
                found = self._holding(number, name, sources[:before], ref)
                if found < 0:
                    return -1, -1
        frame = self.frames[found]
        position = frame.index.get(name, -1)
        if position >= 0:
            return (-1, -1) if name in frame.twins else (found, position)
        if only and frame.open and name:
            hidden = ref.source is not None or (
                not frame.weak
                and (before is not None or not self._is_alias(number, name, ref, output))
                and name not in self.lookup.source_names(number)
            )
            return (found, self.ask(found, ref.name, sure=True)[0]) if hidden else (-1, -1)
        return -1, -1

    def _is_alias(self, number: int, name: str, ref: Ref, output: int | None) -> bool:
        """Whether a name may be that of an item of the same select list."""
        own = self.frames[number]
        position = own.index.get(name)
        if position is None:
            return False
        if output is None:
            return self.lookup.may_name_alias(ref, output)
        return name in own.twins or written(own, position, output) < output

    def _holding(self, number: int, name: str, sources: Sequence[int], ref: Ref) -> int:
        """Which one of several sources has the name, -1 if that is not plain."""
        shared = self._shared.get(number)
        if shared is None:
            scope = self.scopes[number]
            entries = scope.sources if isinstance(scope, Select) else []
            hides = any(not entry.in_star for entry in entries)
            shared = self._shared[number] = (hides, {n.lower() for entry in entries for n in entry.using})
        if name in shared[1] or (shared[0] and ref.how != "join"):
            return -1
        found = -1
        for source in sources:
            if name in self.frames[source].index:
                if found >= 0:
                    return -1
                found = source
        return found

    def _measured(self, number: int, ref: Ref, output: int | None, before: int | None) -> Ref:
        """A reference to how long a column is."""
        whole = replace(ref, path=unmeasured(ref.path))
        found, doubt = self.lookup.find(number, whole, output, before)
        only = len(found) == 1 and not doubt and not found[0].row and not found[0].member
        way = joined(ref.name, whole.path)
        listed = only and way.lower() in self.frames[found[0].frame].lists
        return replace(ref, path=joined(whole.path, LENGTH), transform="counted") if listed else whole

    def _looked_up(
        self, edges: list[Edge], number: int, ref: Ref, output: int | None, before: int | None, *, noting: bool
    ) -> None:
        found, doubt = self.lookup.find(number, ref, output, before)
        for target in found:
            if target.whole:
                edges.append((target.frame, ALL, "", "", False, target.strength))
                self.note(edges[-1], _starred(ref), ref.span)
                continue
            path = ref.path
            positions: Sequence[int] = () if target.position is None else (target.position,)
            if target.row:  # `t.a` where `t` is no column
                positions, path = self._members(target.frame, path)
                if not positions:
                    edge = (target.frame, WHOLE, self.path(ref.path), ref.into.lower(), ref.clear, target.strength)
                    edges.append(edge)
                    self.note((target.frame, ALL, "", "", False, target.strength), _starred(ref), ref.span)
            elif target.member:
                path = f"{ref.name}.{path}".strip(".")
            elif target.position is None:
                positions = self.ask(target.frame, ref.name, sure=self._sure(number, ref, found, target))
            for position in positions:
                edge = (target.frame, position, self.path(path), ref.into.lower(), ref.clear, target.strength)
                edges.append(edge)
                if noting:
                    self.note(edge, ref.how, ref.span, ref.transform)
        if noting and doubt and not is_pseudo(ref.name.lower()):
            self.unknowns.append((doubt, ref.name, ref.span))

    def _members(self, number: int, path: str) -> tuple[Sequence[int], str]:
        """The columns that a part of a frame's row is, and the way into them, if that is plain."""
        frame, path = self.frames[number], unkeyed(path)
        found = [(frame.positions(name), below) for name, below in firsts(path) if frame.positions(name)]
        if len(found) == 1:
            return found[0]
        name, _, below = path.partition(".")
        plain = name and name != LENGTH and frame.open and not frame.weak and not found
        return (self.ask(number, name, sure=True), below) if plain else ((), path)

    def _sure(self, number: int, ref: Ref, found: list[Found], target: Found) -> bool:
        """Whether a reference proves that its target has a column of that name."""
        if ref.source is not None:
            return True
        if target.strength != NAMED or len(found) > 1:
            return False
        known = self._alone.get(number)
        if known is None:
            level = self.scopes[number].parent if number >= 0 else -1
            known = True
            while level >= 0 and known:
                known = not any(self.frames[source].open for source in self.state.sources[level])
                level = self.scopes[level].parent
            self._alone[number] = known
        return known

    def _star_ref(self, number: int, ref: StarRef) -> list[Edge]:
        edges: list[Edge] = [
            (n, left_out(self.frames[n], (), ref.pattern), "", "", False, NAMED)
            for n in self.lookup.sources(number, ref.source)
        ]
        for edge in edges:
            self.note(edge, _starred(ref), ref.span)
        return edges

    def _output_ref(self, number: int, ref: OutputRef) -> list[Edge]:
        frame = self.frames[number]
        scope = self.scopes[number]
        if ref.ordinal > 0 and not frame.open:
            known = ref.ordinal <= len(frame.names)
            return [(number, ref.ordinal - 1, "", "", False, NAMED)] if known else []
        if ref.ordinal < 0 and isinstance(scope, Select):
            origins = frame.origins or range(len(frame.names))
            plain = [p for p, o in enumerate(origins) if not (isinstance(o, int) and scope.outputs[o].aggregate)]
            edges: list[Edge] = [(number, position, "", "", False, NAMED) for position in plain]
            if frame.open:
                # What a star brings besides the columns that are known is no aggregate either.
                edges.append((number, frozenset(n.lower() for n in frame.names), "", "", False, NAMED))
            return edges
        return [(number, ALL, "", "", False, NAMED)]


def _starred(ref: Ref | StarRef) -> How:
    return ref.how if ref.how != "output" else "star"
