"""The scopes of one statement: which columns each has, and what each entry of FROM takes them from.

Scopes come first among the frames of a statement, by their numbers; then the tables it reads, by their slots; then
those of either that go by other column names (`FROM t AS x(a, b)`, `CREATE VIEW v(a, b)`).
"""

from __future__ import annotations

from collections.abc import Sequence

from trackplan.link.frames import Frame, Origin, apart, left_out
from trackplan.link.program import Block, Table
from trackplan.sql.records import Scope, Select, Source, Star, Union

# Stars can multiply without end; beyond this width a column gets its place when it is asked for.
WIDEST = 20_000
# Dialects in which the keys of a join stay where the left side has them.
_AS_WRITTEN = frozenset({"duckdb", "sqlite"})


class Scopes:
    """The frames of a statement; `sources` are those that the entries of FROM take, by scope.

    `base_of` leads from a frame with other names to what it names so; `root` is what the statement gives.
    """

    __slots__ = ("_done", "_renamed", "base_of", "block", "count", "frames", "root", "scopes", "sources")

    def __init__(self, block: Block, tables: Sequence[Table]) -> None:
        self.block = block
        self.scopes: list[Scope] = block.statement.scopes
        self.count = len(self.scopes)
        self.frames = [Frame(weak=not isinstance(scope, Select | Union)) for scope in self.scopes]
        self.frames.extend(tables[number].frame.view() for number in block.slots)
        self.sources: list[list[int]] = [[] for _ in self.scopes]
        self.base_of: dict[int, int] = {}
        self._renamed: dict[tuple[int, tuple[str, ...]], int] = {}
        self._done = [False] * self.count
        for number in range(self.count):
            self._complete(number)
        self.root = self._called(block.statement.scope, block.columns)

    def slot(self, frame: int) -> int:
        """The slot that a frame shows, -1 if it is none."""
        slot = frame - self.count
        return slot if 0 <= slot < len(self.block.slots) else -1

    def table(self, frame: int) -> int:
        """The slot that a frame shows, be it under other names; -1 for scopes."""
        return self.slot(self.base_of.get(frame, frame))

    def taken(self, number: int, source: tuple[int, int] | None) -> list[int]:
        """The frames that `t.*` or `*` takes in an expression; of a scope around it, those in front of it."""
        start = number
        for _ in range(source[0] if source else 0):
            number = self.scopes[number].parent if number >= 0 else -1
        if number < 0 or not isinstance(self.scopes[number], Select):
            return []
        entries = self.sources[number]
        if source is None:
            return entries
        if source[1] >= 0:
            return entries[source[1] : source[1] + 1]
        return entries[: next((n for n, entry in enumerate(entries) if self._holds(entry, start)), len(entries))]

    def _holds(self, frame: int, number: int) -> bool:
        """Whether a scope is, or is made of, the scope `number`."""
        pending, seen = [frame], {frame}
        while pending:
            current = pending.pop()
            current = self.base_of.get(current, current)
            if current == number:
                return True
            if current < self.count:
                scope = self.scopes[current]
                below = scope.members if isinstance(scope, Union) else self.sources[current]
                pending += [each for each in below if each not in seen]
                seen.update(below)
        return False

    def _source(self, source: Source) -> int:
        if source.scope >= 0:
            self._complete(source.scope)
            return self._called(source.scope, source.columns)
        return self._called(self.count + self.block.slot_of[source.parts], source.columns)

    def _called(self, base: int, columns: tuple[str, ...]) -> int:
        """The frame `base` as others see it: its first columns renamed, and in DuckDB, all told apart."""
        below = self.frames[base]
        if (below.twins or columns) and not below.open and self.block.unit.sql.dialect == "duckdb":
            columns = apart((*columns, *below.names[len(columns) :]))
        return self._named(base, columns)

    def _named(self, base: int, columns: tuple[str, ...]) -> int:
        """The frame `base` with its first columns renamed."""
        if not columns:
            return base
        number = self._renamed.get((base, columns))
        if number is None:
            number = self._renamed[base, columns] = len(self.frames)
            below, frame = self.frames[base], Frame()
            self.frames.append(frame)
            self.base_of[number] = base
            frame.fill(columns if below.open else (*columns, *below.names[len(columns) :]))
            frame.open = below.open
            known = len(below.names)
            frame.starred = [p >= known or below.is_starred(p) for p in range(len(frame.names))]
        return number

    def _complete(self, number: int) -> None:
        if self._done[number]:
            return
        self._done[number] = True
        scope, frame = self.scopes[number], self.frames[number]
        if isinstance(scope, Select):
            sources = self.sources[number] = [self._source(source) for source in scope.sources]
            names: list[str] = []
            for output in scope.outputs:
                if output.star is not None:
                    _Stars(self, frame, scope, sources).fill()
                    break
                names.append(output.name)
            else:
                frame.fill(names)
        elif isinstance(scope, Union):
            self._union(frame, scope)
        else:
            frame.open = not scope.closed or not scope.names
            frame.fill(scope.names)

    def _union(self, frame: Frame, scope: Union) -> None:
        for nth, member in enumerate(scope.members):
            self._complete(member)
            below = self.frames[member]
            if nth == 0:
                frame.fill(below.names)
                frame.open = below.open
                frame.starred = list(below.starred) if below.starred is not None else None
            elif scope.by_name:
                for name in below.names:
                    if name.lower() not in frame.index:
                        position = frame.add(name)
                        frame.origins = frame.origins or list(range(position))
                        frame.origins.append(name)
                frame.open = frame.open or below.open


