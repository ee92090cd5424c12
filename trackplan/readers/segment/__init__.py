"""A Segment tracking plan (JSON of the Config API, the Public API, Typewriter, or bare rules) → plans with events.

What a plan says of every call (a rule of type COMMON, or `global`) goes where the call carries it: properties to every
event, traits to identify, context to `$context`. The context that a single event lists goes to `$context` too, since
all calls share it. Conditions (`if`, `anyOf` ...) are not judged: what any branch can carry is collected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from msgspec import structs

from trackplan import documents
from trackplan.errors import ReadError
from trackplan.facts.declared import Event, EventType, Field, Plan
from trackplan.readers.segment.rules import Rule, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.documents import Node
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
        gathered = Rules(rules)
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


def _events(rules: Iterable[Rule]) -> Iterator[Event]:
    """The events of the rules: context first, then the calls without a name, then the tracked events in order."""
    calls: dict[tuple[str, str], list[Rule]] = {}
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


def _event(versions: list[Rule], sections: Iterable[dict[str, Property]]) -> Event:
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
    return structs.replace(
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
