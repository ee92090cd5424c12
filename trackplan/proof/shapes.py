"""The shape of a column's values: what DuckDB's types and the JSON in a column tell, as one small tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_KINDS = {
    "tinyint": "integer",
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "hugeint": "integer",
    "utinyint": "integer",
    "usmallint": "integer",
    "uinteger": "integer",
    "ubigint": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "varchar": "text",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamp",
    "struct": "struct",
    "list": "list",
    "array": "list",
    "map": "map",
    "enum": "enum",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` is integer, number, text, boolean, date, timestamp, json, struct, list, map or enum.

    `members` are a struct's or JSON object's by name; a list has one, named ''; a map has `key` and `value`.
    """

    kind: str
    members: tuple[tuple[str, Shape], ...] = ()
    values: tuple[str, ...] = ()

    def at(self, path: tuple[str, ...]) -> Shape:
        """Give the shape below `path`; lists take no segment. Raises KeyError where there is none."""
        shape = self
        while shape.kind == "list":
            shape = shape.members[0][1]
        return dict(shape.members)[path[0]].at(path[1:]) if path else self

    def paths(self) -> list[tuple[str, ...]]:
        """Give the path of every struct member and JSON key below, outermost first."""
        if self.kind == "list":
            return self.members[0][1].paths()
        if self.kind not in ("struct", "json"):
            return []
        return [(name, *rest) for name, member in self.members if name != "" for rest in [(), *member.paths()]]


def of_type(kind: Any) -> Shape:
    """Give the shape of a DuckDB type; a JSON column is `json` without members. Raises KeyError for other types."""
    if str(kind) == "JSON":
        return Shape("json")
    name = _KINDS[kind.id]
    if name in ("struct", "map"):
        return Shape(name, tuple((member, of_type(child)) for member, child in kind.children))
    if name == "list":
        return Shape(name, (("", of_type(kind.children[0][1])),))
    return Shape(name, values=tuple(kind.children[0][1])) if name == "enum" else Shape(name)


def of_json(declared: Any) -> Shape:
    """Give the shape that a case declares for a JSON value: a kind's name, a mapping of keys, or a list of one."""
    if isinstance(declared, dict):
        return Shape("json", tuple((key, of_json(value)) for key, value in declared.items()))
    if isinstance(declared, list):
        return Shape("list", (("", of_json(declared[0])),))
    return Shape(str(declared))


def seen(values: list[Any]) -> Shape:
    """Give the shape of decoded JSON values as they are found in a column."""
    filled = [value for value in values if value is not None]
    if filled and all(isinstance(value, dict) for value in filled):
        keys = list(dict.fromkeys(key for value in filled for key in value))
        return Shape("json", tuple((key, seen([value.get(key) for value in filled])) for key in keys))
    if filled and all(isinstance(value, list) for value in filled):
        return Shape("list", (("", seen([item for value in filled for item in value])),))
    for python, kind in ((bool, "boolean"), (int, "integer"), ((int, float), "number")):
        if filled and all(isinstance(value, python) for value in filled):
            return Shape(kind)
    return Shape("text")


def decode(value: Any, shape: Shape) -> Any:
    """Give a value read from DuckDB as plain data: JSON text decoded, structs and maps as dicts."""
    if value is None:
        return None
    if shape.kind == "json" and isinstance(value, str):
        return json.loads(value)
    if shape.kind == "list":
        return [decode(item, shape.members[0][1]) for item in value]
    if shape.kind == "struct":
        return {name: decode(value[name], member) for name, member in shape.members}
    return value
