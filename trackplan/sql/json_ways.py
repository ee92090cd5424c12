"""Functions that take parts of a JSON value, a struct or a map: which value it is, and the ways into it.

Each dialect writes ways in its own manner: `'$.a.b'`, `'/a/b'`, `'{a,b}'`, or one key after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from trackplan.sql.json_paths import ANYWHERE, Way, braced, contained, keyed, listed, template, typed, way_of
from trackplan.sql.kinds import Kinds
from trackplan.sql.values import LENGTH, MEASURE

_BY_PATH = frozenset(
    "json_extract json_extract_string json_query json_value jsonb_extract jsonb_path_query "  # noqa: SIM905
    "jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz "
    "jsonb_path_query_tz try_variant_get variant_get".split()
)
_BY_KEYS = frozenset(
    "array_extract arrayelement element_at json_array_get json_extract_path json_extract_path_text "  # noqa: SIM905
    "jsonb_extract_path jsonb_extract_path_text jsonextractarrayraw jsonextractbool jsonextractfloat jsonextractint "
    "jsonextractraw jsonextractstring jsonextractuint list_element list_extract map_extract map_extract_value "
    "tupleelement".split()
)
_BY_KEYS_AND_TYPE = frozenset({"jsonextract"})
_ANY_CASE = "caseinsensitive"
_ABOUT_PATH = frozenset(
    "json_exists json_keys json_length json_path_exists json_size json_type jsonb_path_exists "  # noqa: SIM905
    "jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz".split()
)
_ABOUT_LATER = {"json_contains": 2, "json_contains_path": 2, "json_search": 4}
"""Those that are given paths after other arguments, and how many stand before them."""
_ABOUT_KEYS = frozenset({"jsonextractkeys", "jsonhas", "jsonlength", "jsontype"})
_HELD = (exp.JSONBContainsTopKey, exp.JSONBContainsAllTopKeys, exp.JSONBContainsAnyTopKeys)
_LENGTHS = frozenset({"json_array_length", "jsonb_array_length"})
_BY_ONE_KEY = frozenset(
    "simplejsonextractbool simplejsonextractfloat simplejsonextractint simplejsonextractraw simplejsonextractstring "  # noqa: SIM905
    "simplejsonhas visitparamextractbool visitparamextractfloat visitparamextractint visitparamextractraw "
    "visitparamextractstring visitparamhas".split()
)
_BY_SEVERAL = frozenset({"json_tuple", "object_pick"})
_TEMPLATES = frozenset({"from_json", "from_json_strict", "json_transform", "json_transform_strict"})
_BUILDERS = frozenset({"json_build_object", "jsonb_build_object", "object"})
_OTHERS = {"getsubcolumn", *_BY_KEYS_AND_TYPE, *_ABOUT_LATER}
_KNOWN = _OTHERS | _BY_PATH | _BY_KEYS | _ABOUT_PATH | _ABOUT_KEYS | _LENGTHS | _BY_ONE_KEY | _BY_SEVERAL | _TEMPLATES
NAMES = _KNOWN | _BUILDERS | {name + _ANY_CASE for name in _KNOWN if name.startswith("jsonextract")}
"""The functions that are known by name alone."""
_TAKING = (exp.JSONExtractArray, exp.JSONValueArray, exp.JSONValue, exp.GetIgnoreCase)
_ABOUT = (exp.JSONType, exp.JSONKeys, exp.JSONBPathExists)
CLASSES = (*_TAKING, *_ABOUT, *_HELD, exp.ArrayContainsAll, exp.ArraySize, exp.Length, exp.FromJson)
"""Those that have a class, besides the operators."""
EXTRACTS = (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
"""The operators, and the functions that the parser takes for them."""
_LISTS = (exp.Array, exp.ArrayFilter, exp.Transform, exp.Comprehension)
_BRACED = (exp.JSONBExtract, exp.JSONBExtractScalar)


class Ways(NamedTuple):
    """The `value` that is read, the ways into it, and what else is given; `named` parts keep their names."""

    value: exp.Expr
    ways: list[Way]
    others: list[exp.Expr]
    named: bool = False


def ways_of(node: exp.Expr) -> Ways | None:
    """What a function takes of a JSON value; None for any other node."""
    find = _FINDERS[node.__class__]
    found: Ways | None = find(node) if find is not None else None
    return found


def is_of_a_library(node: exp.Expr) -> bool:
    """Whether a function is called with a namespace in front, so that it is none of the database's own."""
    return isinstance(node.parent, exp.Dot) and node.arg_key == "expression"


