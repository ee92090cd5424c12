"""Table functions that take a value apart: which columns their rows have, and what each of them is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.json_paths import Way, text_way, way_of
from trackplan.sql.json_ways import EXTRACTS
from trackplan.sql.shapes import SPREADS_MAPS
from trackplan.sql.values import lengths, parts, taken

if TYPE_CHECKING:
    from trackplan.sql.expressions import Walker
    from trackplan.sql.records import Reference

_ELEMENTS = frozenset(
    {"json_array_elements", "json_array_elements_text", "jsonb_array_elements", "jsonb_array_elements_text"}
)
_OBJECTS = frozenset({"json_each", "json_tree", "openjson"})
_RECORDS = frozenset({"json_to_record", "json_to_recordset", "jsonb_to_record", "jsonb_to_recordset"})
UNPACKING = _ELEMENTS | _OBJECTS | _RECORDS | {"json_tuple"}
"""Those that are known by name alone."""
_ROWS_OF_JSON = frozenset({"athena", "presto", "trino"})


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The list of whose `elements` there is a row each, the `names` of the columns, and what is known of them.

    What is asked for by another name is anything in the list; if `structured`, it is that member of an element.
    """

    elements: list[Reference]
    names: tuple[str, ...] = ()
    each: dict[str, list[Reference]] = field(default_factory=dict)
    closed: bool = False
    structured: bool = False


def unpacked(walker: Walker, node: exp.Expr, alias: str, columns: tuple[str, ...]) -> Unpacked | None:
    """What the table function `node` gives under these names; None where it is none of those that are known."""
    function = node.this if isinstance(node, (exp.Table, exp.Lateral, exp.TableFromRows)) else node
    dialect = walker.compiler.dialect
    if isinstance(function, exp.JSONTable):
        return _table(walker, function, columns)
    if isinstance(function, exp.OpenJSON) and function.expressions:
        return _opened(walker, function, columns)
    if isinstance(function, exp.Unnest):
        return _cast(walker, function, columns) if dialect in _ROWS_OF_JSON else None
    if isinstance(function, (exp.Explode, exp.Inline)):
        return _flat(walker, function) if dialect == "snowflake" else _exploded(walker, function, columns, dialect)
    if isinstance(function, (exp.Anonymous, exp.OpenJSON)):
        return _called(walker, node, function, alias, columns)
    return None


def _called(
    walker: Walker, node: exp.Expr, function: exp.Expr, alias: str, columns: tuple[str, ...]
) -> Unpacked | None:
    opened = isinstance(function, exp.OpenJSON)
    name = "openjson" if opened else function.name.lower()
    given = [function.this, function.args.get("path")] if opened else function.expressions
    if name not in UNPACKING or not given:
        return None
    made = walker.refs(given[0], "output")
    if name in _ELEMENTS:
        names = columns or ("value",)
        counted = {other.lower(): list(lengths(made, "output")) for other in names[1:]}
        return Unpacked(made, names, {**counted, names[0].lower(): made, **({} if columns else {alias: made})})
    if name == "json_tuple":
        names = columns or tuple(f"c{n}" for n in range(len(given) - 1))
        ways = [Way([key.this]) if isinstance(key, exp.Literal) else Way([], cut=True) for key in given[1:]]
        return _named(made, names, ways) if len(names) == len(ways) else None
    if name in _RECORDS:
        return _record(walker, node, made)
    way = _way(given[1] if len(given) > 1 else None, [])
    return Unpacked(list(taken(_at(made, way), "output", "")))


def _way(path: object, otherwise: list[str]) -> Way:
    """The way that an argument describes, if it is given."""
    return way_of(path) if isinstance(path, exp.Expr) else Way(otherwise)


def _named(made: list[Reference], names: Sequence[str], ways: Sequence[Way]) -> Unpacked:
    each = {name.lower(): _at(made, way) for name, way in zip(names, ways, strict=True)}
    return Unpacked(made, tuple(names), each, closed=True)


def _at(made: Sequence[Reference], way: Way) -> list[Reference]:
    found = parts(made, ".".join(way.path))
    return list(taken(found, "output", "") if way.cut else found)


def _record(walker: Walker, node: exp.Expr, made: list[Reference]) -> Unpacked | None:
    """`AS r(a int, b text)`: columns are called as keys are."""
    alias = node.args.get("alias")
    listed = (alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None) or ()
    columns = [column.this for column in listed if isinstance(column, exp.ColumnDef)]
    names = [walker.compiler.fold(column) for column in columns if isinstance(column, exp.Identifier)]
    return _named(made, names, [Way([name]) for name in names]) if names and len(names) == len(listed) else None


def _table(walker: Walker, node: exp.JSONTable, columns: tuple[str, ...]) -> Unpacked | None:
    """`JSON_TABLE(value, '$.items[*]' COLUMNS (…))`."""
    path, schema = node.args.get("path"), node.args.get("schema")
    rows = _at(walker.refs(node.this, "output"), _way(path, []))
    found = list(_columns(rows, schema)) if isinstance(schema, exp.Expr) else []
    return _listed(walker, rows, found, columns)


