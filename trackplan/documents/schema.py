"""A document against its JSON Schema → every problem at its place, in words for people."""

from __future__ import annotations

import datetime
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from trackplan import resources
from trackplan.documents.base import Node, did_you_mean, plain
from trackplan.findings import Place, Problem
from trackplan.names import expand, split_id
from trackplan.names import plain as plain_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WORDS = {
    "string": "text",
    "object": "a mapping (key: value)",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_SWITCHES = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_EXAMPLE_WIDTH = 80
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check(node: Node, schema_name: str) -> list[Problem]:
    """All the ways in which `node` breaks `schemas/<schema_name>.schema.json`, sorted by place, each one once.

    Most documents are right, and a quick validator says so; the thorough one is asked what is wrong with the others.
    """
    value = plain(node)
    try:
        if _quick(schema_name).is_valid(value):
            return []
    except (ValueError, OverflowError, RecursionError):
        pass  # a number or text that it cannot take
    try:
        problems = {p for error in _thorough(schema_name).iter_errors(value) for p in _problems(error, node)}
    except RecursionError:  # the validator takes several frames per level; how many are free depends on the caller
        return [Problem(node.place, "the nesting is too deep to be checked")]
    return sorted(problems, key=lambda p: (p.place, p.message))


@cache
def _schema(schema_name: str) -> Any:
    path = resources.folder("schemas") / f"{schema_name}.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _quick(schema_name: str) -> Any:
    import jsonschema_rs

    formats = {name: _fits(parse) for name, parse in _FORMATS.items()}
    return jsonschema_rs.Draft202012Validator(_schema(schema_name), formats=formats, validate_formats=True)


@cache
def _thorough(schema_name: str) -> Any:
    import jsonschema  # slow to import, and few runs need it

    schema = _schema(schema_name)
    formats = jsonschema.FormatChecker(formats=())
    for name, parse in _FORMATS.items():
        formats.checks(name, raises=ValueError)(_accepts(parse))
    return jsonschema.Draft202012Validator(_inlined(schema, schema.get("$defs", {}), ()), format_checker=formats)


def _inlined(schema: Any, definitions: Any, inside: tuple[str, ...]) -> Any:
    """`schema` with references replaced by what they name, except within themselves: following one takes longest."""
    if isinstance(schema, list):
        return [_inlined(item, definitions, inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name and name not in inside and not _recursive(name, definitions):
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined({**definitions[name], **rest}, definitions, (*inside, name))
    return {key: value if key == "examples" else _inlined(value, definitions, inside) for key, value in schema.items()}


def _recursive(name: str, definitions: Any) -> bool:
    """Whether a definition leads back to itself."""
    seen: set[str] = set()
    pending = [name]
    while pending:
        named = re.findall(r'"#/\$defs/([^"]*)"', json.dumps(definitions[pending.pop()]))
        if name in named:
            return True
        pending.extend(set(named) - seen)
        seen.update(named)
    return False


def _accepts(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def accepted(value: object) -> bool:
        return not isinstance(value, str) or parse(value) is not None

    return accepted


def _fits(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        try:
            return parse(value) is not None
        except ValueError:
            return False

    return fits


def _date(text: str) -> datetime.date:
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{text}' is not a date like 2026-01-31")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no day {text}") from error


_FORMATS: dict[str, Callable[[str], object]] = {"date": _date, "id": split_id, "selector": expand, "subject": plain_id}


def _problems(error: Any, root: Node) -> Iterator[Problem]:
    """The problems that one error of the validator stands for."""
    node, name, key_place = _locate(error.absolute_path, root)
    place = node.place
    if list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]:
        yield _bad_name(error, node)
        return
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            yield from _unknown_keys(error.schema, node, name)
        case "required":
            for key in error.validator_value:
                if key not in node.keys:
                    yield Problem(place, f"{_subject(name)}lacks the key '{key}'", _about(error.schema, key))
        case "anyOf" | "oneOf":
            yield from _branches(error, root, node, name, key_place)
        case "type":
            yield _wrong_type(error.schema, _type_words(error.validator_value), node, name, key_place)
        case "enum":
            known = [_show(value) for value in error.validator_value]
            yield Problem(place, f"{_subject(name)}cannot be '{_text(node)}'", did_you_mean(_text(node), known))
        case "const":
            yield Problem(place, f"{_subject(name)}must be {_show(error.validator_value)}, not {_text(node)}")
        case "format":
            sentence = str(error.cause) if error.cause else "this is not valid"
            yield Problem(place, sentence, _described(error.schema))
        case "minProperties" | "minItems" | "minLength":
            yield Problem(place, f"{_subject(name)}is empty", _described(error.schema))
        case "uniqueItems":
            yield Problem(place, f"{_subject(name)}names something twice", "keep each item once", "duplicate")
        case _:
            yield Problem(place, f"{_subject(name)}cannot be '{_text(node)}'", _described(error.schema))


def _locate(path: Iterable[str | int], root: Node) -> tuple[Node, str, Place | None]:
    """The node at `path`, the key that it stands under ('' for an item of a list), and that key's place."""
    node, name, place = root, "", None
    for step in path:
        if isinstance(node.value, dict):
            place = node.keys[str(step)]
            node, name = node.value[str(step)], str(step)
        elif isinstance(node.value, list):
            node, name, place = node.value[int(step)], "", None
    return node, name, place


def _unknown_keys(schema: Any, node: Node, name: str) -> Iterator[Problem]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    where = f" in '{name}'" if name else ""
    for key, place in node.keys.items():
        if key not in known and not any(re.search(p, key) for p in patterns):
            yield Problem(place, f"the key '{key}' is not known{where}", did_you_mean(key, known))


def _bad_name(error: Any, node: Node) -> Problem:
    """A name that a mapping may not use as a key; the validator tells it as the instance."""
    key = str(error.instance)
    what = f"the name '{key}' cannot be used here" if key else "the name is empty"
    return Problem(node.keys.get(key, node.place), what, _described(error.schema))


def _branches(error: Any, root: Node, node: Node, name: str, key_place: Place | None) -> Iterator[Problem]:
    """Errors of the alternative that fits the value's type; where none does, which shapes are expected."""
    branches: dict[int, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [errors for errors in branches.values() if not any(e.validator == "type" and not e.path for e in errors)]
    if fitting:
        for inner in min(fitting, key=lambda errors: (_shallowest(errors), len(errors))):
            yield from _problems(inner, root)
        return
    types = [e.validator_value for errors in branches.values() for e in errors if e.validator == "type" and not e.path]
    yield _wrong_type(error.schema, _type_words(types), node, name, key_place)


def _shallowest(errors: list[Any]) -> int:
    """The deeper the first error lies, the more of the alternative fits."""
    return -min(len(e.path) for e in errors)


def _wrong_type(schema: Any, expected: str, node: Node, name: str, key_place: Place | None) -> Problem:
    place = node.place
    if node.value is None:
        return Problem(key_place or place, f"{_subject(name)}has no value; {expected} is expected", _described(schema))
    hint = _described(schema)
    if "true or false" in expected and node.text.lower() in _SWITCHES:
        hint = f"write {_SWITCHES[node.text.lower()]} instead of {node.text}"
    elif expected == "text" and isinstance(node.value, bool | int | float) and schema.get("format") != "date":
        hint = f'put it in quotes: "{node.text}"'
    return Problem(place, f"{_subject(name)}should be {expected}, but this is {_actual(node)}", hint)


def _type_words(types: Any) -> str:
    flat: list[str] = []
    for item in types if isinstance(types, list) else [types]:
        flat.extend(item if isinstance(item, list) else [item])
    words = list(dict.fromkeys(_WORDS[t] for t in flat if t != "null" or len(flat) == 1))
    return " or ".join(words)


def _actual(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a mapping (key: value)"
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, str):
        return f"the text '{_text(node)}'"
    return f"{'the number ' if not isinstance(node.value, bool) else ''}{_text(node)}"


def _described(schema: Any) -> str:
    """What the schema says about a value, with its first example."""
    text = str(schema.get("description", "")) if isinstance(schema, dict) else ""
    if not text[1:2].isupper():
        text = text[:1].lower() + text[1:]
    examples = schema.get("examples", []) if isinstance(schema, dict) else []
    example = next((f"for example: {_show(e)}" for e in examples if len(_show(e)) <= _EXAMPLE_WIDTH), "")
    return "; ".join(part for part in (text.rstrip("."), example) if part)


def _about(schema: Any, key: str) -> str:
    return _described(schema.get("properties", {}).get(key, {}))


def _show(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(node: Node) -> str:
    text = node.text if not isinstance(node.value, dict | list) else "this"
    return text if len(text) <= 60 else text[:57] + "..."


def _subject(name: str) -> str:
    return f"'{name}' " if name else "this "
