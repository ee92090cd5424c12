"""FROM and JOIN → sources: tables, derived tables, UNNEST, laterals, pivots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.errors import NotFollowedError
from trackplan.sql.expressions import Walker
from trackplan.sql.frame import Frame
from trackplan.sql.nodes import children, span_of
from trackplan.sql.pivots import pivoted
from trackplan.sql.records import NOWHERE, Opaque, Output, Ref, Reference, ScopeRef, Select, Source, Span, Star
from trackplan.sql.shapes import LISTED
from trackplan.sql.unpacking import unpacked
from trackplan.sql.values import lengths

if TYPE_CHECKING:
    from trackplan.sql.compile import Compiler

FOLLOWED = frozenset(
    {
        "explode",
        "explode_outer",
        "external_query",  # another database: nothing of this warehouse
        "flatten",
        "generate_array",
        "generate_date_array",
        "generate_series",
        "generate_subscripts",
        "glob",
        "inline",
        "json_array_elements",
        "json_array_elements_text",
        "json_each",
        "json_each_text",
        "json_object_keys",
        "json_table",
        "json_to_record",
        "json_to_recordset",
        "json_tuple",
        "json_tree",
        "jsonb_array_elements",
        "jsonb_array_elements_text",
        "jsonb_each",
        "jsonb_each_text",
        "jsonb_object_keys",
        "jsonb_path_query",
        "jsonb_to_record",
        "jsonb_to_recordset",
        "numbers",
        "openjson",
        "parquet_scan",
        "posexplode",
        "range",
        "read_csv",
        "read_csv_auto",
        "read_json",
        "read_json_auto",
        "read_parquet",
        "regexp_matches",
        "regexp_split_to_table",
        "repeat_row",
        "result_scan",
        "sequence",
        "split_to_table",
        "string_split",
        "unnest",
    }
)
"""Table functions that read nothing but their arguments, or nothing of the project."""
_NAMES_A_TABLE = (exp.Literal, exp.Column, exp.Parameter, exp.Placeholder, exp.ModelAttribute)
_CALLS = (exp.Table, exp.TableFromRows)
_SAID_OF_JOINS = ("kind", "side", "method", "on", "using", "match_condition")
_DROPS_RIGHT = frozenset({"SEMI", "ANTI"})
# Dialects in which a FROM may hold `t.items`, the list of the row at hand.
_UNNESTS_UNSAID = frozenset({"", "bigquery", "redshift"})


def from_item(compiler: Compiler, node: exp.Expr, frame: Frame, select: Select) -> None:
    """A source together with the joins that are written behind it."""
    source_item(compiler, node, frame, select)
    args = node.args
    for lateral in args.get("laterals") or ():
        source_item(compiler, lateral, frame, select)
    for each in args.get("joins") or ():
        join(compiler, each, frame, select)


def join(compiler: Compiler, node: exp.Join, frame: Frame, select: Select) -> None:
    """The sources that a JOIN adds, and what it joins on."""
    if str(node.args.get("kind") or "").upper() == "ARRAY":
        _array_join(compiler, node, frame, select)
        return
    if node.args.get("pivots"):  # of all that is joined so far
        raise NotFollowedError
    first = len(frame.sources)
    from_item(compiler, node.this, frame, select)
    added = frame.sources[first:]
    if str(node.args.get("kind") or "").upper() in _DROPS_RIGHT:
        for source in added:
            source.in_star = False
    if added:
        added[0].using = tuple(compiler.fold(c) for c in node.args.get("using") or ())
        added[0].natural = str(node.args.get("method") or "").upper() == "NATURAL"
        added[0].apart = not any(node.args.get(name) for name in _SAID_OF_JOINS)
    walker = Walker(compiler, frame)
    select.rows.extend(walker.refs(node.args.get("on"), "join"))
    condition = node.args.get("match_condition")
    if condition is not None:
        select.rows.extend(walker.refs(condition, "join"))


def _array_join(compiler: Compiler, node: exp.Join, frame: Frame, select: Select) -> None:
    """`ARRAY JOIN items AS item`, and `ARRAY JOIN items`, whose elements go by the name of the list."""
    for item in (node.this, *node.expressions):
        if isinstance(item, exp.Alias):
            alias = compiler.fold(item.args["alias"])
            frame.sources.append(Source(alias, scope=_elements(compiler, item.this, frame, alias)))
        else:
            select.rows.extend(lengths(Walker(compiler, frame).refs(item, "output"), "join"))


def source_item(compiler: Compiler, node: exp.Expr, frame: Frame, select: Select) -> None:
    """One entry of FROM, without its joins."""
    if isinstance(node, exp.Final):
        node = node.this
    elif isinstance(node, exp.TableAlias):  # what `|> AS q` names
        node = exp.Table(this=node.this)
    alias, columns = _alias(compiler, node)
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        source = _named(compiler, node, alias, columns, frame)
    elif isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
        source = Source(alias, scope=compiler.query(node.this.this, frame.environment, frame), columns=columns)
    elif isinstance(node, exp.Subquery):
        inner = node.this
        if isinstance(inner, exp.Table) or (inner.args.get("joins") and not isinstance(inner, exp.Query)):
            # Parentheses around a table and its joins open no scope of their own.
            from_item(compiler, inner, frame, select)
            return
        # Names of its siblings are visible to a derived table only where it is lateral, as all are in DuckDB.
        outer = frame if compiler.dialect == "duckdb" else frame.outer
        environment = compiler.with_clause(node, frame.environment, outer)
        source = Source(alias, scope=compiler.query(inner, environment, outer), columns=columns)
    elif isinstance(node, (exp.AtIndex, exp.Pivot)):
        source = _navigated(compiler, node, frame)
    elif isinstance(node, exp.Values):
        source = Source(alias, scope=compiler.values(node, frame.environment, frame))
    elif isinstance(node.this, exp.Anonymous) and _is_call(node) and node.this.name.lower() not in FOLLOWED:
        source = _called(compiler, node.this, alias, columns, frame)
    else:
        source = Source(alias, scope=_opaque(compiler, node, frame, alias, columns))
    frame.sources.append(source)
    sample = node.args.get("sample")
    if isinstance(sample, exp.TableSample):  # `BUCKET 1 OUT OF 3 ON a`
        select.rows.extend(Walker(compiler, frame).refs(sample.args.get("bucket_field"), "filter"))
    pivots = node.args.get("pivots")
    if pivots:
        _pivoted(compiler, pivots, frame)


def _is_call(node: exp.Expr) -> bool:
    """Whether a source is a function that may read tables of itself: `f(1)`, or `TABLE(f('t'))`, which is told one."""
    told = any(isinstance(each, exp.Literal) and each.is_string for each in node.this.expressions)
    return isinstance(node, exp.Table) or (isinstance(node, exp.TableFromRows) and told)


def _named(compiler: Compiler, node: exp.Table, alias: str, columns: tuple[str, ...], frame: Frame) -> Source:
    identifiers = [p for p in node.parts if isinstance(p, exp.Identifier)]
    parts = tuple(compiler.fold(p) for p in identifiers)
    span: Span = (span_of(identifiers[0])[0], span_of(identifiers[-1])[1])
    alias = alias or parts[-1]
    if len(parts) == 1:
        known = frame.environment.get(identifiers[0].name.lower())
        if known is not None:
            return Source(alias, scope=known[0], columns=columns or known[1], span=span)
    elif compiler.dialect in _UNNESTS_UNSAID and frame.find(parts[:-1]) is not None:
        array = exp.Dot.build([p.copy() for p in identifiers]) if len(parts) > 4 else _column(identifiers)
        return Source(alias, scope=_elements(compiler, array, frame, alias), span=span)
    return Source(alias, parts, columns=columns, span=span)


def _elements(compiler: Compiler, array: exp.Expr, frame: Frame, *names: str) -> int:
    """The elements of a list, of which the first of `names` stands for each."""
    found = Walker(compiler, frame).refs(array, "output")
    opaque = Opaque(frame.scope, found, names, structured=True, listed=True, before=len(frame.sources))
    return compiler.place(opaque, None)


def _navigated(compiler: Compiler, node: exp.Expr, frame: Frame) -> Source:
    """`t.items AS item AT i`, and `UNPIVOT t.object AS value AT key`, whose rows are the keys of an object."""
    inner = node.this if isinstance(node, exp.Pivot) else node
    at = compiler.fold(inner.expression) if isinstance(inner, exp.AtIndex) else ""
    named = inner.this if isinstance(inner, exp.AtIndex) else inner
    if not isinstance(named, exp.Alias) or not isinstance(named.this, exp.Column):
        raise NotFollowedError
    alias = compiler.fold(named.args["alias"])
    names = (alias, at) if at else (alias,)
    if isinstance(node, exp.AtIndex):
        return Source(alias, scope=_elements(compiler, named.this, frame, *names))
    found = Walker(compiler, frame).refs(named.this, "output")
    opaque = Opaque(frame.scope, found, names, closed=True, before=len(frame.sources))
    return Source(alias, scope=compiler.place(opaque, None))


def _called(compiler: Compiler, node: exp.Anonymous, alias: str, columns: tuple[str, ...], frame: Frame) -> Source:
    """What a function of the project gives, if linking knows it; what is passed decides which rows there are."""
    name = compiler.call(node.name, frame.environment, rows=True)
    span = span_of(node.this) if isinstance(node.this, exp.Identifier) else NOWHERE
    alias = alias or compiler.fold(exp.to_identifier(node.name))
    walker = Walker(compiler, frame)
    refs = [ref for argument in node.expressions for ref in walker.refs(argument, "filter")]
    if not refs:
        return Source(alias, (name,), columns=columns, span=span)
    passed_on = compiler.parameters or ()
    if compiler.dialect == "duckdb" and not all(isinstance(r, Ref) and r.name.lower() in passed_on for r in refs):
        # What is passed is put in as it is written, where it may mean something else.
        raise NotFollowedError
    passed = compiler.place(Opaque(frame.scope, refs, before=len(frame.sources)), None)
    inner = Select(frame.scope, [Source(alias, (name,), span=span)], [Output("", [], NOWHERE, star=Star(None))])
    inner.rows.append(ScopeRef(passed, False, "", "filter", "", False))
    return Source(alias, scope=compiler.place(inner, None), columns=columns)


def _column(identifiers: list[exp.Identifier]) -> exp.Expr:
    names = ("this", "table", "db", "catalog")
    return exp.Column(**{k: p.copy() for k, p in zip(names, reversed(identifiers), strict=False)})


def _opaque(compiler: Compiler, node: exp.Expr, frame: Frame, alias: str, columns: tuple[str, ...]) -> int:
    """UNNEST, LATERAL FLATTEN, table functions: their arguments flow into whatever is asked of them."""
    function = node.this if isinstance(node, exp.Table) else node
    if not isinstance(node, (exp.Table, exp.UDTF, exp.Func)):
        raise NotFollowedError
    if isinstance(function, (exp.Dot, exp.DynamicIdentifier)):
        raise NotFollowedError
    if isinstance(node, _CALLS) and isinstance(node.this, _NAMES_A_TABLE):
        raise NotFollowedError
    walker = Walker(compiler, frame)
    known = unpacked(walker, node, alias, columns)
    if known is not None:
        opaque = Opaque(
            frame.scope, known.elements, known.names, known.closed, known.structured,
            listed=True, before=len(frame.sources), each=known.each,
        )  # fmt: skip
        return compiler.place(opaque, None)
    refs: list[Reference] = []
    unnest = node.this if isinstance(node, exp.Lateral) else node
    arguments = list(unnest.expressions) if isinstance(unnest, exp.Unnest) else [c for _, c in children(node)]
    for argument in arguments:
        if not isinstance(argument, (exp.TableAlias, exp.Identifier, exp.Join, exp.Pivot)):
            refs.extend(walker.refs(argument, "output"))
    structured = isinstance(unnest, exp.Unnest) and len(arguments) == 1
    listed = structured and compiler.dialect in LISTED
    names = columns or (("unnest",) if listed and compiler.dialect == "duckdb" else ())
    offset = unnest.args.get("offset")
    if isinstance(offset, exp.Identifier):
        names = (*names, compiler.fold(offset))
    elif offset and len(columns) < 2:
        names = (*names, "ordinality")
    opaque = Opaque(frame.scope, refs, names, structured=structured, listed=listed, before=len(frame.sources))
    return compiler.place(opaque, None)


def _pivoted(compiler: Compiler, pivots: list[exp.Pivot], frame: Frame) -> None:
    """Replace the last source by what its pivots make of it."""
    for pivot in pivots:
        inner = frame.sources.pop()
        index = compiler.place(Opaque(-1), None)
        pivoted(compiler, pivot, inner, frame.environment, frame.outer, index)
        alias, columns = _alias(compiler, pivot)
        frame.sources.append(Source(alias or inner.alias, scope=index, columns=columns, span=inner.span))


def _alias(compiler: Compiler, node: exp.Expr) -> tuple[str, tuple[str, ...]]:
    alias = node.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return "", ()
    columns = tuple(compiler.fold(c) for c in alias.args.get("columns") or () if isinstance(c, exp.Identifier))
    name = compiler.fold(alias.this) if isinstance(alias.this, exp.Identifier) else ""
    if not name and len(columns) == 1 and isinstance(node, exp.Unnest):
        name = columns[0]
    return name, columns