def _columns(rows: Sequence[Reference], schema: exp.Expr) -> Iterator[tuple[exp.Expr, list[Reference]]]:
    for column in schema.expressions:
        path, nested = column.args.get("path"), column.args.get("nested_schema")
        if isinstance(nested, exp.Expr):
            yield from _columns(_at(rows, way_of(path) if isinstance(path, exp.Expr) else Way([], cut=True)), nested)
        elif column.args.get("ordinality"):
            yield column.this, list(lengths(rows, "output"))
        else:
            yield column.this, _at(rows, _way(path, [column.name]))


def _opened(walker: Walker, node: exp.OpenJSON, columns: tuple[str, ...]) -> Unpacked | None:
    """`OPENJSON(value, '$.items') WITH (…)`."""
    path = node.args.get("path")
    rows = _at(walker.refs(node.this, "output"), _way(path, []))
    ways = [(column.this, column.args.get("path"), column.name) for column in node.expressions]
    found = [(name, _at(rows, _way(way, [key]))) for name, way, key in ways]
    return _listed(walker, rows, found, columns)


def _listed(
    walker: Walker, rows: list[Reference], found: list[tuple[exp.Expr, list[Reference]]], columns: tuple[str, ...]
) -> Unpacked | None:
    given = [walker.compiler.fold(name) if isinstance(name, exp.Identifier) else "" for name, _ in found]
    names = (*columns, *given[len(columns) :])
    if not all(names) or len({name.lower() for name in names}) != len(found):
        return None
    each = {name.lower(): refs for name, (_, refs) in zip(names, found, strict=True)}
    return Unpacked(rows, names, each, closed=True)


def _cast(walker: Walker, node: exp.Unnest, columns: tuple[str, ...]) -> Unpacked | None:
    """`UNNEST(CAST(json AS ARRAY(JSON)))`, or of rows, whose fields are called as keys are."""
    given = node.expressions[0] if len(node.expressions) == 1 else None
    kind = given.args.get("to") if isinstance(given, (exp.Cast, exp.TryCast)) else None
    if kind is None or given is None or kind.this != exp.DType.ARRAY or len(kind.expressions) != 1:
        return None
    if not isinstance(given.this, (*EXTRACTS, exp.ParseJSON)):
        return None
    made, element = walker.refs(given.this, "output"), kind.expressions[0]
    counted = list(lengths(made, "output"))
    if not isinstance(element, exp.DataType) or element.this == exp.DType.MAP or not columns:
        return None
    if element.this not in exp.DataType.STRUCT_TYPES:
        return Unpacked(
            made, columns, {**dict.fromkeys((c.lower() for c in columns), counted), columns[0].lower(): made}
        )
    fields = [field.name for field in element.expressions if isinstance(field, exp.ColumnDef)]
    if len(fields) != len(element.expressions) or len(columns) < len(fields):
        return None
    found = _named(made, columns[: len(fields)], [Way([field]) for field in fields])
    each = {**dict.fromkeys((c.lower() for c in columns), counted), **found.each}
    return replace(found, names=columns, each=each)


def _exploded(
    walker: Walker, node: exp.Explode | exp.Inline, columns: tuple[str, ...], dialect: str
) -> Unpacked | None:
    """The elements of a list: a map has one column more."""
    if dialect not in SPREADS_MAPS:
        return None
    if isinstance(node, exp.Inline):
        return None if columns else Unpacked(walker.refs(node.this, "output"), structured=True)
    if len(columns) != (2 if isinstance(node, exp.Posexplode) else 1):
        return None
    made = walker.refs(node.this, "output")
    counted = {name.lower(): list(lengths(made, "output")) for name in columns[:-1]}
    return Unpacked(made, columns, {**counted, columns[-1].lower(): made})


def _flat(walker: Walker, node: exp.Expr) -> Unpacked | None:
    """`FLATTEN(INPUT => value, PATH => 'items')`: of a list, or of all that is in an object."""
    given = {"input": node.this} if not isinstance(node.this, exp.Kwarg) else {}
    given |= {
        arg.this.name.lower(): arg.expression for arg in (node.this, *node.expressions) if isinstance(arg, exp.Kwarg)
    }
    path, mode = given.get("path"), given.get("mode")
    if "input" not in given or not given.keys() <= {"input", "path", "mode", "outer"}:
        return None
    made = walker.refs(given["input"], "output")
    if path is not None:
        made = _at(made, text_way(f"$.{path.name}") if isinstance(path, exp.Literal) else Way([], cut=True))
    if mode is None or mode.name.upper() != "ARRAY":
        return Unpacked(list(taken(made, "output", "")))
    counted = list(lengths(made, "output"))
    return Unpacked(made, (), {"value": made, "index": counted, "seq": counted, "key": counted})
