"""What most names mean at a glance: a column of the one source, or of the one that they say."""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.link.aliases import Aliases, written
from trackplan.link.lookup import ROWS_FIRST, Lookup
from trackplan.link.scopes import Scopes
from trackplan.sql.records import Ref, Select

_NONE: frozenset[str] = frozenset()


class Glance:
    """Tells what is plain; all else is left to `lookup`.

    `single` has for each scope the frame of its one source, -1 if it has none or several, or one whose own name is that
    of a column. `asked` are columns that an open frame has taken on: frame and position. `row_names` are for each scope
    the names of sources that hide columns of the same name; for `hiding` and `hides_late` see `Aliases`.
    """

    __slots__ = (
        *("_shared", "asked", "frames", "hides_late", "hiding", "lookup", "row_names", "scopes", "single", "state"),
    )

    def __init__(self, state: Scopes, relations: Sequence[bool]) -> None:
        self.state = state
        self.scopes = state.scopes
        self.frames = state.frames
        self.lookup = Lookup(state, relations)
        count, rows_first = state.count, self.lookup.dialect in ROWS_FIRST
        self.row_names = [self.lookup.source_names(n) if rows_first else _NONE for n in range(count)]
        self.hiding, self.hides_late = self.lookup.aliases.hiding, self.lookup.aliases.hides_late
        self.asked: list[tuple[int, int]] = []
        self.single = [self._only_source(number) for number in range(count)]
        self._shared: dict[int, tuple[bool, frozenset[str]]] = {}

    def ask(self, number: int, name: str, *, sure: bool) -> Sequence[int]:
        """The positions of `name` in a frame; an open one takes the name on."""
        frame = self.frames[number]
        known = len(frame.names)
        found = frame.ask(name, sure=sure)
        if len(frame.names) > known and self.state.slot(number) < 0:
            self.asked.append((number, known))
        return found

    def _only_source(self, number: int) -> int:
        """The frame of the one source of a SELECT, -1 if it has none or several."""
        scope = self.scopes[number]
        if isinstance(scope, Select) and len(scope.sources) == 1 and scope.sources[0].in_star:
            found = self.state.sources[number][0]
            alias = scope.sources[0].alias.lower()
            if alias not in self.row_names[number] or alias not in self.frames[found].index:
                return found
        return -1

    def glance(self, number: int, ref: Ref, output: int | None, before: int | None) -> tuple[int, int]:
        """What a name means if that is plain: the frame and the position, or (-1, -1) for those to be looked up."""
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
            if name in self.row_names[number] or (
                (ref.how in self.hiding or (ref.late and self.hides_late)) and self._may_hide(number, name, ref, before)
            ):
                return -1, -1
            found = self.single[number] if before is None else sources[0] if before == 1 and sources else -1
            only = found >= 0 and self.scopes[number].parent < 0
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
                and not (ref.path and any(segment in frame.index for segment in ref.path.lower().split(".")))
                and (before is not None or not self._is_alias(number, name, ref, output))
                and name not in self.lookup.source_names(number)
            )
            return (found, self.ask(found, ref.name, sure=True)[0]) if hidden else (-1, -1)
        return -1, -1

    def _may_hide(self, number: int, name: str, ref: Ref, before: int | None) -> bool:
        """Whether a reference for which the dialect allows it may mean an alias though a column has the name."""
        if ref.how == "order":
            return before is None
        own, scope = self.frames[number], self.scopes[number]
        if name not in own.index:
            return False
        item = written(own, own.index[name], -1)
        return item < 0 or not isinstance(scope, Select) or not Aliases.is_column(scope.outputs[item], name)

    def _is_alias(self, number: int, name: str, ref: Ref, output: int | None) -> bool:
        """Whether a name may be that of an item of the same select list."""
        own, scope = self.frames[number], self.scopes[number]
        if name not in own.index or not isinstance(scope, Select):
            return False
        if output is None:
            return self.lookup.aliases.may_name(ref, output)
        return name in own.twins or bool(self.lookup.aliases.positions(own, scope, ref, output, None))

    def _holding(self, number: int, name: str, sources: Sequence[int], ref: Ref) -> int:
        """Which one of several sources has the name, -1 if that is not plain."""
        shared = self._shared.get(number)
        if shared is None:
            scope = self.scopes[number]
            entries = scope.sources if isinstance(scope, Select) else []
            hides = any(not entry.in_star for entry in entries)
            shared = self._shared[number] = (hides, self.lookup.shared(number))
        if name in shared[1] or (shared[0] and ref.how != "join"):
            return -1
        found = -1
        for source in sources:
            if name in self.frames[source].index:
                if found >= 0:
                    return -1
                found = source
        return found