class _Stars:
    """The columns of a select list that has stars."""

    __slots__ = ("frame", "names", "origins", "scope", "scopes", "sources", "starred")

    def __init__(self, scopes: Scopes, frame: Frame, scope: Select, sources: list[int]) -> None:
        self.scopes, self.frame, self.scope, self.sources = scopes, frame, scope, sources
        self.names: list[str] = []
        self.starred: list[bool] = []
        self.origins: list[Origin] = []

    def fill(self) -> None:
        """Give the frame its columns."""
        for position, output in enumerate(self.scope.outputs):
            if output.star is None:
                self.names.append(output.name)
                self.starred.append(False)
                self.origins.append(position)
            else:
                self._star(position, output.star)
        self.frame.fill(self.names)
        self.frame.starred, self.frame.origins = self.starred, self.origins

    def _star(self, output: int, star: Star) -> None:
        if star.members or (star.subset and not star.exact):
            self.frame.open = True
        if star.members:
            return
        seen: set[str] = set()
        first = len(self.names)
        for index, (source, number) in enumerate(zip(self.scope.sources, self.sources, strict=True)):
            if (star.source is None and not source.in_star) or star.source not in (None, index):
                continue
            base = self.scopes.frames[number]
            if source.apart and self.scopes.block.unit.sql.dialect != "bigquery":  # a comma binds less than JOIN
                first = len(self.names)
            self.frame.open = self.frame.open or base.open
            shared = {u.lower() for u in source.using} if star.source is None else set()
            if source.natural and star.source is None:
                shared = set(seen)
            if len(self.names) + len(base.names) > WIDEST:
                self.frame.open = True
                return
            self._take(output, star, number, shared, seen)
            if shared and self.scopes.block.unit.sql.dialect not in _AS_WRITTEN:
                keys = [name.lower() for name in source.using] or [name for name in base.index if name in shared]
                self._keys_first(first, keys, in_order=bool(source.using) and not self._is_mysql)
        if any(name.lower() not in seen for name in star.replace):
            # It replaces a column that nobody knows of: so there is one more than is known.
            self.frame.open = True

    def _keys_first(self, first: int, keys: list[str], *, in_order: bool) -> None:
        """What two sides are joined by stands before all else of them, since the standard has it so.

        It goes in the order of USING, but by that of the left side in a NATURAL join and in MySQL.
        """
        rank = {name: place if in_order else 0 for place, name in enumerate(keys)}
        order = sorted(range(first, len(self.names)), key=lambda p: rank.get(self.names[p].lower(), len(keys)))
        self.names[first:] = [self.names[place] for place in order]
        self.starred[first:] = [self.starred[place] for place in order]
        self.origins[first:] = [self.origins[place] for place in order]

    @property
    def _is_mysql(self) -> bool:
        return self.scopes.block.unit.sql.dialect == "mysql"

    def _take(self, output: int, star: Star, number: int, shared: set[str], seen: set[str]) -> None:
        base = self.scopes.frames[number]
        starred = base.starred or [False] * len(base.names)
        if not (shared or star.exclude or star.pattern or star.rename or star.replace):
            self.names += base.names
            self.starred += starred
            self.origins += [(output, number, position) for position in range(len(base.names))]
            seen.update(base.index)
            return
        excluded = left_out(base, star.exclude, star.pattern)
        renamed = {old.lower(): new for old, new in star.rename.items()}
        replaced = {name.lower() for name in star.replace}
        for position, name in enumerate(base.names):
            lower = name.lower()
            if lower in replaced and lower in seen:
                # Two sources have what is replaced: DuckDB gives the new value once.
                if self.scopes.block.unit.sql.dialect == "duckdb":
                    continue
                self.frame.open = True
            if lower in excluded or (lower in shared and lower in seen):
                continue
            if lower:
                seen.add(lower)
            self.names.append(renamed.get(lower, name))
            self.starred.append(starred[position])
            self.origins.append((output, number, position))
