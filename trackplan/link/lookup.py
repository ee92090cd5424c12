"""What a column name means where it stands: a column of its sources, an alias beside it, then what is further out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from trackplan.link.aliases import Aliases
from trackplan.link.frames import NAMED, POSSIBLE
from trackplan.link.scopes import Scopes
from trackplan.sql.records import Opaque, Ref, Select, Union

Doubt = Literal["", "unknown-column", "ambiguous"]

# Dialects in which the name of a source is its whole row, where no column has that name; in some, even then.
_ROW_BY_NAME = frozenset({"", "bigquery", "duckdb", "materialize", "postgres", "risingwave"})
ROWS_FIRST = frozenset({"bigquery"})


class Found(NamedTuple):
    """Something that a name may mean: a column by position or still to be asked for by name, or the `whole` frame.

    With `member`, the name is a key inside the column at `position`; with `row`, it means a row as one value.
    """

    frame: int
    strength: int
    position: int | None = None
    whole: bool = False
    member: bool = False
    row: bool = False


class Lookup:
    """Finds what names mean in the scopes of one statement.

    `open_questions` are the names, each with the slot of an open table, whose meaning would be clearer if it was known
    whether that table has such a column.
    """

    __slots__ = (
        "_called_rows",
        "_shared",
        "aliases",
        "dialect",
        "frames",
        "open_questions",
        "relations",
        "scopes",
        "state",
    )

    def __init__(self, state: Scopes, relations: Sequence[bool]) -> None:
        self.state = state
        self.scopes = state.scopes
        self.frames = state.frames
        # For each slot: whether what it shows may lack a column because a model was not expanded well.
        self.relations = relations
        self.dialect = state.block.unit.sql.dialect
        self.aliases = Aliases(self.dialect)
        self.open_questions: set[tuple[int, str]] = set()
        self._called_rows: dict[int, frozenset[str]] = {}
        self._shared: dict[int, frozenset[str]] = {}

    def find(self, number: int, ref: Ref, output: int | None, before: int | None) -> tuple[list[Found], Doubt]:
        """What `ref` means in the scope `number`, and what is doubtful about that.

        `output` is the item of the select list that it stands in; with `before` only so many sources can be seen.
        """
        if ref.source is not None:
            return self._qualified(number, ref)
        outer = self._outer(number, ref.name)
        level, inner = number, -1
        while level >= 0:
            own = inner < 0
            found = self._level(level, ref, output if own else None, before if own else None, outer, own=own)
            found = found or self._row(level, ref, before if own else None, outer)
            if found is not None:
                if not own and self._has_item(level, ref.name, inner, anywhere=self.aliases.everywhere):
                    return [*found[0], Found(level, NAMED)], found[1]
                if [1 for each in found[0] if self.frames[each.frame].open]:
                    found[0].extend(Found(n, POSSIBLE) for n in self._further(number, ref.name))
                return found
            level, inner = self.scopes[level].parent, level
        if further := self._further(number, ref.name):
            return [Found(n, NAMED) for n in further], ""
        return self._lost(self._visible(number, before)) + self._anywhere(ref), "unknown-column"

    def _has_item(self, level: int, name: str, inner: int, *, anywhere: bool) -> bool:
        """Whether the subquery `inner` of a SELECT may mean an item: one behind the list, or one `anywhere` in it."""
        scope = self.scopes[level]
        if not isinstance(scope, Select) or name.lower() not in self.frames[level].index:
            return False
        return anywhere or (self.aliases.hides_late and inner >= scope.late)

    def _further(self, number: int, name: str) -> list[int]:
        """The queries around a scope that have an item of the name, where the dialect lets a subquery mean it."""
        found: list[int] = []
        level, inner = self.scopes[number].parent if number >= 0 else -1, number
        while level >= 0:
            if self._has_item(level, name, inner, anywhere=self.aliases.further_in):
                found.append(level)
            level, inner = self.scopes[level].parent, level
        return found

    def hidden(self, number: int, name: str) -> Iterator[tuple[int, int]]:
        """The columns, surely there, that may take the place of a lambda's parameter: frame and position."""
        while number >= 0:
            for source in self.state.sources[number]:
                yield from ((source, position) for position in self.frames[source].positions(name))
            number = self.scopes[number].parent

    def called(self, name: str) -> list[int]:
        """The frame of what a function of the project gives."""
        slot = self.state.block.slot_of.get((name,))
        return [] if slot is None else [self.state.count + slot]

    def _qualified(self, number: int, ref: Ref) -> tuple[list[Found], Doubt]:
        sources = self.state.taken(number, ref.source)
        if not sources:
            return [], "unknown-column"
        frame = self.frames[sources[0]]
        if frame.open or frame.positions(ref.name):
            return [Found(sources[0], NAMED)], ""
        if frame.weak and frame.names:
            # `item.sku` where `item` is the element of an unnested array.
            return [Found(sources[0], NAMED, position=0, member=True)], ""
        members = self._members(number, ref.source, ref.name) if ref.source else []
        return (members, "") if members else (self._lost(sources[:1]), "unknown-column")

    def _members(self, number: int, source: tuple[int, int], name: str) -> list[Found]:
        """`t.a` where table `t` has no `a`: another source of that name has it, or it is a member of a column `t`."""
        for _ in range(source[0]):
            number = self.scopes[number].parent
        scope = self.scopes[number]
        if not isinstance(scope, Select):
            return []
        alias = scope.sources[source[1]].alias
        entries = zip(scope.sources, self.state.sources[number], strict=True)
        namesakes = [frame for entry, frame in entries if entry.alias.lower() == alias.lower()]
        held = [Found(f, NAMED, position=p) for f in namesakes for p in self.frames[f].positions(name)]
        return held or [
            Found(frame, NAMED, position=position, member=True)
            for frame in self.state.sources[number]
            for position in self.frames[frame].positions(alias)
        ]

    def _outer(self, number: int, name: str) -> list[int]:
        """The sources further out that have the name for sure."""
        found: list[int] = []
        level, lower = self.scopes[number].parent if number >= 0 else -1, name.lower()
        while level >= 0:
            found += [source for source in self.state.sources[level] if lower in self.frames[source].index]
            level = self.scopes[level].parent
        return found

    def _level(
        self, number: int, ref: Ref, output: int | None, before: int | None, outer: list[int], *, own: bool
    ) -> tuple[list[Found], Doubt] | None:
        scope = self.scopes[number]
        if isinstance(scope, Union):
            frame = self.frames[number]
            return ([Found(number, NAMED)], "") if frame.open or frame.positions(ref.name) else None
        if isinstance(scope, Opaque):
            return None
        name = ref.name.lower()
        holding, perhaps = self._having(scope, self.state.sources[number][:before], name, hidden=ref.how == "join")
        own_frame = self.frames[number]
        named = own and name in own_frame.index
        positions = self.aliases.positions(own_frame, scope, ref, output, before) if named else ()
        aliases = [Found(number, NAMED, position=position) for position in positions]
        if aliases and ref.how == "order" and ref.late:
            return aliases, ""
        if holding:
            shared = name in self.shared(number)
            clear = len(holding) == 1 or shared or any(s.natural for s in scope.sources)
            found = [Found(n, NAMED if clear else POSSIBLE) for n in holding]
            if shared:
                found.extend(Found(n, POSSIBLE) for n in perhaps)
            if self.dialect in ROWS_FIRST:
                found.extend(self._rows_possibly(number, ref, before, closed=True))
            return found + (aliases if self.aliases.may_hide(ref) else []), "" if clear else "ambiguous"
        if not perhaps:
            return (aliases + self._rows_possibly(number, ref, before), "") if aliases else None
        openly = [n for n in perhaps if not self.frames[n].weak]
        rows = self._rows_possibly(number, ref, before)
        weakly = [Found(n, POSSIBLE) for n in perhaps if self.frames[n].weak]
        if len(perhaps) + len(aliases) + len(outer) > 1:
            self.question(openly, ref.name)
        if aliases and (not openly or self.aliases.may_name(ref, output)):
            # Where no source has the name for sure, an alias is the other reading, whatever the dialect's manual says.
            return aliases + [Found(n, POSSIBLE) for n in openly] + weakly + rows, ""
        if outer:
            # An open table may have the column; if not, it is the one that a scope further out has for sure.
            found = [Found(n, POSSIBLE) for n in openly]
            return found + weakly + rows + [Found(n, POSSIBLE) for n in outer], "ambiguous"
        if not openly:
            return [Found(w.frame, NAMED) for w in weakly[:1]] + weakly[1:], ""
        clear = len(openly) == 1 or name in self.shared(number)
        called = self._called(openly, ref.path.split(".")) if ref.path else []
        found = [Found(n, NAMED if clear else POSSIBLE) for n in openly]
        return found + called + weakly + rows, "" if clear and not rows else "ambiguous"

    def _having(self, scope: Select, frames: Sequence[int], name: str, *, hidden: bool) -> tuple[list[int], list[int]]:
        """The sources that surely have a column of a lower-case name, and those that are open and may have it."""
        holding: list[int] = []
        perhaps: list[int] = []
        for source, number in zip(scope.sources, frames, strict=False):
            if hidden or source.in_star:
                frame = self.frames[number]
                if name in frame.index:
                    holding.append(number)
                elif frame.open:
                    perhaps.append(number)
        return holding, perhaps

    def shared(self, number: int) -> frozenset[str]:
        """The names, in lower case, by which the sources of a scope are joined with USING."""
        known = self._shared.get(number)
        if known is None:
            scope = self.scopes[number]
            entries = scope.sources if isinstance(scope, Select) else ()
            known = self._shared[number] = frozenset(name.lower() for entry in entries for name in entry.using)
        return known

    def source_names(self, number: int) -> frozenset[str]:
        """The names in a scope, in lower case, that may stand for whole rows."""
        known = self._called_rows.get(number)
        if known is None:
            scope = self.scopes[number]
            entries = scope.sources if isinstance(scope, Select) and self.dialect in _ROW_BY_NAME else ()
            known = self._called_rows[number] = frozenset(source.alias.lower() for source in entries)
        return known

    def _rows_possibly(self, number: int, ref: Ref, before: int | None, *, closed: bool = False) -> list[Found]:
        """The open sources, or `closed` ones too, that go by a name which may as well be that of a column in them."""
        scope, lower = self.scopes[number], ref.name.lower()
        if not isinstance(scope, Select) or lower not in self.source_names(number):
            return []
        pairs = zip(scope.sources[:before], self.state.sources[number], strict=False)
        called = [n for s, n in pairs if s.alias.lower() == lower]
        likely = [n for n in called if self.frames[n].open | closed and not self.frames[n].weak]
        return [Found(n, POSSIBLE, row=True) for n in likely]

    def question(self, frames: Sequence[int], name: str) -> None:
        """Remember that it would help to know which of several open tables has a column of that name."""
        for number in frames:
            slot = self.state.slot(number)
            if slot >= 0:
                self.open_questions.add((slot, name.lower()))

    def _row(self, level: int, ref: Ref, before: int | None, outer: list[int]) -> tuple[list[Found], Doubt] | None:
        """A name that is no column of a scope may be a source's own: then the whole row is meant."""
        scope = self.scopes[level]
        if isinstance(scope, Select):
            for source, frame in zip(scope.sources[:before], self.state.sources[level], strict=False):
                if source.alias.lower() == ref.name.lower():
                    return [Found(frame, NAMED, row=True), *(Found(n, POSSIBLE) for n in outer)], ""
        return None

    def _visible(self, number: int, before: int | None) -> list[int]:
        """The sources that can be seen from a scope."""
        found: list[int] = []
        level, seen = number, before
        while level >= 0:
            if isinstance(self.scopes[level], Select):
                found.extend(self.state.sources[level][:seen])
            level, seen = self.scopes[level].parent, None
        return found

    def _anywhere(self, ref: Ref) -> list[Found]:
        """A name that could not be resolved may be any column of that name in the tables of its statement."""
        slots = range(self.state.count, self.state.count + len(self.relations))
        return self._called(slots, [ref.name, *(ref.path.split(".") if ref.path else ())])

    def _called(self, frames: Sequence[int], names: Sequence[str]) -> list[Found]:
        """Behind a name that nothing here answers to, each further one may be a column of what is here."""
        return [
            Found(number, POSSIBLE, position=position)
            for number in frames
            for name in names
            for position in self.frames[number].positions(name)
        ]

    def _lost(self, frames: list[int]) -> list[Found]:
        """A column that none of its sources has: where we expanded the source ourselves, it may be any of them."""
        slots = [(number, self.state.slot(number)) for number in frames]
        return [Found(n, POSSIBLE, whole=True) for n, slot in slots if slot < 0 or self.relations[slot]]
