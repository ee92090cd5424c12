"""trackplan's own tracking plan (YAML with the top key `trackplan`) → a plan with its events and fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from trackplan import documents
from trackplan.documents import Node
from trackplan.errors import ReadError
from trackplan.facts.declared import Event, EventType, Field, Plan, Sensitivity, Status
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "native"
KIND = "plan"

_TOP_KEY = re.compile(r"""^\ufeff?["']?trackplan["']?\s*:""", re.MULTILINE)
_FIRST_KEY = re.compile(r'\ufeff?\s*\{\s*"trackplan"\s*:')  # of JSON, which indents its keys
_EVENTS = re.compile(r"^events\s*:", re.MULTILINE)
_NOTHING = Node(None, Place(""))
# the calls that have no name of their own, and the key that holds their fields
_CALLS: tuple[tuple[EventType, str], ...] = (
    ("identify", "traits"),
    ("group", "traits"),
    ("page", "properties"),
    ("screen", "properties"),
)


class _Heritage(Struct, frozen=True):
    """What a field has from its event or parent unless it says otherwise."""

    owner: str
    introduced: str | None
    expires: str | None


def detect(head: str, path: str) -> int:
    """Certain of a file with the key `trackplan`; a YAML file with `events` alone may be one that lacks it."""
    if _TOP_KEY.search(head) or (path.endswith(".json") and _FIRST_KEY.match(head)):
        return 3
    return 1 if path.endswith((".yaml", ".yml")) and _EVENTS.search(head) else 0


def read(text: str, path: str) -> Iterator[Plan]:
    """The plan of the file. Raises `ReadError` with all its problems."""
    root = documents.read(text, path)
    version = root.get("trackplan")
    if version is not None and isinstance(version.value, int | float | str) and version.value != 1:
        message = f"this trackplan reads version 1 of plans, not {version.text}"
        raise ReadError([Problem(version.place, message, "write trackplan: 1")])
    problems = documents.check(root, "plan")
    if problems:
        raise ReadError(problems)
    plan = _Builder(root)
    events = tuple(plan.events())
    if plan.problems:
        raise ReadError(sorted(set(plan.problems), key=lambda p: p.place))
    yield Plan(root.string("name"), NAME, root.place, root.string("owner"), root.string("description"), events)


class _Builder:
    """Builds the events of one plan and gathers what is wrong across its parts."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.shared = dict((root.get("shared") or _NOTHING).items())
        self.problems: list[Problem] = []

    def events(self) -> Iterator[Event]:
        """Context first, then the calls without a name, then the tracked events in order."""
        context = self.root.get("context")
        if context is not None:
            owner = self.root.string("owner")
            fields = tuple(_fields(context, _Heritage(owner, None, None)))
            destinations = self.root.strings("destinations")
            place = self.root.keys["context"]
            yield Event("$context", "context", place, owner=owner, destinations=destinations, fields=fields)
        for call, key in _CALLS:
            if call in self.root.keys:
                yield self._event(f"${call}", call, self.root, call, key)
        events = self.root.get("events") or _NOTHING
        for name in events.keys:
            yield self._event(name, "track", events, name, "properties")

    def _event(self, name: str, kind: EventType, parent: Node, key: str, holder: str) -> Event:
        node = parent.get(key) or _NOTHING
        heritage = _heritage(node, _Heritage(self.root.string("owner"), None, None))
        destinations = node if "destinations" in node.keys else self.root
        return Event(
            name=name,
            type=kind,
            place=parent.keys[key],
            description=node.string("description"),
            owner=heritage.owner,
            status=_status(node),
            introduced=heritage.introduced,
            expires=heritage.expires,
            tags=node.strings("tags"),
            destinations=destinations.strings("destinations"),
            volume=cast("int | None", (node.get("volume") or _NOTHING).value),  # the schema wants a whole number
            fields=tuple(self._event_fields(name, node, holder, heritage)),
        )

    def _event_fields(self, event: str, node: Node, holder: str, heritage: _Heritage) -> Iterator[Field]:
        """Own fields first, then those of the included groups; a name that comes twice is a problem."""
        own = node.get(holder) or _NOTHING
        yield from _fields(own, heritage)
        origin = dict.fromkeys(own.keys, f"the {holder} of the event")
        for include in _listed(node.get("include")):
            group = self.shared.get(include.text)
            if group is None:
                hint = documents.did_you_mean(include.text, self.shared) or "define it under 'shared'"
                message = f"there is no shared group '{include.text}'"
                self.problems.append(Problem(include.place, message, hint, "reference"))
                continue
            for field in _fields(group, heritage):
                if field.name in origin:
                    message = f"'{event}' has '{field.name}' twice: by this group and by {origin[field.name]}"
                    hint = "rename it, or leave one of them out"
                    self.problems.append(Problem(include.place, message, hint, "duplicate"))
                else:
                    origin[field.name] = f"the group '{include.text}'"
                    yield field


def _fields(properties: Node, heritage: _Heritage) -> Iterator[Field]:
    for name, node in properties.items():
        own = _heritage(node, heritage)
        yield Field(
            name=name,
            place=properties.keys[name],
            types=_types(node),
            required=(node.get("required") or _NOTHING).value is True,
            values=_values(node),
            description=node.string("description"),
            owner=own.owner,
            sensitivity=cast("Sensitivity", node.string("sensitivity")),
            status=_status(node),
            introduced=own.introduced,
            expires=own.expires,
            tags=node.strings("tags"),
            columns=node.strings("column"),
            fields=tuple(_fields(_members(node), own)),
        )


def _members(node: Node) -> Node:
    """The properties within a property: its own, or those of the items of a list (of lists)."""
    while True:
        members = node.get("properties")
        if members is not None:
            return members
        items = node.get("items")
        if items is None:
            return _NOTHING
        node = items


def _types(node: Node) -> tuple[str, ...]:
    """JSON types without null; none where anything may come."""
    said = (node.text,) if isinstance(node.value, str) else node.strings("type")
    if not said and node.get("properties") is not None:
        said = ("object",)
    elif not said and node.get("items") is not None:
        said = ("array",)
    return () if "any" in said else tuple(t for t in said if t != "null")


def _values(node: Node) -> tuple[str, ...] | None:
    return tuple(n.text for n in _listed(node.get("enum"))) if node.get("enum") is not None else None


def _heritage(node: Node, above: _Heritage) -> _Heritage:
    return _Heritage(
        node.string("owner") or above.owner,
        node.string("introduced") or above.introduced,
        node.string("expires") or above.expires,
    )


def _status(node: Node) -> Status:
    return cast("Status", node.string("status") or "active")


def _listed(node: Node | None) -> list[Node]:
    """The items of a list, or the one scalar that stands for a list of one."""
    if node is None:
        return []
    return list(node.elements()) if isinstance(node.value, list) else [node]
