"""A Segment tracking plan (JSON of the Config API, the Public API, Typewriter, or bare rules) → plans with events.

What a plan says of every call (a rule of type COMMON, or `global`) goes where the call carries it: properties to every
event, traits to identify, context to `$context`. The context that a single event lists goes to `$context` too, since
all calls share it. Conditions (`if`, `anyOf` ...) are not judged: what any branch can carry is collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from trackplan import documents
from trackplan.documents import Node, json_schema
from trackplan.errors import ReadError
from trackplan.facts.declared import Event, EventType, Field, Plan
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.documents.json_schema import Property

NAME = "segment"
KIND = "plan"

_CERTAIN = re.compile(
    r'"jsonSchema"\s*:|"resourceSchemaId"\s*:|"name"\s*:\s*"workspaces/[^"]*/tracking-plans/|'
    r'"rules"\s*:\s*\{\s*"events"\s*:'
)
_LIKELY = re.compile(r'"trackingPlans?"\s*:|"events"\s*:\s*\[[^]]*?"rules"\s*:', re.DOTALL)
_POSSIBLE = re.compile(r'"rules"\s*:\s*[\[{]')
_LIBRARIES = frozenset({"PROPERTY_LIBRARY", "RULE_LIBRARY", "TEMPLATE"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEVER = "0001-01-01"
_CALLS = ("identify", "group", "page", "screen")


@dataclass(frozen=True, slots=True)
class _Rule:
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


def detect(head: str, path: str) -> int:
    """Certain of JSON with a key that only Segment's interfaces have; else by the shape of the rules."""
    del path
    if head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return 0
    return next((3 - i for i, pattern in enumerate((_CERTAIN, _LIKELY, _POSSIBLE)) if pattern.search(head)), 0)


def read(text: str, path: str) -> Iterator[Plan]:
    """The plans of the file; libraries and templates are none. Raises `ReadError` with all its problems."""
    root = documents.read_json(text, path)
    plans = list(_plans(root))
    if all(rules is None for _, rules in plans):
        what = "this plan has no rules" if plans and plans[0][0].get("name") else "no rules of a tracking plan are here"
        raise documents.failure(root.place, what, "export the plan together with its rules, or the rules alone")
    for plan, rules in plans:
        if rules is None or plan.string("type").upper() in _LIBRARIES:
            continue
        gathered = _Rules(rules)
        if gathered.problems:
            raise ReadError(gathered.problems)
        named = plan.get("display_name") or plan.get("name")
        yield Plan(
            named.text.strip() if named else "",
            NAME,
            (named or plan).place,
            description=plan.string("description"),
            events=tuple(_events(gathered.rules)),
        )


def _plans(root: Node) -> Iterator[tuple[Node, Node | None]]:
    """Each plan of the file with its rules, out of whatever envelope they came in."""
    data = root.get("data") or root
    listed = data.get("trackingPlans")
    one = data.get("trackingPlan")
    if listed is not None:
        yield from ((plan, _holder(plan)) for plan in listed.elements())
    elif one is not None:
        yield one, _holder(one) or _holder(data)
    else:
        yield data, _holder(data)


def _holder(plan: Node) -> Node | None:
    """What holds the rules of a plan: a list, or a mapping with `events`."""
    if isinstance(plan.value, list):
        return plan
    rules = plan.get("rules")
    if rules is not None:
        return rules
    return plan if any(plan.get(key) is not None for key in ("events", "global", "identify", "group")) else None


