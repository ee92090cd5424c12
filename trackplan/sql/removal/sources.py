"""What a SELECT reads from, and what each of its sources loses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.nodes import span_of
from trackplan.sql.removal.model import CannotDropError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.sql.removal.model import Lost

NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Query:
    """A query that others read from: its node, the names it no longer gives, those that are asked of it and by whom."""

    node: exp.Expr
    lost: frozenset[str] = NONE
    asked: set[str] = field(default_factory=set)
    freed: set[str] = field(default_factory=set)
    whole: bool = False  # somebody takes all it gives


Environment = dict[str, Query]


@dataclass(slots=True)
class Sources:
    """The sources of one SELECT by alias: what each loses, and the query behind it if it is one of the statement."""

    lost: dict[str, frozenset[str]] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    outer: Sources | None = None

    def loses(self, column: exp.Column) -> bool:
        """Whether a reference may mean something that goes."""
        name, table = column.name.lower(), column.table.lower()
        if table and table in self.lost:
            return name in self.lost[table]
        wanted = table or name  # a name before the dot that is no source is a struct
        if any(wanted in lost for lost in self.lost.values()):
            return True
        return self.outer is not None and self.outer.loses(column)

    def asked(self, column: exp.Column) -> Iterator[tuple[Query, str]]:
        """The queries, here or around, that a reference may ask for a name."""
        name, table = column.name.lower(), column.table.lower()
        if table and table in self.lost:
            if table in self.queries:
                yield self.queries[table], name
            return
        for query in self.queries.values():
            yield query, table or name
        if self.outer is not None:
            yield from self.outer.asked(column)


def tables(select: exp.Expr) -> Iterator[exp.Expr]:
    """Everything in FROM and JOIN."""
    start = select.args.get("from_")
    if start is not None:
        yield start.this
    for join in select.args.get("joins") or ():
        yield join.this
    yield from select.args.get("laterals") or ()


def unwrapped(node: exp.Expr) -> exp.Expr:
    """A query without the brackets around it."""
    while isinstance(node, (exp.Subquery, exp.Paren)) and not node.args.get("joins"):
        node = node.this
    return node


def table_name(node: exp.Table) -> tuple[str, ...]:
    """The name of a table as written, outermost part first, in lower case."""
    parts = [part.name.lower() for part in node.parts if isinstance(part, exp.Identifier)]
    return tuple(parts)


def alias_of(node: exp.Expr) -> str:
    """The name by which a source is referred to."""
    return str(node.alias_or_name).lower()


def check_joins(select: exp.Expr, sources: Sources) -> None:
    """Refuse joins that go by names which are lost. Raises `CannotDropError`."""
    losing = frozenset().union(*sources.lost.values()) if sources.lost else NONE
    for join in select.args.get("joins") or ():
        if losing and str(join.args.get("method") or "").upper() == "NATURAL":
            raise CannotDropError(offset(join), "a NATURAL JOIN goes by whatever names there are")
        for name in join.args.get("using") or ():
            if name.name.lower() in losing:
                raise CannotDropError(span_of(name)[0], f"the join goes by {name.name}")


def offset(node: exp.Expr) -> int:
    """Where something of `node` stands."""
    spans = [span_of(each)[0] for each in node.walk()]
    return min((start for start in spans if start >= 0), default=0)


def of_table(node: exp.Table, environment: Mapping[str, Query], lost: Lost) -> tuple[frozenset[str], Query | None]:
    """What a table of FROM loses, and the query behind its name if the statement has one."""
    name = table_name(node)
    if len(name) == 1 and name[0] in environment:
        query = environment[name[0]]
        return query.lost, query
    return (lost(name) if name else NONE), None
