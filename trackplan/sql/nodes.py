"""Small questions about the parser's tree: where a name stands, what a node is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from trackplan.names import fold
from trackplan.sql.records import NOWHERE, Span

UNITS = frozenset(
    "c cent cents centuries century cs d date datetime day dayofmonth dayofweek dayofweek_iso "  # noqa: SIM905
    "dayofweekiso dayofyear days dd decade decades doy dow dw dy epoch epoch_microsecond "
    "epoch_millisecond epoch_nanosecond epoch_second era h hh hour hours hr hrs iso_week isodow isowk "
    "isoww isoweek isoyear julian m mcs mi microsecond microseconds mil millennia millennium millisecond "
    "milliseconds mils min mins minute minutes mm mon month months ms msec n nanosecond nanoseconds ns "
    "nsec q qq qtr quarter quarters s sec second seconds secs ss time timestamp timezone timezone_abbr "
    "timezone_hour timezone_minute tz tzoffset us usec w week week_iso weekday weekiso weekofyear weeks "
    "wk woy ww y year year_of_week yearday yearofweek yearofweekiso years yy yyyy".split()
)
"""The parts of a date that functions are asked for by name."""

COMPUTED_UNITS = frozenset({"postgres", "duckdb", "trino", "presto", "athena", "spark", "databricks", "redshift"})
"""Dialects in which the part of a date may be the value of a column."""


def span_of(node: exp.Expr) -> Span:
    """Where `node`, a name, stands in the text."""
    meta = node.meta
    try:
        start, end = meta["start"], meta["end"]
    except KeyError:
        return NOWHERE
    return NOWHERE if start is None or end is None else (start, end + 1)


def folder(dialect: str) -> Callable[[exp.Expr], str]:
    """What gives the name of an identifier as `dialect` stores it."""
    if fold("A", True, dialect) == fold("A", False, dialect) == "a":
        return _lower

    def folded(node: exp.Expr) -> str:
        return fold(node.name, bool(node.args.get("quoted")), dialect)

    return folded


def _lower(node: exp.Expr) -> str:
    name: str = node.args["this"] if node.__class__ is exp.Identifier else node.name
    return name.lower()


def children(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """The direct parts of `node` with the name of their argument."""
    for name, value in node.args.items():
        if isinstance(value, exp.Expr):
            yield name, value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, exp.Expr):
                    yield name, item


def parts_of(node: exp.Expr) -> list[exp.Expr]:
    """The direct parts of `node`."""
    return [part for _, part in children(node)]


def property_of(tree: exp.Expr, kind: type[exp.Expr]) -> exp.Expr | None:
    """The property of that kind that a statement gives what it makes; None if it gives none."""
    properties = tree.args.get("properties")
    found: exp.Expr | None = properties.find(kind) if properties is not None else None
    return found


def is_begun(tree: exp.Expr | None) -> bool:
    """Whether `tree` defines a function by several statements, of which it holds the first."""
    several = isinstance(tree, exp.Create) and tree.kind == "FUNCTION" and bool(tree.args.get("begin"))
    return several and tree is not None and not isinstance(tree.args.get("expression"), exp.Return)


def is_namespace(node: exp.Expr) -> bool:
    """Whether `node` is names and dots alone, as stands before a function."""
    while isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        node = node.this
    return isinstance(node, (exp.Identifier, exp.Column))
