"""What random queries select from: relations, derived tables, CTEs, joins; and the conditions on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.judge.bench import ERRORS
from tests.judge.expressions import Ref, condition

if TYPE_CHECKING:
    from random import Random

    import duckdb

KEYS = ("step", "cart", "note")


@dataclass(slots=True)
class Source:
    """What stands in FROM: its text, the columns it offers, the CTEs it wants in front of the query."""

    text: str
    refs: list[Ref]
    names: list[str]
    ctes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sources:
    """Makes sources from `relations`, the names that may be read; a live DuckDB tells what they hold."""

    chance: Random
    connection: duckdb.DuckDBPyConnection
    relations: list[str]
    aliases: int = 0

    def select(self, depth: int) -> str:
        """Give a random query, which may not run; `depth` is how many more may be put inside."""
        raise NotImplementedError

    def columns(self, query: str) -> list[tuple[str, str]]:
        """Give the names and types of a query's columns. Raises DuckDB's errors."""
        rows = self.connection.execute(f"DESCRIBE {query}").fetchall()
        return [(row[0], row[1]) for row in rows]

    def valid(self, query: str, least: int = 3) -> bool:
        """Tell whether a query runs, names its columns apart, and gives a sensible number of rows."""
        try:
            names = [name.lower() for name, _ in self.columns(query)]
            rows = self.connection.execute(query).fetchmany(500)
        except ERRORS:
            return False
        return len(names) == len(set(names)) and least <= len(set(map(repr, rows))) and len(rows) < 500

    def source(self, depth: int) -> Source:
        """Give something to select from: a relation, a derived table, a CTE or a join of two."""
        roll = self.chance.random()
        if roll < 0.35:
            return self._join(self.single(depth), self.single(0))
        return self.single(depth)

    def single(self, depth: int) -> Source:
        """Give a relation, a derived table or a CTE."""
        roll = self.chance.random()
        if depth and roll < 0.25:
            query = self.inner(depth)
            alias = self._alias()
            return Source(f"({query}) as {alias}", self.refs(query, alias), [alias])
        if depth and roll < 0.5:
            query = self.inner(depth)
            # A CTE may hide a relation of the same name.
            name = self.chance.choice(self.relations) if self.chance.random() < 0.2 else self._alias()
            return Source(name, self.refs(query, name), [name], [f"{name} as ({query})"])
        name = self.chance.choice(self.relations)
        if self.chance.random() < 0.4:
            return Source(name, self.refs(f"select * from {name}", name), [name])
        alias = self._alias()
        return Source(f"{name} as {alias}", self.refs(f"select * from {name}", alias), [alias])

    def inner(self, depth: int) -> str:
        """Give a query that runs, to stand inside another."""
        for _ in range(10):
            query = self.select(depth - 1)
            if self.valid(query):
                return query
        return f"select * from {self.chance.choice(self.relations)}"

    def _join(self, left: Source, right: Source) -> Source:
        pairs = [(x, y) for x in left.refs for y in right.refs if x.type == y.type and x.kind in ("number", "text")]
        if not pairs:
            return left
        x, y = self.chance.choice(pairs)
        kind = self.chance.choice(("join", "join", "left join", "left join", "full join", "semi join", "anti join"))
        same = [x.name for x, y in pairs if x.name == y.name]
        if same and self.chance.random() < 0.3:
            on = f"using ({quoted(self.chance.choice(same))})"
        else:
            on = f"on {x.text} = {y.text}"
            if self.chance.random() < 0.3:
                on += f" and {condition(self.chance, right.refs, 0)}"
        refs = left.refs if kind in ("semi join", "anti join") else left.refs + right.refs
        text = f"{left.text} {kind} {right.text} {on}"
        return Source(text, refs, left.names + right.names, left.ctes + right.ctes)

    def where(self, source: Source) -> str:
        """Give a WHERE clause, often an empty one."""
        roll = self.chance.random()
        if roll < 0.5:
            return ""
        if roll < 0.8:
            return f" where {condition(self.chance, source.refs)}"
        other = self.single(0)
        pairs = [(x, y) for x in source.refs for y in other.refs if x.type == y.type and x.kind in ("number", "text")]
        if not pairs or other.names[0] in source.names:
            return ""
        x, y = self.chance.choice(pairs)
        # Values are few: without a condition on the other side, all of them would be there.
        also = condition(self.chance, [ref for ref in other.refs if ref.text != y.text] or other.refs, 0)
        listed = self.chance.choice(other.refs).text
        return " where " + self.chance.choice(
            (
                f"exists (select {listed} from {other.text} where {x.text} = {y.text} and {also})",
                f"not exists (select 1 from {other.text} where {x.text} = {y.text} and {also})",
                f"{x.text} in (select {y.text} from {other.text} where {also})",
                f"{x.text} <= (select max({y.text}) from {other.text} where {also})",
            )
        )

    def refs(self, query: str, alias: str) -> list[Ref]:
        """Give the columns of a query under the name `alias`."""
        return [Ref(self._name(alias, name), name, kind, KEYS) for name, kind in self.columns(query)]

    def _name(self, alias: str, name: str) -> str:
        """A column as a query writes it: mostly with the relation in front, at times in another case."""
        roll = self.chance.random()
        written = f"{alias}.{quoted(name)}" if roll < 0.7 else quoted(name)
        return written.upper() if roll > 0.95 else written

    def _alias(self) -> str:
        self.aliases += 1
        return f"s{self.aliases}"


def quoted(name: str) -> str:
    """Write a name, in quotes where it needs them."""
    return name if name.isidentifier() and name.islower() else f'"{name}"'
