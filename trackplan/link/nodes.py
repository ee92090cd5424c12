"""The columns of all tables in one row of numbers: each column, then the rows of its table, then the table itself.

Ways into a column's value, and "all columns but some", get numbers of their own when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from trackplan.link.edges import shortened
from trackplan.link.frames import ALL, ROWS, Key
from trackplan.link.linked import Linked
from trackplan.link.program import Block, Program, Table
from trackplan.sql.values import firsts, unkeyed

# A table that is built from itself can make new paths each time round: beyond these the whole value counts.
_MOST_PATHS = 1_000

Slot = tuple[int, Sequence[int]]
"""A table as a statement sees it: its number, and the nodes of its columns by their positions. That of its rows is
last, so that `ROWS` leads to it."""


class Nodes(Struct):
    """Numbers what can be asked of `tables`; `names` and `index` are those of their columns with all that was asked.

    `first` is the number of a table's first column. `paths` are the ways into columns: (column's node, path) → node;
    `alls` the columns but some: (names left out, path) → node; both by table.
    """

    tables: Sequence[Table]
    count: int = 0
    names: list[list[str]] = []
    index: list[dict[str, int]] = []
    first: list[int] = []
    paths: list[dict[tuple[int, str], int]] = []
    alls: list[dict[tuple[frozenset[str], str], int]] = []
    _counts: dict[int, int] = {}

    @classmethod
    def of(cls, program: Program) -> Nodes:
        """The nodes of a program whose statements are linked."""
        nodes = cls(program.tables)
        for table in program.tables:
            known = len(table.frame.names)
            more = [name for _, (name, _) in sorted(table.wanted.items())]
            nodes.names.append(table.frame.names + more if more else table.frame.names)
            index = table.frame.index
            if more:
                index = dict(index)
                index.update((name.lower(), known + n) for n, name in enumerate(more))
            nodes.index.append(index)
            nodes.first.append(nodes.count)
            nodes.count += known + len(more) + 2
        nodes.paths = [{} for _ in program.tables]
        nodes.alls = [{} for _ in program.tables]
        return nodes

    def rows(self, table: int) -> int:
        """The node of a table's rows."""
        return self.first[table] + len(self.names[table])

    def itself(self, table: int) -> int:
        """The node of a table as one that asks."""
        return self.first[table] + len(self.names[table]) + 1

    def node(self, table: int, key: Key, path: str) -> int:
        """The node of a column by position, of the rows, or of all columns but some; at most one past `count`."""
        if isinstance(key, int):
            return self.inside(table, self.first[table] + key, path) if key != ROWS else self.rows(table)
        found = self.alls[table].get((key, path))
        if found is None:
            found = self.alls[table][key, path] = self._fresh()
        return found

    def members(self, table: int, path: str) -> list[tuple[Key, str]]:
        """What a part of a table's row may be: columns and the ways into them, all where that is not known."""
        index, twins = self.index[table], self.tables[table].frame.twins
        found: list[tuple[Key, str]] = []
        for name, below in firsts(unkeyed(path)):
            found.extend((position, below) for position in twins.get(name, [index[name]] if name in index else []))
        return found or [(ALL, "")]

    def inside(self, table: int, column: int, path: str) -> int:
        """The node of the way `path` into the value of a column, which is given by its node."""
        if not path:
            return column
        known = self.paths[table]
        found = known.get((column, path))
        if found is None:
            path = shortened(path)
            found = known.get((column, path))
        if found is None:
            count = self._counts.get(column, 0)
            if count >= _MOST_PATHS:
                return column
            self._counts[column] = count + 1
            found = known[column, path] = self._fresh()
        return found

    def slots(self, block: Block, linked: Linked) -> list[Slot]:
        """The slots of a statement, whose edges lead to columns by their positions."""
        found: list[Slot] = []
        for number, asks in zip(block.slots, linked.asks, strict=True):
            first, index = self.first[number], self.index[number]
            known = len(self.tables[number].frame.names)
            if asks or known < len(self.names[number]):
                asked = (first + index[name.lower()] for name, _ in asks)
                found.append((number, [*range(first, first + known), *asked, self.rows(number)]))
            else:
                found.append((number, range(first, first + known + 1)))
        return found

    def _fresh(self) -> int:
        self.count += 1
        return self.count - 1
