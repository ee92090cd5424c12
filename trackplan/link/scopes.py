"""What a column name means inside one scope: its sources, its own aliases, then the scopes around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trackplan.link.graph import NAMED, POSSIBLE
from trackplan.link.program import Block, Program
from trackplan.sql.records import Opaque, Ref, Select, Source, Union

Doubt = Literal["", "unknown-column", "ambiguous"]

# Dialects in which a select list, WHERE or QUALIFY may name an alias of the same select list.
_ALIAS_IN_SELECT = frozenset({"", "snowflake", "redshift", "databricks", "spark", "duckdb", "clickhouse", "teradata"})
_ALIAS_IN_WHERE = frozenset({"", "snowflake", "duckdb", "clickhouse", "teradata"})


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a name may mean: a column by position or still to be asked for by name, or the `whole` container.

    With `member`, the name is a key inside the column at `position`.
    """

    container: int
    strength: int
    position: int | None = None
    whole: bool = False
    member: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A source that has a column, or is open and may have it."""

    container: int
    holds: bool
    weak: bool


@dataclass(frozen=True, slots=True)
class Visible:
    """The names that can be seen from the scope in container `number`; with `before`, only so many of its sources."""

    program: Program
    block: Block
    number: int
    before: int | None = None

    def scope(self, up: int) -> tuple[int, Select | Union | Opaque] | None:
        """The scope so many levels further out, with its container."""
        number = self.number
        for _ in range(up):
            number = self.program.parent(number)
        if number < 0:
            return None
        return number, self.block.statement.scopes[number - self.block.first]

    def sources(self, source: tuple[int, int] | None) -> list[int]:
        """The containers that `t.*` or `*` takes in an expression."""
        found = self.scope(source[0] if source else 0)
        if found is None or not isinstance(found[1], Select):
            return []
        entries = found[1].sources
        chosen = entries if source is None else entries[source[1] : source[1] + 1]
        return [self.program.source(self.block, s) for s in chosen]

    def find(self, ref: Ref, output: int | None) -> tuple[list[Found], Doubt]:
        """What `ref` means, and what is doubtful about that."""
        if ref.source is not None:
            return self._qualified(ref)
        up = 0
        outer = self._outer_holds(ref.name)
        while (level := self.scope(up)) is not None:
            found = self._level(level, ref, output if up == 0 else None, own=up == 0, outer=outer)
            if found is not None:
                return found
            up += 1
        return self._whole_row(ref)

    def _qualified(self, ref: Ref) -> tuple[list[Found], Doubt]:
        containers = self.sources(ref.source)
        if not containers:
            return [], "unknown-column"
        number = containers[0]
        container = self.program.containers[number]
        if container.positions(ref.name) or container.open:
            return [Found(number, NAMED)], ""
        node = self.program.nodes[number]
        if isinstance(node, tuple) and isinstance(node[1], Opaque) and container.names:
            # `item.sku` where `item` is the element of an unnested array.
            return [Found(number, NAMED, position=0, member=True)], ""
        return self._lost([number]), "unknown-column"

    def _outer_holds(self, name: str) -> bool:
        up = 1
        while (level := self.scope(up)) is not None:
            if isinstance(level[1], Select):
                for index in range(len(level[1].sources)):
                    hit = hits(Visible(self.program, self.block, level[0]), index, name)
                    if hit is not None and hit.holds:
                        return True
            up += 1
        return False

    def _level(
        self, level: tuple[int, Select | Union | Opaque], ref: Ref, output: int | None, *, own: bool, outer: bool
    ) -> tuple[list[Found], Doubt] | None:
        number, scope = level
        if isinstance(scope, Union):
            positions = self.program.containers[number].positions(ref.name)
            if positions or self.program.containers[number].open:
                return [Found(number, NAMED)], ""
            return None
        if isinstance(scope, Opaque):
            return None
        here = Visible(self.program, self.block, number)
        indices = range(len(scope.sources))[: self.before if own else None]
        entries = [h for i in indices if (h := hits(here, i, ref.name, hidden=ref.how == "join"))]
        holding = [h for h in entries if h.holds]
        aliases = self._aliases(number, scope, ref, output) if own and self.before is None else []
        shared = {n.lower() for s in scope.sources for n in s.using}
        natural = any(s.natural for s in scope.sources)
        if holding:
            clear = len(holding) == 1 or ref.name.lower() in shared or natural
            strength = NAMED if clear else POSSIBLE
            found = [Found(h.container, strength) for h in holding]
            if ref.name.lower() in shared:
                found.extend(Found(h.container, POSSIBLE) for h in entries if not h.holds)
            return found + (aliases if ref.how == "order" else []), "" if clear else "ambiguous"
        openly = [h for h in entries if not h.weak]
        weakly = [Found(h.container, POSSIBLE) for h in entries if h.weak]
        if aliases and (not openly or self._may_name_alias(ref, output)):
            # Where no source has the name for sure, an alias is the other reading, whatever the dialect's manual says.
            return aliases + [Found(h.container, POSSIBLE) for h in openly] + weakly, ""
        if not openly and not weakly:
            return None
        if outer:
            return self._also_outer(openly, weakly, ref)
        if not openly:
            return [Found(w.container, NAMED) for w in weakly[:1]] + weakly[1:], ""
        clear = len(openly) == 1 or ref.name.lower() in shared
        strength = NAMED if clear else POSSIBLE
        perhaps = self._members([h.container for h in openly], ref)
        return [Found(h.container, strength) for h in openly] + perhaps + weakly, "" if clear else "ambiguous"

    def _also_outer(self, openly: list[Hit], weakly: list[Found], ref: Ref) -> tuple[list[Found], Doubt]:
        """An open table may have the column; if not, it is the one that a scope further out has for sure."""
        found = [Found(h.container, POSSIBLE) for h in openly] + weakly
        up = 1
        while (level := self.scope(up)) is not None:
            if isinstance(level[1], Select):
                there = Visible(self.program, self.block, level[0])
                for index in range(len(level[1].sources)):
                    hit = hits(there, index, ref.name)
                    if hit is not None and hit.holds:
                        found.append(Found(hit.container, POSSIBLE))
            up += 1
        return found, "ambiguous"

    def _may_name_alias(self, ref: Ref, output: int | None) -> bool:
        """Whether the dialect lets a reference that stands here name an alias of the same SELECT."""
        dialect = self.block.unit.sql.dialect
        if output is not None:
            return dialect in _ALIAS_IN_SELECT
        return ref.late or ref.how not in ("filter", "join") or dialect in _ALIAS_IN_WHERE

    def _aliases(self, number: int, scope: Select, ref: Ref, output: int | None) -> list[Found]:
        """Outputs of the same SELECT that go by the name; in the select list, those before the reference."""
        container = self.program.containers[number]
        before = len(scope.outputs) if output is None else output
        positions = [p for p in container.positions(ref.name) if container.written.get(p, before) < before]
        return [Found(number, NAMED, position=position) for position in positions]

    def _whole_row(self, ref: Ref) -> tuple[list[Found], Doubt]:
        """A name that is no column may be a source's own: then the whole row is meant."""
        up = 0
        everything: list[int] = []
        while (level := self.scope(up)) is not None:
            if isinstance(level[1], Select):
                for source in level[1].sources[: self.before if up == 0 else None]:
                    number = self.program.source(self.block, source)
                    if source.alias.lower() == ref.name.lower():
                        return [Found(number, NAMED, whole=True)], ""
                    everything.append(number)
            up += 1
        return self._lost(everything) + self._anywhere(ref), "unknown-column"

    def _members(self, numbers: list[int], ref: Ref) -> list[Found]:
        """Behind a qualifier that nothing here answers to, each further name may be a column of what is here."""
        names = ref.path.split(".") if ref.path else []
        return self._called(numbers, names)

    def _anywhere(self, ref: Ref) -> list[Found]:
        """A name that could not be resolved may be any column of that name in the tables of its statement."""
        relations = {
            number
            for source in self.block.statement.sources()
            for number in [self.program.source(self.block, source)]
            if self.program.containers[number].relation is not None
        }
        return self._called(sorted(relations), [ref.name, *(ref.path.split(".") if ref.path else ())])

    def _called(self, numbers: list[int], names: list[str]) -> list[Found]:
        return [
            Found(number, POSSIBLE, position=position)
            for number in numbers
            for name in names
            for position in self.program.containers[number].positions(name)
        ]

    def _lost(self, numbers: list[int]) -> list[Found]:
        """A column that none of its sources has: where we expanded the source ourselves, it may be any of them."""
        found: list[Found] = []
        for number in numbers:
            relation = self.program.containers[number].relation
            if relation is None or relation.built:
                found.append(Found(number, POSSIBLE, whole=True))
        return found


def hits(visible: Visible, index: int, name: str, *, hidden: bool = True) -> Hit | None:
    """Whether the source at `index` has a column `name`, may have it (open), or has not (None).

    The right side of a semi or anti join is only visible in its condition (`hidden`).
    """
    level = visible.scope(0)
    if level is None or not isinstance(level[1], Select):
        return None
    source: Source = level[1].sources[index]
    if not hidden and not source.in_star:
        return None
    number = visible.program.source(visible.block, source)
    container = visible.program.containers[number]
    holds = bool(container.positions(name))
    if not holds and not container.open:
        return None
    node = visible.program.nodes[number]
    weak = isinstance(node, tuple) and isinstance(node[1], Opaque)
    return Hit(number, holds, weak)