class _Rules:
    """Gathers the rules of a plan in either form, and what is wrong with them."""

    def __init__(self, holder: Node) -> None:
        """Read a list of rules (Public API) or a mapping (Config API)."""
        self.rules: list[_Rule] = []
        self.problems: list[Problem] = []
        for node in holder.elements():
            self._listed(node)
        events = holder.get("events")
        for node in events.elements() if events is not None else ():
            name = node.get("name")
            self._add("track", name, node, node.get("rules"))
        for key in (*_CALLS, "global"):
            schema = holder.get(key)
            if schema is not None:
                place = holder.keys[key]
                self.rules.append(_Rule("common" if key == "global" else key, "", place, schema))
        for call in ("identify", "group"):
            traits = holder.get(f"{call}_traits")
            if traits is not None:
                self.rules.append(_trait_rule(call, traits))

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
            _Rule(
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


def _trait_rule(call: str, traits: Node) -> _Rule:
    """The old form of traits, a list of names or of mappings with a name, as the rule it amounts to."""
    schemas: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for node in traits.elements():
        name = node.get("name") or node.get("key") or node
        if isinstance(name.value, str):
            schemas[name.value] = node if isinstance(node.value, dict) else Node({}, node.place)
            keys[name.value] = name.place
    inner = Node({"properties": Node(schemas, traits.place, keys)}, traits.place, {"properties": traits.place})
    section = Node({"traits": inner}, traits.place, {"traits": traits.place})
    return _Rule(call, "", traits.place, Node({"properties": section}, traits.place, {"properties": traits.place}))


def _events(rules: Iterable[_Rule]) -> Iterator[Event]:
    """The events of the rules: context first, then the calls without a name, then the tracked events in order."""
    calls: dict[tuple[str, str], list[_Rule]] = {}
    for rule in rules:
        calls.setdefault((rule.type, rule.name), []).append(rule)
    common = [rule.sections() for rule in calls.pop(("common", ""), [])]
    events: dict[tuple[str, str], Event] = {}
    context: list[Property] = []
    for section in common:
        context.extend(_members(section, "context"))
    for key, versions in calls.items():
        versions.sort(key=lambda r: -r.version)
        sections = [rule.sections() for rule in versions]
        for section in sections:
            context.extend(_members(section, "context"))
            if key[0] not in ("identify", "group") and _members(section, "traits"):
                context.append(section["traits"])
        events[key] = _event(versions, [*sections, *common])
    if ("identify", "") not in events:
        traits = [p for section in common for p in _members(section, "traits")]
        if traits:
            events["identify", ""] = Event("$identify", "identify", traits[0].place, fields=_fields(traits))
    if context:
        yield Event("$context", "context", context[0].place, fields=_fields(context))
    yield from (e for e in events.values() if e.type in ("page", "screen") or (e.type != "track" and e.fields))
    yield from (e for e in events.values() if e.type == "track")


def _event(versions: list[_Rule], sections: Iterable[dict[str, Property]]) -> Event:
    """One event: the highest version says what it is for, all versions together what it carries."""
    rule = versions[0]
    kind = cast("EventType", rule.type)
    tags, owner = _labels([rule.schema])
    carried: list[Property] = []
    for section in sections:
        carried.extend(_members(section, "traits" if kind in ("identify", "group") else "properties"))
        if rule.lifted and kind in ("identify", "group"):
            carried.extend(_members(section, "properties"))
    return Event(
        name=rule.name if kind == "track" else f"${kind}",
        type=kind,
        place=rule.place,
        description=rule.description,
        owner=owner,
        status="deprecated" if rule.deprecated else "active",
        introduced=min((v.created for v in versions if v.created), default=None),
        tags=tags,
        fields=_fields(carried),
    )


def _members(section: dict[str, Property], name: str) -> tuple[Property, ...]:
    return section[name].members if name in section else ()


def _fields(properties: Iterable[Property]) -> tuple[Field, ...]:
    """The properties as fields; of those with one name, the first leads and the others add their members."""
    found: dict[str, Field] = {}
    for item in properties:
        field = _field(item)
        known = found.get(item.name)
        found[item.name] = field if known is None else _united(known, field)
    return tuple(found.values())


def _field(item: Property) -> Field:
    tags, owner = _labels(item.nodes)
    return Field(
        name=item.name,
        place=item.place,
        types=item.types,
        required=item.required,
        values=item.values,
        description=item.description,
        owner=owner,
        tags=tags,
        fields=_fields(item.members),
    )


def _united(first: Field, second: Field) -> Field:
    members = {f.name: f for f in first.fields}
    for field in second.fields:
        known = members.get(field.name)
        members[field.name] = field if known is None else _united(known, field)
    return replace(
        first,
        types=tuple(dict.fromkeys((*first.types, *second.types))) if first.types and second.types else (),
        description=first.description or second.description,
        values=None if first.values is None or second.values is None else (*first.values, *second.values),
        fields=tuple(members.values()),
    )


def _labels(schemas: Iterable[Node]) -> tuple[tuple[str, ...], str]:
    """The values of the labels as tags; the label `owner` is the owner."""
    tags: list[str] = []
    owner = ""
    for schema in schemas:
        labels = schema.get("labels")
        for name, node in labels.items() if labels is not None else ():
            if name.lower() == "owner":
                owner = owner or node.text
            elif node.text:
                tags.append(node.text)
    return tuple(dict.fromkeys(tags)), owner


def _date(text: str) -> str | None:
    """The day of a time stamp; None for no time and for the year 1, which stands for none."""
    return found.group() if (found := _DATE.match(text)) and found.group() != _NEVER else None