def built_of(node: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]] | None:
    """The keys and values of a JSON object that a function builds; None for any other node."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in _BUILDERS or is_of_a_library(node):
        return None
    given = node.expressions
    return list(zip(given[::2], given[1::2], strict=True)) if len(given) % 2 == 0 else None


def _made(node: exp.Expr) -> Ways | None:
    return _transformed([node.this, node.expression])


def _measured(node: exp.Expr) -> Ways | None:
    if isinstance(node, exp.ArraySize) or isinstance(node.this, _LISTS):
        return Ways(node.this, [Way([LENGTH], cut=True)], _reading([node.args.get("expression")]))
    return Ways(node.this, [Way([MEASURE], cut=True)], []) if isinstance(node.this, exp.Column) else None


def _given(node: exp.Expr) -> Ways | None:
    given = node.args.get("path") or node.args.get("expression")
    way = Way([]) if given is None else way_of(given)
    return Ways(node.this, [_about(way) if isinstance(node, _ABOUT) else way], _reading([given]))


def _extracted(node: exp.Expr) -> Ways | None:
    """`->`, `->>`, `#>`, `#>>`, `:` and the functions of the same meaning, some of which take several ways."""
    given, more = node.args.get("expression"), node.args.get("expressions") or []
    if not isinstance(given, exp.Expr):
        return None
    if isinstance(node, _BRACED):
        return Ways(node.this, [braced(given)], _reading([given]))
    listed = given.expressions if isinstance(given, exp.Array) and not more else [given, *more]
    return Ways(node.this, [way_of(each) for each in listed], _reading(listed))


def _held(node: exp.Expr) -> Ways | None:
    """`value ? 'key'`, `value @> '{"key": …}'`: what the value is asked to hold."""
    asked = node.expression
    if isinstance(node, exp.ArrayContainsAll):
        text = asked.this if isinstance(asked, exp.Cast) else asked
        ways = contained(text.this) if isinstance(text, exp.Literal) and text.is_string else []
    else:
        keys = asked.expressions if isinstance(asked, exp.Array) else [asked]
        ways = [_about(listed([key])) for key in keys]
    return Ways(node.this, ways, _reading([asked])) if ways else None


def _arrow(node: exp.Lambda) -> Ways | None:
    """`payload -> 'key'` as an argument, which looks like a lambda to the parser."""
    steps: list[Way] = []
    body, names = node.this, node.expressions
    while isinstance(body, EXTRACTS) and isinstance(body.args.get("expression"), exp.Expr):
        steps.append(way_of(body.expression))
        body = body.this
    if len(names) != 1 or not isinstance(names[0], exp.Identifier) or not isinstance(body, exp.Literal):
        return None
    path: list[str] = []
    for way in (way_of(body), *reversed(steps)):
        path += way.path
        if way.cut:
            return Ways(names[0], [Way(path, cut=True)], [])
    return Ways(names[0], [Way(path)], [])


def _called(node: exp.Expr) -> Ways | None:
    name, given = node.name.lower().removesuffix(_ANY_CASE), node.expressions
    if name not in _KNOWN or not given or is_of_a_library(node):
        return None
    value, rest = given[0], list(given[1:])
    if name in _ABOUT_LATER:
        later = rest[_ABOUT_LATER[name] - 1 :]
        return Ways(value, [_about(way_of(each)) for each in later] or [ANYWHERE], _reading(rest))
    if name in _TEMPLATES:
        return _transformed(given)
    if name in _BY_SEVERAL:
        return Ways(value, [listed([key]) for key in rest], _reading(rest), named=name == "object_pick")
    if name in _BY_KEYS | _ABOUT_KEYS:
        way = listed(rest)
    elif name in _BY_KEYS_AND_TYPE:
        way = listed(rest[:-1])
    elif name == "getsubcolumn":
        way = keyed(rest[0].name.split(".")) if rest and isinstance(rest[0], exp.Literal) else ANYWHERE
    elif name in _BY_ONE_KEY:
        way = listed(rest[:1])
    else:
        way = way_of(rest[0]) if rest else Way([])
    if name in _LENGTHS and not way.cut:
        way = Way([*way.path, LENGTH], cut=True)
    return Ways(value, [_about(way) if name in _ABOUT_PATH | _ABOUT_KEYS else way], _reading(rest))


def _about(way: Way) -> Way:
    return Way(way.path, cut=True)


def _transformed(given: Sequence[exp.Expr]) -> Ways | None:
    """A JSON value made into what a template or a type says."""
    if len(given) != 2 or not isinstance(given[1], exp.Literal):
        return None
    ways = template(given[1].this) or typed(given[1].this)
    return Ways(given[0], ways, [], named=True) if ways else None


def _reading(nodes: Sequence[exp.Expr | None]) -> list[exp.Expr]:
    """Those arguments that may read something themselves."""
    return [n for n in nodes if n is not None and not isinstance(n, (exp.Literal, exp.JSONPath))]


_FINDERS = Kinds(
    (
        (EXTRACTS, _extracted),
        (exp.FromJson, _made),
        ((exp.ArraySize, exp.Length), _measured),
        ((*_TAKING, *_ABOUT), _given),
        ((*_HELD, exp.ArrayContainsAll), _held),
        (exp.Lambda, _arrow),
        (exp.Anonymous, _called),
    )
)
