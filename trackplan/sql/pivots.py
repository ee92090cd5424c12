"""PIVOT and UNPIVOT → a SELECT of what they give: columns that are kept, and columns that are made of values."""

from __future__ import annotations

import re
from itertools import chain, product
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp

from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Environment, Frame
from trackplan.sql.outputs import add_outputs
from trackplan.sql.records import NOWHERE, Called, Output, OutputRef, Ref, Reference, Select, Source, Star, StarRef
from trackplan.sql.star_names import Names, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trackplan.sql.compile import Compiler


def pivoted(
    compiler: Compiler, node: exp.Pivot, inner: Source, environment: Environment, outer: Frame | None, index: int
) -> int:
    """Compile a PIVOT or UNPIVOT of `inner` as the scope `index`."""
    frame = Frame(index, outer, environment, [inner])
    select = Select(-1 if outer is None else outer.scope, frame.sources)
    compiler.place(select, index)
    if node.args.get("unpivot"):
        _unpivot(compiler, node, Walker(compiler, frame), select)
    else:
        _pivot(compiler, node, frame, select)
    return index


def _pivot(compiler: Compiler, node: exp.Pivot, frame: Frame, select: Select) -> None:
    """Each pivot column is an aggregate of the rows in which the keys have its values."""
    walker = Walker(compiler, frame)
    # The statement `PIVOT t ON key [USING …]` names the keys first, the clause of FROM its aggregates.
    statement = node.this is not None
    aggregates = list((node.args.get("using") or ()) if statement else node.expressions)
    fields = list(node.expressions if statement else node.args.get("fields") or ())
    keys = [ref for field in fields for ref in walker.refs(field, "group")]
    values = [walker.refs(a.this if isinstance(a, exp.Alias) else a, "output") for a in aggregates] or [[]]
    group = node.args.get("group")
    if group is not None:
        for item in group.expressions:
            select.rows.extend(walker.refs(item, "group"))
            add_outputs(compiler, item.copy(), walker, frame, select)  # as it is selected, not grouped by
    else:
        # Every column that is not named is one to group by.
        named = _names(ref for refs in (keys, *values) for ref in refs)
        select.outputs.append(Output("", [], NOWHERE, star=Star(0, named)))
        select.rows.append(OutputRef(-1, "group"))
    names = _columns(compiler, node, fields, aggregates)
    for position, name in enumerate(names):
        refs: list[Reference] = [*values[position % len(values)], *keys]
        select.outputs.append(Output(name, refs, NOWHERE, aggregate=True))
    if not names:
        refs = [_whole(ref) for found in values for ref in found] + keys
        select.outputs.append(Output("", refs, NOWHERE, True, Star(-1, subset=True)))


def _columns(
    compiler: Compiler, node: exp.Pivot, fields: Sequence[exp.Expr], aggregates: Sequence[exp.Expr]
) -> list[str]:
    """The names of the columns that PIVOT makes, the aggregates in turn for each value; none where data decides."""
    told = node.args.get("columns")
    parts: list[list[str]] = []
    for field in fields:
        values = field.expressions if isinstance(field, exp.In) else []
        if not values or any(isinstance(v, (exp.PivotAny, exp.Query)) for v in values):
            return []
        parts.append([v.alias_or_name for v in values])
    if told and fields and len(told) % max(len(aggregates), 1) == 0:
        return [compiler.fold(c) for c in told]
    several = len(aggregates) > 1
    suffixes = [a.alias or (a.sql("duckdb").lower() if several else "") for a in aggregates]
    return ["_".join(filter(None, names)).lower() for names in product(*parts, suffixes)]


def _unpivot(compiler: Compiler, node: exp.Pivot, walker: Walker, select: Select) -> None:
    """Rows become one row per listed column: a column with its name, and columns with the values."""
    into = node.args.get("into")
    field = next(iter(node.args.get("fields") or ()), None)
    if field is not None:
        name, made, listed = field.this, _several(node.expressions), field.expressions
    else:
        name, made = (into.this, into.expressions) if into is not None else (None, [])
        listed = node.expressions
    items = [_several([i.this if isinstance(i, (exp.PivotAlias, exp.Alias)) else i]) for i in listed]
    taken = [[walker.refs(part, "output") for part in item] for item in items]
    everything = [ref for item in taken for refs in item for ref in refs]
    kept = _kept(items) or Star(0, _names(everything))
    select.outputs.append(Output("", [], NOWHERE, star=kept))
    select.outputs.append(Output(compiler.fold(name) if name is not None else "name", [], NOWHERE))
    names = [compiler.fold(m) for m in made] or ["value"]
    for position, made_name in enumerate(names):
        found = [item[position] if len(item) == len(names) else list(chain(*item)) for item in taken]
        select.outputs.append(Output(made_name, [ref for refs in found for ref in refs], NOWHERE))
    if not node.args.get("include_nulls"):
        # A row whose values are all NULL is left out; DuckDB looks at a column of their name, where there is one.
        if compiler.dialect == "duckdb":
            select.rows.append(StarRef((0, 0), "filter", NOWHERE, "|".join(map(re.escape, names))))
        select.rows.extend(replace(r, how="filter", clear=False) if isinstance(r, Ref) else r for r in everything)
        # DuckDB then looks for NULL in a column of the same name, if the input has one already.
        select.rows.extend(Ref(None, made_name, "", "filter", "", False, NOWHERE, hidden=True) for made_name in names)


def _kept(items: Sequence[Sequence[exp.Expr]]) -> Star | None:
    """What is left of a table where COLUMNS(…) says what is taken; None where nothing says so."""
    spread = [part for item in items for part in item if part.find(exp.Columns, exp.Star) is not None]
    if not spread:
        return None
    rest = names_of(spread[0].this).others() if isinstance(spread[0], exp.Columns) and len(items) == 1 else Names()
    return Star(0, subset=True, pattern=rest.pattern, exact=rest.exact)


def _several(nodes: Sequence[exp.Expr]) -> list[exp.Expr]:
    """The members of tuples, and what is none."""
    return [part for n in nodes for part in (n.expressions if isinstance(n, exp.Tuple) else [n])]


def _names(refs: Iterable[Reference]) -> frozenset[str]:
    found = list(refs)
    given = (ref for call in found if isinstance(call, Called) for refs in call.given for ref in refs)
    return frozenset(ref.name for ref in (*found, *given) if isinstance(ref, Ref))


def _whole(ref: Reference) -> Reference:
    return replace(ref, into="", clear=False) if isinstance(ref, Ref) else ref
