"""Functions that take parts of a JSON value, a struct or a map: which value it is, and the ways into it.

Each dialect writes ways in its own manner: `'$.a.b'`, `'/a/b'`, `'{a,b}'`, or one key after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp, jsonpath
from sqlglot.errors import SqlglotError

from trackplan.sql.values import LENGTH, MEASURE

_BY_PATH = frozenset(
    "json_extract json_extract_string json_query json_value jsonb_path_query jsonb_path_query_array "  # noqa: SIM905
    "jsonb_path_query_first try_variant_get variant_get".split()
)
_BY_KEYS = frozenset(
    "element_at json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text "  # noqa: SIM905
    "jsonextractarrayraw jsonextractbool jsonextractfloat jsonextractint jsonextractraw jsonextractstring "
    "jsonextractuint map_extract map_extract_value tupleelement".split()
)
_ABOUT_PATH = frozenset({"json_exists", "json_keys", "json_type", "jsonb_path_exists"})
_ABOUT_KEYS = frozenset({"jsonextractkeys", "jsonhas", "jsonlength", "jsontype"})
_LENGTHS = frozenset({"json_array_length", "jsonb_array_length"})
_BY_ONE_KEY = frozenset(
    "simplejsonextractbool simplejsonextractfloat simplejsonextractint simplejsonextractraw simplejsonextractstring "  # noqa: SIM905
    "simplejsonhas visitparamextractbool visitparamextractfloat visitparamextractint visitparamextractraw "
    "visitparamextractstring visitparamhas".split()
)
_BY_SEVERAL = frozenset({"json_tuple", "object_pick"})
_TEMPLATES = frozenset({"from_json", "from_json_strict", "json_transform", "json_transform_strict"})
_BUILDERS = frozenset({"json_build_object", "jsonb_build_object", "object"})
_KNOWN = _BY_PATH | _BY_KEYS | _ABOUT_PATH | _ABOUT_KEYS | _LENGTHS | _BY_ONE_KEY | _BY_SEVERAL | _TEMPLATES
NAMES = _KNOWN | _BUILDERS
"""The functions that are known by name alone."""
_TAKING = (exp.JSONExtractArray, exp.JSONValueArray, exp.JSONValue, exp.GetIgnoreCase)
_ABOUT = (exp.JSONType, exp.JSONKeys)
CLASSES = (*_TAKING, *_ABOUT, exp.ArraySize, exp.Length, exp.FromJson)
"""Those that have a class, besides the operators."""
EXTRACTS = (exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar)
"""The operators, and the functions that the parser takes for them."""
_LISTS = (exp.Array, exp.ArrayFilter, exp.Transform, exp.Comprehension)
_BRACED = (exp.JSONBExtract, exp.JSONBExtractScalar)
_ELEMENTS = (exp.JSONPathWildcard, exp.JSONPathSlice)


class Way(NamedTuple):
    """The segments of a way into a value; with `cut`, what is taken lies somewhere below, or is only made of it."""

    path: list[str]
    cut: bool = False


ANYWHERE = Way([], cut=True)
"""A way that nobody knows."""


class Ways(NamedTuple):
    """The `value` that is read, the ways into it, and what else is given; `named` parts keep their names."""

    value: exp.Expr
    ways: list[Way]
    others: list[exp.Expr]
    named: bool = False


def ways_of(node: exp.Expr) -> Ways | None:
    """What a function takes of a JSON value; None for any other node."""
    if isinstance(node, EXTRACTS):
        return _extracted(node)
    if isinstance(node, exp.FromJson):
        return _transformed([node.this, node.expression])
    if isinstance(node, exp.ArraySize) or (isinstance(node, exp.Length) and isinstance(node.this, _LISTS)):
        return Ways(node.this, [Way([LENGTH], cut=True)], _reading([node.args.get("expression")]))
    if isinstance(node, exp.Length):
        return Ways(node.this, [Way([MEASURE], cut=True)], []) if isinstance(node.this, exp.Column) else None
    if isinstance(node, (*_TAKING, *_ABOUT)):
        given = node.args.get("path") or node.args.get("expression")
        way = Way([]) if given is None else way_of(given)
        return Ways(node.this, [_about(way) if isinstance(node, _ABOUT) else way], _reading([given]))
    if isinstance(node, exp.Lambda):
        return _arrow(node)
    if not isinstance(node, exp.Anonymous) or is_of_a_library(node) or not node.expressions:
        return None
    return _called(node.name.lower(), node.expressions)


def is_of_a_library(node: exp.Expr) -> bool:
    """Whether a function is called with a namespace in front, so that it is none of the database's own."""
    return isinstance(node.parent, exp.Dot) and node.arg_key == "expression"


