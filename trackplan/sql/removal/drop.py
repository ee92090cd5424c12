"""Take columns out of a statement: what it loses from its sources, and outputs that nobody needs.

First what refers to something lost has to go, then what only it asked for may. Whatever else depends on such a column,
be it the rows there are, makes it impossible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from trackplan.sql.parse import statements
from trackplan.sql.removal import clauses
from trackplan.sql.removal.lists import Lists
from trackplan.sql.removal.model import CannotDropError, Dropping, Shrunk
from trackplan.sql.removal.sources import (
    NONE,
    Environment,
    Query,
    Sources,
    alias_of,
    check_joins,
    of_table,
    offset,
    tables,
    unwrapped,
)

if TYPE_CHECKING:
    from trackplan.sql.removal.model import Lost

_ROUNDS = 20


def drop(text: str, dialect: str, lost: Lost, outputs: frozenset[str]) -> Dropping:
    """What has to change in the one statement of `text` so that it no longer refers to what is lost.

    `outputs` are the columns (in lower case) that the statement may stop giving, and shall. Raises `CannotDropError`.
    """
    trees = list(statements(text, dialect))
    if len(trees) != 1 or trees[0].tree is None:
        raise CannotDropError(
            0, "the statement is not understood" if len(trees) == 1 else "there are several statements"
        )
    try:
        lists = Lists(text, dialect)
    except SqlglotError as error:
        raise CannotDropError(0, "the statement is not understood") from error
    dropper = _Dropper(lists, lost)
    query = clauses.query_of(trees[0].tree)
    dropper.root(query, outputs)
    dropping = dropper.result(trees[0].tree, query)
    dropping.left = clauses.said(trees[0].tree, dialect)
    return dropping


def says(text: str, dialect: str, left: str) -> bool:
    """Whether a text holds just the statement that was to be left over."""
    trees = list(statements(text, dialect))
    return len(trees) == 1 and trees[0].tree is not None and clauses.said(trees[0].tree, dialect) == left


class _Dropper:
    def __init__(self, lists: Lists, lost: Lost) -> None:
        self.lists = lists
        self.lost = lost
        self.going: dict[int, set[int]] = {}  # SELECT → the items that go
        self.nodes: dict[int, exp.Expr] = {}
        self.extra: dict[int, set[str]] = {}  # query → names that nobody asks of it any more
        self.refused: set[tuple[int, str]] = set()
        self.queries: list[Query] = []
        self.stars: dict[tuple[int, int], frozenset[str]] = {}  # SELECT and item → what its sources lose

    def root(self, query: exp.Expr, outputs: frozenset[str]) -> None:
        """Work out what goes from the whole statement, again and again until nothing more does."""
        self.extra[id(query)] = set(outputs)
        for _ in range(_ROUNDS):
            self.queries = []
            before = {key: set(items) for key, items in self.going.items()}
            lost = self.query(query, {}, None)
            if not lost <= outputs:
                name = min(lost - outputs)
                raise CannotDropError(offset(query), f"{name} would go too, and somebody may need it")
            more = self._unasked()
            if before == self.going and not more:
                return
        raise CannotDropError(offset(query), "its queries depend on each other in too many steps")

    def _unasked(self) -> bool:
        """Note what is asked of inner queries by nothing but what goes; whether there is anything new."""
        more = False
        for query in self.queries:
            names = set() if query.whole else query.freed - query.asked
            known = self.extra.setdefault(id(query.node), set())
            names = {name for name in names - known if (id(query.node), name) not in self.refused}
            known |= names
            more = more or bool(names)
        return more

    def query(self, node: exp.Expr, environment: Environment, outer: Sources | None) -> frozenset[str]:
        """The names that a query no longer gives. Raises `CannotDropError`."""
        clause = node.args.get("with_")
        if clause is not None:
            environment = dict(environment)
            for cte in clause.expressions:
                inner = unwrapped(cte.this)
                known = Query(inner)
                if clause.args.get("recursive"):
                    environment[cte.alias.lower()] = known
                known.lost = self.query(inner, environment, outer)
                if known.lost and (clause.args.get("recursive") or cte.args["alias"].args.get("columns")):
                    raise CannotDropError(offset(cte), f"{cte.alias} is recursive, or names its columns in a list")
                environment[cte.alias.lower()] = known
                self.queries.append(known)
        inner = unwrapped(node)
        if inner is not node:
            self.extra.setdefault(id(inner), set()).update(self.extra.get(id(node), ()))
            return self.query(inner, environment, outer)
        if isinstance(node, exp.Select):
            return self._select(node, environment, outer)
        if isinstance(node, exp.SetOperation):
            return self._union(node, environment, outer)
        for name in node.find_all(exp.Table):
            if of_table(name, environment, self.lost)[0]:
                raise CannotDropError(offset(name), "what reads it here is no SELECT")
        return NONE

    def _sources(self, node: exp.Select, environment: Environment, outer: Sources | None) -> Sources:
        found = Sources(outer=outer)
        for table in tables(node):
            alias = alias_of(table)
            if isinstance(table, exp.Table):
                lost, query = of_table(table, environment, self.lost)
                if lost and (table.args.get("pivots") or (table.args.get("alias") and table.args["alias"].columns)):
                    raise CannotDropError(offset(table), "a PIVOT, or a list of names, goes by what the table holds")
            elif isinstance(table, exp.Subquery) and not table.args.get("pivots"):
                query = Query(unwrapped(table))
                query.lost = lost = self.query(query.node, environment, found if _lateral(table) else outer)
                self.queries.append(query)
            else:
                lost, query = NONE, None
                self._check(table, found, "what makes rows here refers to it")
            found.lost[alias] = lost
            if query is not None:
                found.queries[alias] = query
        return found

    def _select(self, node: exp.Select, environment: Environment, outer: Sources | None) -> frozenset[str]:
        sources = self._sources(node, environment, outer)
        check_joins(node, sources)
        going = self.going.setdefault(id(node), set())
        self.nodes[id(node)] = node
        wanted = self.extra.get(id(node), set())
        for number, item in enumerate(node.expressions):
            if item.is_star:
                self._star(item, sources, wanted)
            elif clauses.name_of(item) in wanted and not self._forced(item, sources):
                self._perhaps(node, number, going)
            elif self._forced(item, sources) or clauses.name_of(item) in wanted:
                going.add(number)
        clauses.check_select(node, going)
        gone = {clauses.name_of(node.expressions[n]) for n in going}
        kept = [item for n, item in enumerate(node.expressions) if n not in going]
        for part in (*kept, *clauses.row_parts(node)):
            self._nested(part, environment, sources)
            if not part.is_star:
                self._check(part, sources, "it decides here what rows there are, or goes into another column")
        self._note(node, kept, going, sources)
        for number, item in enumerate(node.expressions):
            if item.is_star:
                self.stars[id(node), number] = frozenset().union(*clauses.starred(item, sources.lost))
        passed = clauses.passed(kept, sources)
        return frozenset(gone | passed) - {clauses.name_of(item) for item in kept if not item.is_star} - {""}

    def _perhaps(self, node: exp.Select, number: int, going: set[int]) -> None:
        """Let an item go that nobody asks for; where rows depend on it, it stays, but for outputs that shall go."""
        try:
            clauses.check_select(node, {*going, number})
        except CannotDropError:
            if node.parent is None or self._is_output(node):
                raise
            self.refused.add((id(node), clauses.name_of(node.expressions[number])))
            self.extra[id(node)].discard(clauses.name_of(node.expressions[number]))
        else:
            going.add(number)

    @staticmethod
    def _is_output(node: exp.Select) -> bool:
        return not node.find_ancestor(exp.CTE, exp.Subquery)

    def _star(self, item: exp.Expr, sources: Sources, wanted: set[str]) -> None:
        """What a star passes on that shall go, its queries have to stop giving."""
        for query in clauses.starred(item, sources.queries):
            fresh = wanted - self.extra.setdefault(id(query.node), set()) - clauses.excluded(item)
            self.extra[id(query.node)] |= {name for name in fresh if (id(query.node), name) not in self.refused}

    @staticmethod
    def _forced(item: exp.Expr, sources: Sources) -> bool:
        return any(sources.loses(column) for column in item.find_all(exp.Column) if not column.is_star)

    def _check(self, part: exp.Expr, sources: Sources, reason: str) -> None:
        for column in part.walk(prune=_is_query):
            if isinstance(column, exp.Column) and not column.is_star and sources.loses(column):
                raise CannotDropError(offset(column), f"{column.name}: {reason}")

    def _nested(self, part: exp.Expr, environment: Environment, sources: Sources) -> None:
        """The queries inside an expression."""
        for found in part.walk(prune=_is_query):
            if _is_query(found):
                self.query(found, environment, sources)

    def _note(self, node: exp.Select, kept: list[exp.Expr], going: set[int], sources: Sources) -> None:
        """Who asks what of the inner queries: what stays, and what goes."""
        for part in (*kept, *clauses.row_parts(node)):
            for star in part.find_all(exp.Star):
                above = star.parent if isinstance(star.parent, exp.Column) else star
                if not isinstance(above.parent, exp.Count):
                    for query in clauses.starred(above, sources.queries):
                        query.whole = query.whole or not self.extra.get(id(query.node))
            for column in part.find_all(exp.Column):
                for query, name in sources.asked(column):
                    query.asked.add(name)
        for number in going:
            for column in node.expressions[number].find_all(exp.Column):
                for query, name in sources.asked(column):
                    query.freed.add(name)

    def _union(self, node: exp.SetOperation, environment: Environment, outer: Sources | None) -> frozenset[str]:
        members = clauses.members(node)
        wanted = self.extra.get(id(node), set())
        if node.args.get("by_name"):
            for member in members:
                self.extra.setdefault(id(member), set()).update(wanted)
            lost = frozenset[str]().union(*(self.query(member, environment, outer) for member in members))
            clauses.check_union(node, members, lost)
            return lost
        lost_of = [self.query(member, environment, outer) for member in members]
        if not wanted and not any(lost_of):
            return NONE
        clauses.check_union(node, members, frozenset[str]().union(wanted, *lost_of))
        first = members[0]
        numbers = {n for n, item in enumerate(first.expressions) if clauses.name_of(item) in wanted}
        numbers = numbers.union(*(self.going.get(id(member), set()) for member in members))
        for member in members:
            self.going.setdefault(id(member), set()).update(numbers)
            if isinstance(member, exp.Select):
                clauses.check_select(member, numbers)
        clauses.check_order(node, numbers, {clauses.name_of(first.expressions[n]) for n in numbers})
        self.nodes[id(node)] = node
        return frozenset(clauses.name_of(first.expressions[n]) for n in numbers) - {""}

    def result(self, tree: exp.Expr, query: exp.Expr) -> Dropping:
        """The lists that lose items and the numbers that move; the tree becomes what is left."""
        dropping = Dropping()
        for key, node in self.nodes.items():
            first = clauses.members(node)[0] if isinstance(node, exp.SetOperation) else node
            clauses.move_ordinals(node, self.going.get(id(first), set()), self.lists, dropping)
            if isinstance(node, exp.Select):
                self._shrink(node, self.going.get(key, set()), dropping)
        first = clauses.members(query)[0]
        clauses.target_columns(tree, self.going.get(id(first), set()), self.lists, dropping)
        for node in self.nodes.values():
            going = self.going.get(id(node), set())
            if isinstance(node, exp.Select) and going:
                node.set("expressions", [item for n, item in enumerate(node.expressions) if n not in going])
        return dropping

    def _shrink(self, node: exp.Select, going: set[int], dropping: Dropping) -> None:
        found = self.lists.of(node)
        if going:
            if found is None:
                raise CannotDropError(offset(node), "the select list is not found for sure")
            dropping.lists.append(Shrunk(found, frozenset(going)))
        for number, item in enumerate(node.expressions):
            lost = self.stars.get((id(node), number))
            if lost and number not in going:
                clauses.shrink_star(item, lost, found.items[number] if found else None, self.lists, dropping)


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Select, exp.SetOperation))


def _lateral(table: exp.Expr) -> bool:
    return isinstance(table.parent, exp.Lateral)
