"""Select lists → outputs: names with what flows into them, and stars with what they leave out, replace and rename."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.nodes import span_of
from trackplan.sql.records import NOWHERE, Output, OutputRef, Ref, Reference, Select, Star, StarRef
from trackplan.sql.star_names import Names, filtered, is_star, liked, names_of
from trackplan.sql.template import UNNAMED
from trackplan.sql.values import lengths, taken

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler

# In these, some functions make rows in a select list.
_OF_POSTGRES = frozenset({"postgres", "materialize", "risingwave"})
_SETS_OF_ROWS = frozenset(
    "generate_series generate_subscripts regexp_matches regexp_split_to_table string_to_table "  # noqa: SIM905
    "json_array_elements json_array_elements_text json_each json_each_text json_object_keys json_to_recordset "
    "jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query "
    "jsonb_to_recordset".split()
)


_ITEMS_BEHIND = frozenset({"athena", "bigquery", "mysql", "postgres", "presto", "sqlite", "trino", "tsql"})
"""Dialects in which neither WHERE nor other items can mean an item by its name."""


def add_outputs(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame, select: Select) -> None:
    """Add one item of a select list to `select`; several outputs where it has several names."""
    found = select.outputs
    kind = item.__class__
    value = item.args["this"] if kind is exp.Alias or kind is exp.Aliases else item
    named = item
    if kind is exp.Alias:
        named = item.args["alias"]
    elif kind is exp.Column:
        named = item.args["this"]
    elif kind is exp.Dot:
        named = item.args["expression"]
    unnamed = kind is exp.Alias and named.name.lower() == UNNAMED
    if value.__class__ is exp.Column and named.__class__ is exp.Identifier and not unnamed:
        ref = walker.selected(value)
        if ref is not None:
            found.append(Output(compiler.fold(named), [ref], span_of(named)))
            return
    if kind is not exp.Alias and _is_star(compiler, item, walker, frame, select):
        return
    refs = _made_of(walker, value)
    aggregate = walker.aggregates
    if walker.spreads:
        # `max(COLUMNS(*))` stands for many outputs, one for each column.
        if kind is exp.Alias:  # such as `COLUMNS('(.*)_id') AS '\\1'`: what they are called is not known
            found.append(Output("", refs, NOWHERE, True, Star(-1, subset=True)))
            return
        stars = [r for r in refs if isinstance(r, StarRef)]
        others: list[Reference] = [r for r in refs if not isinstance(r, StarRef)]
        allowed = reduce(Names.either, (Names(s.pattern) for s in stars)) if stars else Names()
        found.append(Output("", others, NOWHERE, True, Star(None, subset=True, pattern=allowed.pattern)))
        return
    if compiler.dialect in _OF_POSTGRES and any(map(_makes_rows, value.find_all(exp.Func))):
        select.rows.extend(lengths(refs, "output"))
    if walker.unpacks:
        # UNNEST in a select list makes rows of elements, and columns of the members of a struct.
        select.rows.extend(lengths(refs, "output"))
        found.append(Output("", refs, NOWHERE, star=Star(-1, members=True)))
    if kind is exp.Aliases:
        found.extend(Output(compiler.fold(a), refs, span_of(a), aggregate) for a in item.args["expressions"])
        return
    if unnamed:
        found.append(Output("", refs, NOWHERE, aggregate, Star(-1, subset=True)))
    elif named.__class__ is exp.Identifier:
        found.append(Output(compiler.fold(named), refs, span_of(named), aggregate))
    else:
        found.append(Output(_own_name(item), refs, NOWHERE, aggregate))


def ask_unnamed(node: exp.Expr, select: Select, dialect: str) -> None:
    """Let names that stand alone mean the items whose own names nobody knows, where they may mean an item."""
    unnamed = [each for each in select.outputs if each.star is not None and each.star.subset and each.refs]
    if not unnamed:
        return
    behind = [ref for each in unnamed for ref in taken(each.refs, "output", "")]
    args, anywhere = node.args, dialect not in _ITEMS_BEHIND
    cut = args.get("order") and (args.get("limit") or args.get("offset"))
    if any(map(_stands_alone, select.rows)) and (cut or args.get("qualify") or (anywhere and args.get("where"))):
        select.rows.extend(behind)
    for each in select.outputs if anywhere else ():
        is_column = len(each.refs) == 1 and isinstance(ref := each.refs[0], Ref) and ref.clear and not ref.path
        if each.star is None and not is_column and any(map(_stands_alone, each.refs)):
            each.refs = [*each.refs, *behind]


def _made_of(walker: Walker, value: exp.Expr) -> list[Reference]:
    """What an item is made of; it does not rest on itself."""
    return [ref for ref in walker.refs(value, "output") if not isinstance(ref, OutputRef)]


def _stands_alone(ref: Reference) -> bool:
    return isinstance(ref, Ref) and ref.source is None


def _makes_rows(function: exp.Func) -> bool:
    """Whether a function of Postgres gives rows, each of which multiplies what stands beside it."""
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    return name.lower() in _SETS_OF_ROWS or isinstance(function, exp.GenerateSeries)


def _own_name(item: exp.Expr) -> str:
    """What an item without an alias is called; never by what a string in it says, which is somebody's data."""
    name: str = item.output_name
    said = name and any(literal.is_string and literal.this == name for literal in item.find_all(exp.Literal))
    return "" if said else name


