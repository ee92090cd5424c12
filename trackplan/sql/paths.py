"""Ways into structs and JSON values: `col:a.b`, `col -> 'a'`, `json_extract(col, '$.a')`, `col.a`, `col['a']`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from trackplan.sql.json_paths import Way
from trackplan.sql.json_ways import CLASSES, EXTRACTS, ways_of
from trackplan.sql.kinds import Kinds
from trackplan.sql.values import MEASURE

_KEEPING = (
    exp.Paren,
    exp.Cast,
    exp.TryCast,
    exp.ParseJSON,
    exp.JSONFormat,
    exp.JSONStripNulls,
    exp.IgnoreNulls,
    exp.AnyValue,
    exp.ArrayFirst,
    exp.ArrayLast,
    exp.ArrayReverse,
    exp.Flatten,
    exp.StripNullValue,
    exp.ToArray,
    exp.ToVariant,
)
_OF_JSON = (*EXTRACTS, exp.ParseJSON)
"""What gives JSON: cast to a struct, its keys go by their names."""
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv)  # whose result is a position and no key
PARTS = (exp.Dot, exp.Bracket, exp.StructExtract, exp.GetExtract, *EXTRACTS, *CLASSES)
"""What takes a part of a value."""
SAME_STRUCTURE = (*_KEEPING, exp.Anonymous)
"""What may have the structure of its argument as a result, so that a path may go on through it."""
SAME_STRUCTURE_NAMES = frozenset(
    {
        "as_array",
        "as_object",
        "json_strip_nulls",
        "jsonb_strip_nulls",
        "list_reverse",
        "row_to_json",
        "to_array",
        "to_json",
        "to_jsonb",
        "to_object",
        "to_variant",
        "try_parse_json",
        "parse_json",
        "json",
        "json_parse",
        "to_json_string",
        "safe.parse_json",
    }
)
"""Functions of one argument whose result has its structure, that have no class of their own."""


class Members(NamedTuple):
    """How a dialect finds the members of a struct or map besides by their names.

    Where it casts one to another `by_name`, members keep their values, and not their positions. Where they are
    `numbered` (`pair.1`), those of one that is made of columns need not be called as these are. Where it is `indexed`
    as a list is, what a number stands for may be a member. Where a map can be `counted` as a list can, so are its keys.
    What goes by a name `of_maps` may be all keys of a map.
    """

    by_name: bool = False
    numbered: bool = False
    indexed: bool = False
    counted: bool = False
    of_maps: frozenset[str] = frozenset()


_MEMBERS = {
    "clickhouse": Members(numbered=True, of_maps=frozenset({"keys", "values"})),
    "duckdb": Members(by_name=True),
    **dict.fromkeys(("athena", "presto", "trino"), Members(numbered=True, indexed=True, counted=True)),
    **dict.fromkeys(("databricks", "spark"), Members(counted=True)),
}


_BY_NAME_ALONE = Members()


def members_in(dialect: str) -> Members:
    """How `dialect` finds the members of structs."""
    return _MEMBERS.get(dialect, _BY_NAME_ALONE)


@dataclass(slots=True)
class Access:
    """What is read (`base`), the segments of the way into it, and expressions met on the way (computed keys).

    `aggregate` tells that the way leads through an aggregate; `cut` that what is read is only somewhere below `path`.
    """

    base: exp.Expr
    path: list[str]
    computed: list[exp.Expr] = field(default_factory=list)
    aggregate: bool = False
    cut: bool = False


def access(node: exp.Expr, members: Members) -> Access:
    """Follow `node` down to what it reads from. The path is empty where the whole value is read.

    Array positions are no segments: the plan's `products.sku` is the SKU of every product. A computed key, a wildcard
    or a filter may be any key, so everything below it counts as read: the path ends before it.
    """
    segments: list[str] = []
    computed: list[exp.Expr] = []
    aggregate = cut = False
    while True:
        step: list[str] | None
        below = same_structure(node, by_name=members.by_name)
        if below is not None:
            aggregate = aggregate or isinstance(node, exp.AggFunc)
            node = below
            continue
        found = ways_of(node)
        if found is not None:
            if len(found.ways) != 1 or found.named or not isinstance(found.value, exp.Expr):
                return Access(node, segments, computed, aggregate, cut)
            (way,) = found.ways
            if members.counted and isinstance(node, exp.ArraySize) and not _is_list(node.this):
                way = Way([MEASURE] if isinstance(node.this, exp.Column) else [], cut=True)
            computed.extend(found.others)
            segments, cut = (way.path, True) if way.cut else (way.path + segments, cut)
            node = found.value
            continue
        if not isinstance(node.this, exp.Expr):
            # The parser lets a name begin or go on with nothing: `.a`, `a..b`.
            return Access(node, segments, computed, aggregate, cut)
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
            name = node.expression.name
            step = None if name in members.of_maps or (members.numbered and is_number(node.expression)) else [name]
        elif isinstance(node, exp.Bracket) and len(node.expressions) == 1:
            step = _key(node.expressions[0], computed)
            placed = members.indexed and segments and not step and not node.args.get("safe")
            step = None if placed and not _is_list(node.this) else step
        elif isinstance(node, (exp.StructExtract, exp.GetExtract)):
            step = _key(node.expression, computed)
            step = None if isinstance(node, exp.StructExtract) and not step else step
        else:
            return Access(node, segments, computed, aggregate, cut)
        cut = cut or step is None
        segments = [] if step is None else step + segments
        node = node.this


def same_structure(node: exp.Expr, *, by_name: bool) -> exp.Expr | None:
    """The argument of `node` where `node` keeps the argument's structure, else None."""
    find = _SAME[node.__class__]
    found: exp.Expr | None = find(node, by_name) if find is not None else None
    return found


