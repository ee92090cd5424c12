"""The clauses of a query that notice when a column goes: what forbids it, and what has to move with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from trackplan.sql.nodes import span_of
from trackplan.sql.records import NOWHERE
from trackplan.sql.removal.model import CannotDropError, Dropping, Shrunk
from trackplan.sql.removal.sources import offset, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trackplan.sql.records import Span
    from trackplan.sql.removal.lists import Lists
    from trackplan.sql.removal.sources import Sources

T = TypeVar("T")
_CLAUSES = ("where", "group", "having", "qualify", "order", "distinct", "limit", "offset", "connect", "match", "sort",
            "cluster", "distribute", "sample", "prewhere")  # fmt: skip
_ROWS = frozenset({"unnest", "explode", "explode_outer", "posexplode", "flatten", "generate_series", "inline", "stack",
                   "generate_subscripts", "json_each", "json_array_elements", "jsonb_array_elements", "jsonb_each",
                   "regexp_split_to_table", "regexp_matches", "string_to_table", "json_object_keys"})  # fmt: skip


def said(tree: exp.Expr, dialect: str) -> str:
    """A statement without its comments and breaks, to compare by."""
    return tree.sql(dialect=dialect or None, comments=False)


def query_of(tree: exp.Expr) -> exp.Expr:
    """The query of a statement. Raises `CannotDropError` where it has none."""
    query = tree.expression if isinstance(tree, (exp.Create, exp.Insert)) else tree
    query = unwrapped(query) if isinstance(query, exp.Expr) else query
    if not isinstance(query, (exp.Select, exp.SetOperation)):
        raise CannotDropError(offset(tree), "this is no SELECT")
    return query


def name_of(item: exp.Expr) -> str:
    """The name that an item of a select list gives its column, in lower case; '' if it says none."""
    return "" if item.is_star else str(item.alias_or_name or item.output_name).lower()


def row_parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Everything that decides which rows a query gives, and in which order."""
    for name in _CLAUSES:
        part = node.args.get(name)
        if isinstance(part, exp.Expr):
            yield part
    for part in node.args.get("windows") or ():
        yield part
    for join in node.args.get("joins") or ():
        if isinstance(join.args.get("on"), exp.Expr):
            yield join.args["on"]


def starred(item: exp.Expr, sources: Mapping[str, T]) -> list[T]:
    """What a star takes: all of the sources, or the one that it names."""
    table = item.args.get("table") if isinstance(item, exp.Column) else None
    if table is None:
        return list(sources.values())
    return [sources[table.name.lower()]] if table.name.lower() in sources else []


def excluded(item: exp.Expr) -> set[str]:
    """The names that a star leaves out."""
    return {str(each.alias_or_name).lower() for each in _star(item).args.get("except_") or ()}


def passed(kept: list[exp.Expr], sources: Sources) -> set[str]:
    """What stars no longer give, since their sources do not."""
    names: set[str] = set()
    for item in kept:
        if item.is_star:
            lost = set().union(*starred(item, sources.lost)) - excluded(item)
            renamed = {each.this.name.lower(): each.alias.lower() for each in _star(item).args.get("rename") or ()}
            names |= {renamed.get(name, name) for name in lost}
    return names


def check_select(node: exp.Select, going: set[int]) -> None:
    """Refuse what would change more than the columns that go. Raises `CannotDropError`."""
    if not going:
        return
    gone = [node.expressions[n] for n in sorted(going)]
    kept = [item for n, item in enumerate(node.expressions) if n not in going]
    if not kept:
        raise CannotDropError(offset(gone[0]), "nothing would be left in its select list")
    if node.args.get("distinct") is not None:
        raise CannotDropError(offset(gone[0]), "SELECT DISTINCT: without the column there may be fewer rows")
    for item in gone:
        if any(_makes_rows(part) for part in item.walk()):
            raise CannotDropError(offset(item), "the column makes rows")
    group = node.args.get("group")
    if group is None and any(map(_aggregates, gone)) and not any(map(_aggregates, kept)):
        raise CannotDropError(offset(gone[0]), "without its aggregate the query gives a row for each that it reads")
    if group is not None and group.args.get("all") and not all(map(_aggregates, gone)):
        raise CannotDropError(offset(gone[0]), "GROUP BY ALL groups by the column")
    aliases = {
        name_of(item) for item in gone if not (isinstance(item, exp.Column) and item.name.lower() == name_of(item))
    }
    check_order(node, going, set())
    for part in (*kept, *row_parts(node)):
        for column in part.find_all(exp.Column):
            if not column.table and column.name.lower() in aliases:
                raise CannotDropError(offset(column), f"{column.name} is referred to here")


def check_order(node: exp.Expr, numbers: set[int], names: set[str]) -> None:
    """Refuse where GROUP BY or ORDER BY goes by a column that goes. Raises `CannotDropError`."""
    for clause in (node.args.get("group"), node.args.get("order")):
        for part in clause.expressions if clause is not None else ():
            node_ = part.this if isinstance(part, exp.Ordered) else part
            if isinstance(node_, exp.Literal) and node_.is_int and int(node_.this) - 1 in numbers:
                raise CannotDropError(max(span_of(node_)[0], 0), "the column is grouped or sorted by, by its number")
            if isinstance(node_, exp.Var) and node_.name.upper() == "ALL" and isinstance(part, exp.Ordered):
                raise CannotDropError(offset(node), "ORDER BY ALL goes by the column")
            if names and any(column.name.lower() in names for column in part.find_all(exp.Column)):
                raise CannotDropError(offset(part), "the column is sorted by")


