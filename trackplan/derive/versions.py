"""An event as a plan declares it, and its fields as rows in a small base whose large one may have others of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.derive import plans
from trackplan.errors import TooMuchError
from trackplan.names import field_id

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase, Row
    from trackplan.facts.declared import Event, Field, Plan

Path = tuple[str, ...]


class Version(Struct, frozen=True):
    """An event, as a plan declares it."""

    plan: Plan
    event: Event

    @property
    def id(self) -> str:
        """The id of the event."""
        return field_id(self.plan.name, self.event.name, ())

    def fields(self) -> Iterator[tuple[Field, Path]]:
        """Its fields with their paths, each before what is in it."""
        pending: list[tuple[Field, Path]] = [(field, (field.name,)) for field in reversed(self.event.fields)]
        while pending:
            item, path = pending.pop()
            yield item, path
            pending.extend((inner, (*path, inner.name)) for inner in reversed(item.fields))

    @property
    def paths(self) -> list[Path]:
        """The paths of its fields."""
        return [path for _, path in self.fields()]


class Alike(Struct):
    """Events in a small base that has nothing but what plans say of them, by their ids."""

    base: FactBase
    ids: Collection[str]

    def wants(self, version: Version) -> bool:
        """Whether the event is in the base."""
        return version.id in self.ids

    def rebuild(self, version: Version) -> None:
        """Let the fields of an event be what somebody declares."""
        base = self.base
        event = next(base.fetch("SELECT key, place FROM event WHERE id = :id", {"id": version.id}))
        for table, column in (("field_tag", "field"), ("field", "key")):
            base.run(f"DELETE FROM {table} WHERE {column} IN ({_OF_EVENT})", {"event": event[0]})  # noqa: S608
        write(base, version, numbered(base, version), event)

    def judge(self) -> None:
        """Nothing follows."""


def numbered(base: FactBase, version: Version) -> dict[Path, int]:
    """The keys of the fields of an event: those that they have, and others between these."""
    known = {str(id_): int(str(key)) for id_, key in base.fetch(_NUMBERED, {"id": version.id})}
    found: dict[Path, int] = {}
    last, waiting = min(known.values()) - plans.GAP, list[Path]()
    for path in (*version.paths, ()):
        key = known.get(field_id(version.plan.name, version.event.name, path)) if path else None
        end = key if key is not None else max(known.values()) + plans.GAP
        if key is None and path:
            waiting.append(path)
            continue
        for nth, each in enumerate(waiting, 1):
            found[each] = last + (end - last) * nth // (len(waiting) + 1)
        waiting.clear()
        if path:
            found[path] = last = end
    numbers = [found[path] for path in version.paths]
    if numbers != sorted(set(numbers)) or len(found) != len(version.paths):  # another order, or said twice
        raise TooMuchError
    return found


def write(base: FactBase, version: Version, keys: dict[Path, int], event: Row) -> None:
    """Write fields of an event, which has this key and place."""
    rows: list[Row] = []
    tags: list[Row] = []
    for item, path in version.fields():
        known = (keys[path], field_id(version.plan.name, version.event.name, path), event[0], keys.get(path[:-1]))
        rows.append(plans.field_row(known, item, path, int(str(event[1]))))
        tags.extend((keys[path], tag) for tag in dict.fromkeys(item.tags))
    base.insert("field", plans.FIELD, rows)
    base.insert("field_tag", ("field", "tag"), tags)


_OF_EVENT = "SELECT key FROM field WHERE event = :event"
_NUMBERED = "SELECT f.id, f.key FROM whole.event e JOIN whole.field f ON f.event = e.key WHERE e.id = :id"
