"""What use cases say they need, of data that goes: since that is waste, they are over, or not yet due."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.edits.text import EditError
from trackplan.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.findings import Place
    from trackplan.prune.desk import Desk
    from trackplan.prune.groups import Group
    from trackplan.prune.world import World

_BRACES = re.compile(r"([^{}]*)\{([^{}]*)\}([^{}]*)")


def unneed(desk: Desk, world: World, groups: Iterable[Group]) -> None:
    """Take out the needs that would match nothing any more."""
    fields = {key for group in groups for key in group.fields}
    events = {key for group in groups for key in group.events}
    columns = {key for group in groups for key in group.columns}
    for place, alternatives in _needs(world).items():
        gone = {
            selector for selector, matches in alternatives.items() if matches and _all(matches, fields, events, columns)
        }
        if not gone:
            continue
        try:
            _take_out(desk, place, gone, whole=len(gone) == len(alternatives))
        except (EditError, ReadError) as error:
            desk.blockers.append(str(error))


def _take_out(desk: Desk, place: Place, gone: set[str], *, whole: bool) -> None:
    document = desk.document(place.path)
    entry = document.entry_at(place.line, place.column)
    if entry is None:
        desk.blockers.append(f"{place}: this need is not found as an entry of the file")
    elif whole:
        above = entry.holder.parent
        desk.remove(place.path, above if entry.key is not None and above is not None else entry)
    else:
        found = _BRACES.fullmatch(entry.value.text)
        if found is None:
            desk.blockers.append(f"{place}: this need stands for more than what goes, and has no single pair of braces")
            return
        head, listed, tail = found.groups()
        kept = [word.strip() for word in listed.split(",") if f"{head}{word.strip()}{tail}" not in gone]
        middle = kept[0] if len(kept) == 1 else "{" + ", ".join(kept) + "}"
        desk.edit(place.path, document.set_value(entry, f"{head}{middle}{tail}"))


def _needs(world: World) -> dict[Place, dict[str, list[tuple[object, object, object]]]]:
    """Place → selector → what it matches: events, fields and columns by key."""
    found: dict[Place, dict[str, list[tuple[object, object, object]]]] = {}
    rows = world.base.fetch("""
        SELECT n.place, n.selector, m.event, m.field, m."column", m.need
        FROM need n LEFT JOIN need_match m ON m.need = n.key ORDER BY n.key""")
    for key, selector, event, field, column, matched in rows:
        place = world.base.at(key) if isinstance(key, int) else None
        if place is not None:
            matches = found.setdefault(place, {}).setdefault(str(selector), [])
            if matched is not None:
                matches.append((event, field, column))
    return found


def _all(matches: list[tuple[object, object, object]], fields: set[int], events: set[int], columns: set[int]) -> bool:
    return all(e in events or f in fields or c in columns for e, f, c in matches)
