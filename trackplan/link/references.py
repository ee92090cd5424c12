"""What the SQL of one statement refers to → edges between its frames, with what is in doubt.

Where a name may mean several things, each of them gets an edge that is only `POSSIBLE`, and the place is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from trackplan.link.edges import Edge, shortened
from trackplan.link.frames import ALL, NAMED, POSSIBLE, ROWS, WHOLE, Key, is_pseudo, left_out
from trackplan.link.glance import Glance
from trackplan.link.lookup import Found
from trackplan.link.scopes import Scopes
from trackplan.link.structs import Structs
from trackplan.sql.records import Called, How, Member, OutputRef, Ref, Reference, ScopeRef, Select, Span, StarRef
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


class References(Glance):
    """Looks up what a statement refers to.

    `unknowns` are names that were not resolved for sure, each with the reason and where it stands; `references` is how
    many names there were; `spelled` are paths as they are written; `uses` is what was seen, None if nobody asks. Some
    struct has `members` that rest on nothing.
    """

    __slots__ = ("_alone", "_paths", "members", "references", "spelled", "structs", "unknowns", "uses")

    def __init__(self, state: Scopes, relations: Sequence[bool], *, noting: bool = False) -> None:
        super().__init__(state, relations)
        self.references = 0
        self.unknowns: list[tuple[str, str, Span]] = []
        self.spelled: dict[str, str] = {}
        self.uses: list[Use] | None = [] if noting else None
        self.structs = Structs(self)
        self.members = False
        self._alone: dict[int, bool] = {}
        self._paths: dict[str, str] = {}

    def edges(
        self, number: int, refs: Iterable[Reference], output: int | None = None, before: int | None = None,
        *, noting: bool = True,
    ) -> list[Edge]:  # fmt: skip
        """The edges of references that stand in the scope `number`, in its output at `output` if they are in one.

        Without `noting`, nothing is counted, as for references that were seen before. With `before`, only so many
        sources of the scope can be seen.
        """
        edges: list[Edge] = []
        frames, sources = self.frames, self.state.sources[number] if number >= 0 else ()
        single = self.single[number] if number >= 0 and before is None else -1
        hiding, hides_late = self.hiding, self.hides_late
        for ref in refs:
            if type(ref) is not Ref:
                self._unnamed(edges, number, ref, output, before, noting=noting)
                continue
            if ref.hidden:
                into, path = ref.into.lower(), self.path(ref.path)
                edges.extend((*at, path, into, ref.clear, POSSIBLE) for at in self.lookup.hidden(number, ref.name))
                continue
            if ref.path and ref.path.endswith(MEASURE):
                found = [self._measured(number, ref, output, before)]
                edges.extend(self.edges(number, found, output, before, noting=noting))
                continue
            if noting:
                self.references += 1
            # Most names are those of the one source, or say themselves which one they mean.
            if ref.source is None:
                frame = single if ref.how not in hiding and not (ref.late and hides_late) else -1
            else:
                up, index = ref.source
                frame = sources[index] if not up and index < len(sources) else -1
            position = -1
            if frame >= 0 and not frames[frame].twins:
                position = frames[frame].index.get(ref.name.lower(), -1)
            if position < 0:
                frame, position = self.glance(number, ref, output, before)
                if frame < 0:
                    self._looked_up(edges, number, ref, output, before, noting=noting)
                    continue
            path, into = ref.path, ref.into
            edges.append((frame, position, path and self.path(path), into and into.lower(), ref.clear, NAMED))
            if noting and self.uses is not None:
                self.note(edges[-1], ref.how, ref.span, ref.transform)
        return edges

    def _unnamed(
        self, edges: list[Edge], number: int, ref: Reference, output: int | None, before: int | None, *, noting: bool
    ) -> None:
        """Add the edges of what is no name of a column."""
        if isinstance(ref, StarRef):
            edges.extend(self._star_ref(number, ref, before))
        elif isinstance(ref, Called):
            frames = self.lookup.called(ref.name)
            edges.extend((f, key, "", ref.into.lower(), False, NAMED) for f in frames for key in (ROWS, ALL))
            for given in ref.given:
                edges.extend(self.edges(number, taken(given, ref.how, ref.into), output, before, noting=noting))
        elif isinstance(ref, OutputRef):
            edges.extend(self._output_ref(number, ref))
        elif isinstance(ref, Member):
            self.members = True
        elif isinstance(ref, ScopeRef):
            edges.append((ref.scope, ROWS, "", "", False, NAMED))
            if ref.values:
                frame = self.frames[ref.scope]
                key: Key = 0 if len(frame.names) == 1 and not frame.open else ALL
                key = WHOLE if ref.row else key
                edges.append((ref.scope, key, self.path(ref.path), ref.into.lower(), ref.clear, NAMED))

    def path(self, path: str) -> str:
        """`path` in lower case, since who reads a struct need not write its members as they are declared."""
        lower = self._paths.get(path)
        if lower is None:
            lower = self._paths[path] = shortened(path.lower())
            if path:
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

    def _star_ref(self, number: int, ref: StarRef, before: int | None) -> list[Edge]:
        sources = self.state.taken(number, ref.source)
        edges: list[Edge] = [
            (n, left_out(self.frames[n], (), ref.pattern), "", "", False, NAMED)
            for n in (sources if ref.source else sources[:before])
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
