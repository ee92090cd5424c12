"""What random queries select from: relations, derived tables, CTEs, macros, joins; and the conditions on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from tests.judge.expressions import Ref, condition
from trackplan.proof.bench import ERRORS

if TYPE_CHECKING:
    from random import Random

KEYS = ("step", "cart", "note")
# A choice among nothing, or SQL that DuckDB refuses: another form is tried then.
NOTHING_FITS = (*ERRORS, LookupError, ValueError)
_JOINS = ("join", "join", "left join", "left join", "right join", "full join", "semi join", "anti join")


@dataclass(slots=True)
class Source:
    """What stands in FROM: its text, the columns it offers, the CTEs it wants in front of the query."""

    text: str
    refs: list[Ref]
    names: list[str]
    ctes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sources:
    """Makes sources from `relations`, the names that may be read; a live DuckDB tells what they hold.

    `calls` are calls of table macros, `functions` names of scalar macros of one argument, `lookups` of those of a JSON
    value and a key.
    """

    chance: Random
    connection: duckdb.DuckDBPyConnection
    relations: list[str]
    calls: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)
    aliases: int = 0

    def select(self, depth: int) -> str:
        """Give a random query, which may not run; `depth` is how many more may be put inside."""
        raise NotImplementedError

    def columns(self, query: str) -> list[tuple[str, str]]:
        """Give the names and types of a query's columns. Raises DuckDB's errors."""
        rows = self.connection.execute(f"DESCRIBE {query}").fetchall()
        return [(row[0], row[1]) for row in rows]

    def valid(self, query: str, least: int = 3) -> bool:
        """Tell whether a query runs and gives a sensible number of rows."""
        try:
            rows = self.connection.execute(query).fetchmany(500)
        except ERRORS:
            return False
        return least <= len(set(map(repr, rows))) and len(rows) < 500

    def source(self, depth: int) -> Source:
        """Give something to select from: a relation, a derived table, a CTE, or a join of two or three."""
        if self.chance.random() > 0.45:
            return self.single(depth)
        joined = self._join(self.single(depth), self.single(0))
        return self._join(joined, self.single(0)) if self.chance.random() < 0.15 else joined

    def single(self, depth: int) -> Source:
        """Give a relation, a derived table, a CTE or a call."""
        roll = self.chance.random()
        if depth and roll < 0.45:
            return self._inside(self.inner(depth))
        if depth and roll < 0.49:
            return self._recursive()
        if roll < 0.53 and self.calls:
            return self._named(self.chance.choice(self.calls), self._alias())
        name = self.chance.choice(self.relations)
        if self.chance.random() < 0.4:
            return Source(name, self.refs(f"select * from {name}", name.rpartition(".")[2]), [name])
        return self._named(name, self._alias())

    def inner(self, depth: int) -> str:
        """Give a query that runs, to stand inside another."""
        for _ in range(10):
            try:
                query = self.select(depth - 1)
            except NOTHING_FITS:
                continue
            if self.valid(query):
                return query
        return f"select * from {self.chance.choice(self.relations)}"

    def _named(self, text: str, alias: str) -> Source:
        """Give a relation or a call under an alias, at times with names of its own for the first columns."""
        head, listed = self._listed(f"select * from {text}")
        query = f"select * from {text} as {alias}{head}"
        return Source(
            f"{text} as {alias}{head}", self.refs(query if listed else f"select * from {text}", alias), [alias]
        )

    def _inside(self, query: str) -> Source:
        """Give a query as a derived table or a CTE, which may hide a relation of the same name."""
        head, _ = self._listed(query)
        if self.chance.random() < 0.5:
            alias = self._alias()
            text = f"({query}) as {alias}{head}"
            return Source(text, self.refs(f"select * from {text}", alias), [alias])
        name = self.chance.choice(self.relations) if self.chance.random() < 0.2 else self._alias()
        name = name.rpartition(".")[2]
        how = self.chance.choice(("", "", "", " materialized", " not materialized"))
        refs = self.refs(f"select * from ({query}) as {self._alias()}{head}", name)
        return Source(name, refs, [name], [f"{name}{head} as{how} ({query})"])

    def _listed(self, query: str) -> tuple[str, bool]:
        """Give a column list for an alias, mostly an empty one; names of other columns come up on purpose."""
        if self.chance.random() > 0.12:
            return "", False
        names = [name for name, _ in self.columns(query)][: self.chance.randrange(1, 4)]
        self.chance.shuffle(names)
        return f"({', '.join(map(quoted, names))})", True

    def _recursive(self) -> Source:
        """Walk from some rows to others over an equality, or count each row up."""
        name, base = self._alias(), self.chance.choice(self.relations)
        refs = self.refs(f"select * from {base}", "b")
        numbers = [ref for ref in refs if ref.kind == "number"]
        if len(numbers) < 2:
            return Source(base, self.refs(f"select * from {base}", base.rpartition(".")[2]), [base])
        one, two = self.chance.sample(numbers, 2)
        other, where = self.chance.choice(refs), condition(self.chance, refs, 0)
        items = f"{one.text}::int as spot, {two.text}::int as level, {other.text} as carried"
        start = f"select {items} from {base} as b where {where}"
        step = self.chance.choice(
            (
                f"union all select spot + 1, level + 2, carried from {name} where level < 6",
                f"union select b.{quoted(two.name)}::int, level + 0, carried from {base} as b join {name} on "
                f"b.{quoted(one.name)} = {name}.spot where level between 1 and 4",
            )
        )
        query = f"with recursive {name} as ({start} {step}) select * from {name}"
        return Source(name, self.refs(query, name), [name], [f"recursive {name} as ({start} {step})"])

    def _join(self, left: Source, right: Source) -> Source:
        names, ctes = left.names + right.names, left.ctes + right.ctes
        same = [x.name for x in left.refs for y in right.refs if x.name.lower() == y.name.lower() and x.type == y.type]
        roll = self.chance.random()
        if roll < 0.1 and same:
            kept = [ref for ref in right.refs if ref.name not in same]
            return Source(f"{left.text} natural join {right.text}", left.refs + kept, names, ctes)
        if roll < 0.16 and (lateral := self._lateral(left, right)):
            return lateral
        pairs = [(x, y) for x in left.refs for y in right.refs if x.type == y.type and x.kind in ("number", "text")]
        if not pairs:
            return left
        x, y = self.chance.choice(pairs)
        times = [(t, u) for t in left.refs for u in right.refs if t.type == u.type and t.kind in ("time", "number")]
        if roll < 0.24 and times:
            t, u = self.chance.choice(times)
            how = self.chance.choice(("asof join", "asof left join"))
            # Of rows that tie DuckDB takes any, as they come; so there is but one of each key and time.
            one = f"(select distinct on ({y.text}, {u.text}) * from {right.text} order by all)"
            text = f"{left.text} {how} {one} as {right.names[0].rpartition('.')[2]}"
            return Source(
                f"{text} on {x.text} = {y.text} and {t.text} >= {u.text}", left.refs + right.refs, names, ctes
            )
        if roll < 0.27 and len(left.names) == 1:
            # How the engine lays down the rows of a model that has windows is its own affair.
            one, other = (
                f"(select * from {side.text} order by all) as {side.names[0].rpartition('.')[2]}"
                for side in (left, right)
            )
            return Source(f"{one} positional join {other}", left.refs + right.refs, names, ctes)
        kind = self.chance.choice(_JOINS)
        if same and self.chance.random() < 0.45:
            on = f"using ({quoted(self.chance.choice(same))})"
        else:
            on = f"on {x.text} = {y.text}"
            if self.chance.random() < 0.3:
                on += f" and {condition(self.chance, right.refs, 0)}"
        refs = left.refs if kind in ("semi join", "anti join") else left.refs + right.refs
        return Source(f"{left.text} {kind} {right.text} {on}", refs, names, ctes)

    def _lateral(self, left: Source, right: Source) -> Source | None:
        """Join a subquery that sees the left side; it gives one row for each."""
        numbers = [ref for ref in left.refs if ref.kind == "number"]
        others = [ref for ref in right.refs if ref.kind == "number"]
        if not numbers or not others or right.ctes:
            return None
        alias, x, y = self._alias(), self.chance.choice(numbers), self.chance.choice(others)
        value = self.chance.choice(right.refs)
        body = f"select max({y.text}) as top, count({value.text}) as n from {right.text} where {y.text} < {x.text}"
        more = [Ref(f"{alias}.top", "top", y.type), Ref(f"{alias}.n", "n", "BIGINT")]
        return Source(f"{left.text}, lateral ({body}) as {alias}", left.refs + more, [*left.names, alias], left.ctes)

    def where(self, source: Source) -> str:
        """Give a WHERE clause, often an empty one."""
        roll = self.chance.random()
        if roll < 0.5:
            return ""
        if roll < 0.8:
            return f" where {condition(self.chance, source.refs)}"
        return f" where {clause}" if (clause := self.looking(source)) else ""

    def looking(self, source: Source) -> str:
        """Give a condition that looks at another relation; empty where none fits."""
        other = self.single(0)
        pairs = [(x, y) for x in source.refs for y in other.refs if x.type == y.type and x.kind in ("number", "text")]
        if not pairs or other.names[0] in source.names:
            return ""
        (x, y), (v, w) = self.chance.choice(pairs), self.chance.choice(pairs)
        # Values are few: without a condition on the other side, all of them would be there.
        also = condition(self.chance, [ref for ref in other.refs if ref.text != y.text] or other.refs, 0)
        listed = self.chance.choice(other.refs).text
        return self.chance.choice(
            (
                f"exists (select {listed} from {other.text} where {x.text} = {y.text} and {also})",
                f"exists (from {other.text} where {x.text} = {y.text} and {also})",
                f"not exists (select 1 from {other.text} where {x.text} = {y.text} and {also})",
                f"{x.text} in (select {y.text} from {other.text} where {also})",
                f"{x.text} not in (select {y.text} from {other.text} where {also} and {y.text} is not null)",
                f"({x.text}, {v.text}) in (select {y.text}, {w.text} from {other.text})",
                f"{x.text} <= (select max({y.text}) from {other.text} where {also})",
                f"{x.text} > any (select {y.text} from {other.text} where {also})",
                f"(select count(*) from {other.text} where {x.text} = {y.text} and {also}) > 1",
            )
        )

    def refs(self, query: str, alias: str) -> list[Ref]:
        """Give the columns of a query under the name `alias`; of those that are called the same, all but one anew."""
        query = f"select * from ({query})"
        return [
            Ref(self._name(alias, name), name, kind, self._members(query, name, kind))
            for name, kind in self.columns(query)
        ]

    def _members(self, query: str, name: str, kind: str) -> tuple[str, ...]:
        if kind == "JSON":
            keys = f"select distinct unnest(json_keys({quoted(name)})) as k from ({query}) order by k limit 8"
            try:
                found = [row[0] for row in self.connection.execute(keys).fetchall()]
            except ERRORS:
                found = []
            return tuple(found) or KEYS
        if kind.startswith("STRUCT(") and not kind.endswith("[][]"):
            # The members of the struct, or of the structs in the list.
            return tuple(member for member, _ in duckdb.sqltype(kind.removesuffix("[]")).children)
        return ()

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


def ctes_first(source: Source, query: str) -> str:
    """Put the CTEs of a source in front of a query that reads it."""
    if not source.ctes:
        return query
    recursive = any(cte.startswith("recursive ") for cte in source.ctes)
    listed = ", ".join(cte.removeprefix("recursive ") for cte in source.ctes)
    return f"with {'recursive ' if recursive else ''}{listed} {query}"
