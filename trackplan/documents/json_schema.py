"""A JSON Schema as a Node → the properties that data of its shape can carry, in any of its branches."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from trackplan.documents.base import Node, failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.findings import Place

_VISITS = 200_000
_DEEPEST = 120
_ALWAYS = ("allOf",)
_SOMETIMES = ("anyOf", "oneOf", "if", "then", "else")
_ITEMS = ("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains")
_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}


class Property(Struct, frozen=True):
    """A property with all that any branch says of it.

    `types` are JSON types without null, empty where anything may come. `required` holds only where no condition is
    attached. `members` are what an object has, or the objects of a list. `nodes` are its schemas, first one first.
    """

    name: str
    place: Place
    types: tuple[str, ...] = ()
    required: bool = False
    values: tuple[str, ...] | None = None
    description: str = ""
    members: tuple[Property, ...] = ()
    nodes: tuple[Node, ...] = ()


def properties(schema: Node, root: Node) -> tuple[Property, ...]:
    """The properties of `schema`; its references point into `root`.

    A property whose schema is no schema (a list, a text) is left out; one that contains itself ends where it begins
    again. Raises `ReadError` where references multiply beyond all reason.
    """
    return _Walk(root).members(schema)


class _Walk:
    """One walk over a schema. `active` are the schemas that are being walked, so that cycles end."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.active: set[int] = set()
        self.visits = 0

    def members(self, schema: Node) -> tuple[Property, ...]:
        """The properties of an object, or of the objects in a list."""
        found: dict[str, Property] = {}
        for branch, certain in self._branches(schema, True):
            required = _required(branch) if certain else frozenset()
            for holder in ("properties", "patternProperties"):
                for name, node, place in _entries(branch.get(holder)):
                    here = self._property(name, node, place, required)
                    found[name] = _joined(found[name], here) if name in found else here
            for key in _ITEMS:
                for item in _schemas(branch.get(key)):
                    for inner in self.members(item):
                        optional = replace(inner, required=False)
                        found[inner.name] = _joined(found[inner.name], optional) if inner.name in found else inner
        return tuple(found.values())

    def _property(self, name: str, node: Node, place: Place, required: frozenset[str]) -> Property:
        types: list[str] = []
        values: list[str] | None = None
        text = ""
        nodes: list[Node] = []
        for branch, _ in self._branches(node, True):
            nodes.append(branch)
            types.extend(_types(branch))
            text = text or branch.string("description") or branch.string("title")
            allowed = _values(branch)
            values = [*(values or ()), *allowed] if allowed is not None else values
        return Property(
            name,
            place,
            () if "any" in types else tuple(dict.fromkeys(t for t in types if t != "null")),
            name in required or _says_required(node),
            tuple(dict.fromkeys(values)) if values is not None else None,
            text,
            self.members(node),
            tuple(nodes),
        )

    def _branches(self, schema: Node, certain: bool) -> Iterator[tuple[Node, bool]]:
        """The schema itself, then everything that it is put together from; whether it holds without a condition."""
        self.visits += 1
        if self.visits > _VISITS:
            raise failure(schema.place, "the references of this schema multiply beyond 200,000 schemas")
        if not isinstance(schema.value, dict) or id(schema) in self.active:
            return
        if len(self.active) >= _DEEPEST:
            raise failure(schema.place, f"this schema nests deeper than {_DEEPEST} levels")
        self.active.add(id(schema))
        try:
            yield schema, certain
            target = self._target(schema.string("$ref"))
            if target is not None:
                yield from self._branches(target, certain)
            for keys, sure in ((_ALWAYS, certain), (_SOMETIMES, False)):
                for key in keys:
                    for part in _schemas(schema.get(key)):
                        yield from self._branches(part, sure)
            for key in ("dependentSchemas", "dependencies"):
                for _, part, _ in _entries(schema.get(key)):
                    yield from self._branches(part, False)
        finally:
            self.active.discard(id(schema))

    def _target(self, reference: str) -> Node | None:
        """What a reference within the document points at; None where there is nothing, or it leads elsewhere."""
        if not reference.startswith("#"):
            return None
        node: Node | None = self.root
        for raw in unquote(reference[1:]).split("/")[1:]:
            segment = raw.replace("~1", "/").replace("~0", "~")
            if node is not None and isinstance(node.value, list):
                items = list(node.elements())
                node = items[int(segment)] if segment.isdecimal() and int(segment) < len(items) else None
            else:
                node = node.get(segment) if node is not None else None
        return node


def _joined(first: Property, second: Property) -> Property:
    """One property that two branches describe."""
    members = {m.name: m for m in first.members}
    for member in second.members:
        members[member.name] = _joined(members[member.name], member) if member.name in members else member
    free = first.values is None or second.values is None
    return replace(
        first,
        types=tuple(dict.fromkeys((*first.types, *second.types))),
        required=first.required or second.required,
        values=None if free else tuple(dict.fromkeys((*(first.values or ()), *(second.values or ())))),
        description=first.description or second.description,
        members=tuple(members.values()),
        nodes=(*first.nodes, *second.nodes),
    )


def _entries(holder: Node | None) -> Iterator[tuple[str, Node, Place]]:
    """The named schemas of a mapping; what is no schema is passed over, as is `false`, which nothing matches."""
    if holder is None:
        return
    for name, node in holder.items():
        if isinstance(node.value, dict) or node.value is True:
            yield name, node, holder.keys[name]


def _schemas(node: Node | None) -> Iterator[Node]:
    """The schema under a key, or each schema of the list there."""
    if node is not None:
        yield from node.elements() if isinstance(node.value, list) else (node,)


def _required(schema: Node) -> frozenset[str]:
    """The names that the schema requires, also where the list slipped in among its properties."""
    names = set(_texts(schema.get("required")))
    holder = schema.get("properties")
    return frozenset(names.union(_texts(holder.get("required")) if holder is not None else ()))


def _says_required(schema: Node) -> bool:
    """Whether a property says by itself that it is required; no JSON Schema, but often seen."""
    required = schema.get("required")
    return required is not None and required.value is True


def _texts(node: Node | None) -> Iterator[str]:
    if node is not None:
        yield from (n.value for n in node.elements() if isinstance(n.value, str))


def _types(schema: Node) -> tuple[str, ...]:
    said = schema.strings("type")
    if said:
        return said
    if schema.get("properties") is not None:
        return ("object",)
    if schema.get("items") is not None:
        return ("array",)
    return tuple(_NAMES[type(n.value)] for n in _allowed(schema) if type(n.value) in _NAMES)


def _values(schema: Node) -> tuple[str, ...] | None:
    if "enum" not in schema.keys and "const" not in schema.keys:
        return None
    return tuple(n.text for n in _allowed(schema) if isinstance(n.value, str | int | float))


def _allowed(schema: Node) -> Iterator[Node]:
    enum, const = schema.get("enum"), schema.get("const")
    if enum is not None:
        yield from enum.elements()
    if const is not None:
        yield const