def built_of(node: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]] | None:
    """The keys and values of a JSON object that a function builds; None for any other node."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in _BUILDERS or is_of_a_library(node):
        return None
    given = node.expressions
    return list(zip(given[::2], given[1::2], strict=True)) if len(given) % 2 == 0 else None


def way_of(node: exp.Expr) -> Way:
    """The way that an argument such as `'$.a.b'` describes."""
    if isinstance(node, exp.JSONPath):
        return _walked(node.expressions)
    return text_way(node.this) if isinstance(node, exp.Literal) and node.is_string else ANYWHERE


def text_way(text: str) -> Way:
    """The way that a text describes."""
    for mode in ("lax ", "strict "):
        text = text.removeprefix(mode)
    if text.startswith("$"):
        try:
            return _walked(jsonpath.parse(text).expressions)
        except SqlglotError:
            return ANYWHERE
    if text.startswith("/"):
        return _keys(text[1:].split("/")) if "~" not in text else ANYWHERE
    return Way([text]) if text and not set(text) & set("{}[]$,.*/") else ANYWHERE


def _extracted(node: exp.Expr) -> Ways | None:
    """`->`, `->>`, `#>`, `#>>`, `:` and the functions of the same meaning, some of which take several ways."""
    given, more = node.args.get("expression"), node.args.get("expressions") or []
    if not isinstance(given, exp.Expr):
        return None
    if isinstance(node, _BRACED):
        return Ways(node.this, [_braced(given)], _reading([given]))
    listed = given.expressions if isinstance(given, exp.Array) and not more else [given, *more]
    return Ways(node.this, [way_of(each) for each in listed], _reading(listed))


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


def _braced(node: exp.Expr) -> Way:
    """`'{a,b}'` or `ARRAY['a', 'b']`."""
    if isinstance(node, exp.Array):
        return _keys([e.this if isinstance(e, exp.Literal) and e.is_string else "" for e in node.expressions])
    text = node.this.strip() if isinstance(node, exp.Literal) and node.is_string else ""
    if not text.startswith("{") or not text.endswith("}") or set(text) & set("\"'\\"):
        return ANYWHERE
    return _keys([key.strip() for key in text[1:-1].split(",")])


def _called(name: str, given: Sequence[exp.Expr]) -> Ways | None:
    value, rest = given[0], list(given[1:])
    if name not in _KNOWN:
        return None
    if name in _TEMPLATES:
        return _transformed(given)
    if name in _BY_SEVERAL:
        return Ways(value, [_listed([key]) for key in rest], _reading(rest), named=name == "object_pick")
    if name in _BY_KEYS | _ABOUT_KEYS:
        way = _listed(rest)
    elif name in _BY_ONE_KEY:
        way = _listed(rest[:1])
    else:
        way = way_of(rest[0]) if rest else Way([])
    if name in _LENGTHS and not way.cut:
        way = Way([*way.path, LENGTH], cut=True)
    return Ways(value, [_about(way) if name in _ABOUT_PATH | _ABOUT_KEYS else way], _reading(rest))


def _about(way: Way) -> Way:
    return Way(way.path, cut=True)


def _transformed(given: Sequence[exp.Expr]) -> Ways | None:
    """A JSON value made into what a template says: `{"a": "INT", "b": {"c": "VARCHAR"}}`."""
    if len(given) != 2 or not isinstance(given[1], exp.Literal):
        return None
    try:
        template = json.loads(given[1].this)
    except (ValueError, RecursionError):
        return None
    return Ways(given[0], [Way(path) for path in _leaves(template, [])], [], named=True)


def _leaves(template: object, above: list[str]) -> Iterator[list[str]]:
    while isinstance(template, list) and len(template) == 1:
        template = template[0]
    if isinstance(template, dict) and template:
        for key, below in template.items():
            yield from _leaves(below, [*above, key])
    else:
        yield above


def _listed(nodes: Sequence[exp.Expr]) -> Way:
    """One key after the other; numbers are places in lists."""
    path: list[str] = []
    for node in nodes:
        if not isinstance(node, exp.Literal):
            return Way(path, cut=True)
        if node.is_string:
            path.append(node.this)
    return Way(path)


def _keys(keys: Sequence[str]) -> Way:
    """Keys of a text, where a number may be a place in a list or a key like any other."""
    path: list[str] = []
    for key in keys:
        if not key or key.lstrip("-").isdigit():
            return Way(path, cut=True)
        path.append(key)
    return Way(path)


def _walked(parts: Sequence[exp.Expr]) -> Way:
    """The steps of a JSON path: places in lists are none."""
    path: list[str] = []
    for part in parts:
        if isinstance(part, exp.JSONPathRoot):
            continue
        if isinstance(part, exp.JSONPathKey) and isinstance(part.this, str):
            if part.this == "*":
                return Way(path, cut=True)
            if part.this != "$":
                path.append(part.this)
        elif isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, str):
            path.append(part.this)
        elif not isinstance(part, exp.JSONPathSubscript) or not isinstance(part.this, (int, *_ELEMENTS)):
            return Way(path, cut=True)
    return Way(path)


def _reading(nodes: Sequence[exp.Expr | None]) -> list[exp.Expr]:
    """Those arguments that may read something themselves."""
    return [n for n in nodes if n is not None and not isinstance(n, (exp.Literal, exp.JSONPath))]
