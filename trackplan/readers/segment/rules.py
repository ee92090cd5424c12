"""The rules of a Segment plan, in any of the forms in which its interfaces give them → one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents
from trackplan.documents import Node, json_schema
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from trackplan.documents.json_schema import Property

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEVER = "0001-01-01"
_CALLS = ("identify", "group", "page", "screen")
_TRAITS = ("identify_traits", "group_traits")
_FORM = "leave the export as Segment gives it"


class Rule(Struct, frozen=True):
    """One rule: the schema of a call; if `lifted`, of its properties alone, as Typewriter keeps it."""

    type: str
    name: str
    place: Place
    schema: Node
    description: str = ""
    version: float = 1
    created: str | None = None
    deprecated: bool = False
    lifted: bool = False

    def sections(self) -> dict[str, Property]:
        """What the call can carry: `properties`, `traits` and `context`, each with its members."""
        found = json_schema.properties(self.schema, self.schema)
        if self.lifted:
            return {"properties": json_schema.Property("properties", self.place, members=found)}
        return {p.name: p for p in found}


class Rules:
    """Gathers the rules of a plan in either form, and what is wrong with them."""

    def __init__(self, holder: Node) -> None:
        """Read a list of rules (Public API) or a mapping (Config API)."""
        self.rules: list[Rule] = []
        self.problems: list[Problem] = []
        if isinstance(holder.value, dict):
            self._mapped(holder)
        elif self._is(holder, list, "rules"):
            for node in holder.elements():
                self._listed(node)

    def _mapped(self, holder: Node) -> None:
        known = ("events", *_CALLS, "global", *_TRAITS)
        if holder.keys and not any(key in holder.keys for key in known):
            key, place = next(iter(holder.keys.items()))
            hint = documents.did_you_mean(key, known)
            self.problems.append(Problem(place, f"these are no rules of a tracking plan: '{key}' is not known", hint))
        for node in self._members(holder, "events"):
            self._add("track", node.get("name"), node, node.get("rules"))
        for key in (*_CALLS, "global"):
            schema = holder.get(key)
            if schema is not None and self._is(schema, dict, key):
                place = holder.keys[key]
                self.rules.append(Rule("common" if key == "global" else key, "", place, schema))
        for key in _TRAITS:
            traits = self._members(holder, key)
            if traits:
                self.rules.append(_trait_rule(key.removesuffix("_traits"), holder.keys[key], traits))

    def _members(self, holder: Node, key: str) -> list[Node]:
        """The items of the list under `key`, if it is there, and is one."""
        node = holder.get(key)
        return list(node.elements()) if node is not None and self._is(node, list, key) else []

    def _is(self, node: Node, wanted: type, key: str) -> bool:
        """Whether a value is a list or mapping, as it must be; else that is a problem."""
        if isinstance(node.value, wanted):
            return True
        what = "a list" if wanted is list else "a mapping that holds a JSON Schema"
        self.problems.append(Problem(node.place, f"'{key}' must be {what}", _FORM))
        return False

    def _listed(self, node: Node) -> None:
        schema = node.get("jsonSchema") or node.get("json_schema")
        metadata = schema.get("eventMetadata") if schema is not None else None
        said = node.get("type") or (metadata.get("type") if metadata is not None else None)
        kind = said.text.lower() if said is not None else "track"
        if said is not None and kind not in {"track", "common", *_CALLS}:
            hint = documents.did_you_mean(kind.upper(), ["TRACK", "COMMON", *(c.upper() for c in _CALLS)])
            self.problems.append(Problem(said.place, f"there is no type of rule '{said.text}'", hint))
            return
        name = (metadata.get("name") if metadata is not None else None) or node.get("key")
        self._add(kind, name, node, schema, lifted=metadata is not None)

    def _add(self, kind: str, name: Node | None, node: Node, schema: Node | None, lifted: bool = False) -> None:
        if schema is None or not isinstance(schema.value, dict):
            self.problems.append(Problem(node.place, "this rule has no schema", "give it a JSON Schema"))
            return
        if kind == "track" and (name is None or not name.text):
            self.problems.append(Problem(node.place, "this rule names no event", "give it the name of its event"))
            return
        version = node.get("version")
        self.rules.append(
            Rule(
                kind,
                name.text if name is not None and kind == "track" else "",
                name.place if name is not None else node.place,
                schema,
                node.string("description") or schema.string("description"),
                version.value if version is not None and isinstance(version.value, int | float) else 1,
                _date(node.string("createdAt")),
                _date(node.string("deprecatedAt")) is not None,
                lifted,
            )
        )


def _trait_rule(call: str, place: Place, traits: list[Node]) -> Rule:
    """The old form of traits, a list of names or of mappings with a name, as the rule it amounts to."""
    schemas: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for node in traits:
        name = node.get("name") or node.get("key") or node
        if isinstance(name.value, str):
            schemas[name.value] = node if isinstance(node.value, dict) else Node({}, node.place)
            keys[name.value] = name.place
    inner = Node({"properties": Node(schemas, place, keys)}, place, {"properties": place})
    section = Node({"traits": inner}, place, {"traits": place})
    return Rule(call, "", place, Node({"properties": section}, place, {"properties": place}))


def _date(text: str) -> str | None:
    """The day of a time stamp; None for no time and for the year 1, which stands for none."""
    return found.group() if (found := _DATE.match(text)) and found.group() != _NEVER else None