def _excluded(compiler: Compiler, node: exp.Expr) -> frozenset[str]:
    names = [e.this if isinstance(e, exp.Column) else e for e in node.args.get("except_") or ()]
    return frozenset(compiler.fold(n) for n in names)


def _is_star(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame, select: Select) -> bool:
    """Whether an item without a name of its own is a star, which is added then."""
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
        # `f(x).*`: the members of a value that is made on the spot.
        members = Star(-1, _excluded(compiler, item.expression), members=True)
        select.outputs.append(Output("", _made_of(walker, item.this), NOWHERE, star=members))
        return True
    refs: list[Reference] = []
    star = _star(compiler, item, walker, frame, refs)
    if star is not None:
        select.outputs.append(Output("", refs, span_of(item), star=star))
    return star is not None


def _star(compiler: Compiler, item: exp.Expr, walker: Walker, frame: Frame, refs: list[Reference]) -> Star | None:
    """The star that an item is, with `refs` for what it is made of where that is no source."""
    allowed = filtered(item)
    if allowed is not None:
        item = item.find(exp.Star) or item
        item = item.parent if isinstance(item.parent, exp.Column) else item
    elif isinstance(item, exp.Columns):
        if not is_star(item.this):
            names = names_of(item.this)
            return Star(None, subset=True, pattern=names.pattern, exact=names.exact)
        item = item.this
    node = item if isinstance(item, exp.Star) else item.args.get("this") if isinstance(item, exp.Column) else None
    if not isinstance(node, exp.Star):
        return None
    if node.args.get("ilike") is not None:
        allowed = Names(liked(node.args["ilike"]).pattern, exact=True)
    source: int | None = None
    if isinstance(item, exp.Column):
        parts = [p for p in (item.args.get(k) for k in ("catalog", "db", "table")) if p is not None]
        found = frame.find([compiler.fold(p) for p in parts])
        if found is not None and found[1] == len(parts) and found[0][0] == 0:
            source = found[0][1]
        else:
            refs.append(walker.column(parts, (), "output", "", True))
            source = -1
    star = Star(source, members=bool(refs))
    if allowed is not None:
        star.subset, star.pattern, star.exact = True, allowed.pattern, allowed.exact
    star.exclude = _excluded(compiler, node)
    for replaced in node.args.get("replace") or ():
        if isinstance(replaced, exp.Alias):
            star.replace[compiler.fold(replaced.args["alias"])] = _made_of(walker, replaced.this)
    for renamed in node.args.get("rename") or ():
        if isinstance(renamed, exp.Alias):
            old = renamed.this.this if isinstance(renamed.this, exp.Column) else renamed.this
            star.rename[compiler.fold(old)] = compiler.fold(renamed.args["alias"])
    return star