def _cast(node: exp.Expr, by_name: bool) -> exp.Expr | None:
    if not by_name and _is_struct(node.args.get("to")):
        return node.this if isinstance(node.this, _OF_JSON) else None
    return _kept(node, by_name)


def _kept(node: exp.Expr, _: bool) -> exp.Expr | None:
    below = node.this
    return below if isinstance(below, exp.Expr) else None


def _called(node: exp.Expr, _: bool) -> exp.Expr | None:
    given = node.expressions
    named = len(given) == 1 and node.name.lower() in SAME_STRUCTURE_NAMES
    return given[0] if named and isinstance(given[0], exp.Expr) else None


_SAME = Kinds((((exp.Cast, exp.TryCast), _cast), (_KEEPING, _kept), (exp.Anonymous, _called)))


def _is_struct(node: exp.Expr | None) -> bool:
    return node is not None and any(t.this in exp.DataType.STRUCT_TYPES for t in node.find_all(exp.DataType))


def _is_list(node: exp.Expr) -> bool:
    kind = node.args.get("to") if isinstance(node, (exp.Cast, exp.TryCast)) else None
    made = isinstance(node, (exp.ArrayAgg, exp.ArrayFilter, exp.Transform))
    return made or (kind is not None and kind.this == exp.DType.ARRAY)


def _key(node: exp.Expr, computed: list[exp.Expr]) -> list[str] | None:
    if isinstance(node, exp.Literal):
        return [node.this] if node.is_string else []
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return []
    if isinstance(node, (exp.Slice, *_ARITHMETIC)):
        computed.append(node)
        return []
    computed.append(node)
    return None


def is_number(name: exp.Expr) -> bool:
    """Whether what stands behind a dot is a number: `pair.1`."""
    return isinstance(name, exp.Literal) or (not name.args.get("quoted") and name.name[:1].isdigit())


def is_static(node: exp.Expr) -> bool:
    """Whether `node` takes one part of what it reads, by a name that is written out: no position, no computed key."""
    if isinstance(node, exp.Dot):
        return isinstance(node.expression, exp.Identifier)
    if isinstance(node, (*EXTRACTS, exp.JSONValue)):
        found, positions = ways_of(node), node.find_all(exp.JSONPathSubscript)
        if found is None or any(isinstance(position.this, int) for position in positions):
            return False
        written = [
            text.this for text in found.others + list(node.find_all(exp.Literal)) if isinstance(text, exp.Literal)
        ]
        plain = not any("[" in str(text) for text in written) and not found.named
        return plain and len(found.ways) == 1 and bool(found.ways[0].path) and not found.ways[0].cut
    if not isinstance(node, (exp.Bracket, exp.StructExtract, exp.GetExtract)):
        return False
    keys = node.expressions if isinstance(node, exp.Bracket) else [node.expression]
    return len(keys) == 1 and bool(_key(keys[0], []))


def member(item: exp.Expr) -> tuple[str | None, exp.Expr | None, exp.Expr]:
    """One `name: value` of a struct or JSON object: its name if it has one, a key that is computed, the value.

    A bare column gives its own name.
    """
    if isinstance(item, (exp.PropertyEQ, exp.JSONKeyValue)):
        key, value = item.this, item.expression
        if isinstance(key, exp.Identifier) or (isinstance(key, exp.Literal) and key.is_string):
            return key.name, None, value
        return None, key if isinstance(key, exp.Expr) and not isinstance(key, exp.Literal) else None, value
    if isinstance(item, exp.Alias):
        return item.alias, None, item.this
    return item.name if isinstance(item, (exp.Column, exp.Dot)) else None, None, item