def check_union(node: exp.SetOperation, members: list[exp.Expr], names: frozenset[str]) -> None:
    """Refuse set operations that compare whole rows, and those whose positions nobody can tell."""
    if not names:
        return
    for each in (node, *node.find_all(exp.SetOperation)):
        if each is not node and each not in _chain(node):
            continue
        if not isinstance(each, exp.Union) or each.args.get("distinct", True):
            raise CannotDropError(offset(node), "a set operation compares whole rows, also by the column")
    if node.args.get("by_name"):
        return
    width = len(members[0].expressions)
    for member in members:
        if not isinstance(member, exp.Select) or any(item.is_star for item in member.expressions):
            raise CannotDropError(offset(member), "a union goes by positions, which nobody can tell behind a star")
        if len(member.expressions) != width:
            raise CannotDropError(offset(member), "the queries of the union have different numbers of columns")


def members(node: exp.Expr) -> list[exp.Expr]:
    """The queries of a chain of set operations, in the order in which they are written; a query alone."""
    found: list[exp.Expr] = []
    pending = [node]
    while pending:
        current = unwrapped(pending.pop())
        if isinstance(current, exp.SetOperation) and (current is node or not current.args.get("with_")):
            pending += [current.expression, current.this]
        else:
            found.append(current)
    return found


def _chain(node: exp.SetOperation) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    pending: list[exp.Expr] = [node]
    while pending:
        current = unwrapped(pending.pop())
        if isinstance(current, exp.SetOperation):
            found.append(current)
            pending += [current.expression, current.this]
    return found


def move_ordinals(node: exp.Expr, going: set[int], lists: Lists, dropping: Dropping) -> None:
    """Numbers in GROUP BY and ORDER BY count on from what is left."""
    for literal, number, span in lists.ordinals(node):
        before = sum(1 for n in going if n < number - 1)
        if before:
            if span == NOWHERE:
                raise CannotDropError(offset(node), "a number that stands for a column is not found")
            dropping.moved.append((span, str(number - before)))
            literal.set("this", str(number - before))


def shrink_star(item: exp.Expr, lost: frozenset[str], span: Span | None, lists: Lists, dropping: Dropping) -> None:
    """What EXCLUDE, REPLACE and RENAME say of columns that the sources lose, goes."""
    star = _star(item)
    for key, word in (("except_", "EXCLUDE"), ("replace", "REPLACE"), ("rename", "RENAME")):
        entries = star.args.get(key) or []
        going = frozenset(n for n, each in enumerate(entries) if _entry_name(each, key) in lost)
        for n, each in enumerate(entries):
            if n not in going and any(c.name.lower() in lost for c in each.find_all(exp.Column)):
                raise CannotDropError(offset(each), "a column that stays takes it")
        if not going:
            continue
        found = lists.star(span, word) if span is not None else None
        if found is None or len(found.items) != len(entries):
            raise CannotDropError(offset(item), f"what stands behind {word} is not found for sure")
        dropping.lists.append(Shrunk(found, going))
        star.set(key, [each for n, each in enumerate(entries) if n not in going] or None)


def target_columns(tree: exp.Expr, going: set[int], lists: Lists, dropping: Dropping) -> None:
    """The names that `INSERT INTO t (…)` or `CREATE VIEW v (…)` gives to the columns go with them."""
    schema = tree.this if isinstance(tree, (exp.Create, exp.Insert)) else None
    if not going or not isinstance(schema, exp.Schema) or not schema.expressions:
        return
    found = lists.starting(offset(schema.expressions[0]))
    if found is None or len(found.items) != len(schema.expressions) or max(going) >= len(found.items):
        raise CannotDropError(offset(tree), "the list of its columns is not found for sure")
    dropping.lists.append(Shrunk(found, frozenset(going)))
    schema.set("expressions", [each for n, each in enumerate(schema.expressions) if n not in going])


def _entry_name(entry: exp.Expr, key: str) -> str:
    return (entry.this.name if key == "rename" else str(entry.alias_or_name)).lower()


def _star(item: exp.Expr) -> exp.Expr:
    return item.this if isinstance(item, exp.Column) else item


def _makes_rows(part: exp.Expr) -> bool:
    if isinstance(part, (exp.UDTF, exp.Explode, exp.Inline, exp.GenerateSeries)):
        return True
    return isinstance(part, exp.Anonymous) and part.name.lower() in _ROWS


def _aggregates(item: exp.Expr) -> bool:
    for part in item.walk(prune=lambda node: isinstance(node, (exp.Select, exp.SetOperation))):
        above = part.parent if part is not item else None
        if isinstance(part, exp.AggFunc) and not isinstance(above, (exp.Window, exp.IgnoreNulls, exp.RespectNulls)):
            return True
        if isinstance(part, exp.Filter) and isinstance(above, exp.Window):
            return False
    return False
