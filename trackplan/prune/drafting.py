"""Groups → the changes of files that take them out: plans, use cases, models, properties of dbt, the warehouse's files.

Everything is drafted for all the groups at once, so that the changes of a wave fit together.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from trackplan.edits.query import drop_columns
from trackplan.edits.table import Table
from trackplan.edits.text import Edit, EditError
from trackplan.errors import ReadError
from trackplan.prune import properties
from trackplan.prune.desk import Desk, Draft
from trackplan.prune.impact import Impact, impact, touched
from trackplan.prune.needs import unneed
from trackplan.prune.silent import unsilence
from trackplan.sql import migrations
from trackplan.tree.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.edits.spans import Entry
    from trackplan.findings import Place
    from trackplan.prune.groups import Group
    from trackplan.prune.world import World

_NUMBERED = re.compile(r"(\d+)(\D.*)?")


def draft(world: World, groups: Iterable[Group], name: str) -> Draft:
    """The changes for all of the groups; `name` is what a new migration is called by."""
    chosen = list(groups)
    desk = Desk(world)
    found = impact(world, chosen)
    desk.blockers += found.doubts
    for group in chosen:
        for place in _declared(world, group):
            _unplan(desk, place)
    unneed(desk, world, chosen)
    _models(desk, found)
    gone = _named(world, chosen)
    for path in world.listed("dbt"):
        if path.endswith((".yml", ".yaml")) and world.readable(path):
            properties.unlist(desk, path, found, gone.get(path, set()))
    _warehouse(desk, chosen, name)
    if not desk.empty:
        unsilence(desk, chosen)
    return desk.finished()


def _declared(world: World, group: Group) -> list[Place]:
    """Where plans declare what goes: whole events, else their fields."""
    events = [world.events[key].place for key in group.events]
    fields = [world.fields[key] for key in group.fields]
    places = events + [f.place for f in fields if f.event not in group.events]
    return sorted({place for place in places if place is not None})


def _named(world: World, chosen: Iterable[Group]) -> dict[str, set[tuple[int, int]]]:
    """Path → the lines and columns where tables and columns that go are named."""
    found: dict[str, set[tuple[int, int]]] = {}
    for group in chosen:
        tables = (world.relations[key].place for key in group.tables)
        columns = (world.columns[key] for key in group.columns)
        # What only queries name, such as a key of a JSON column, stands where the column does that holds it.
        for place in (*tables, *(column.place for column in columns if column.declared)):
            if place is not None:
                found.setdefault(place.path, set()).add((place.line, place.column))
    return found


def _unplan(desk: Desk, place: Place) -> None:
    try:
        document = desk.document(place.path)
        entry = document.entry_at(place.line, place.column)
        if entry is None:
            desk.blockers.append(f"{place}: what is declared here is not found as an entry of the file")
            return
        if not entry.name and entry.holder.kind == "mapping":
            desk.blockers.append(f"{place}: the entry has no name")
            return
        desk.remove(place.path, _whole(entry))
        for other in _required(entry):
            desk.remove(place.path, other)
    except (EditError, ReadError) as error:
        desk.blockers.append(str(error))


def _whole(entry: Entry) -> Entry:
    """The entry to take out: where a list names its items by a key inside of them, the item."""
    above = entry.holder.parent
    if entry.name in ("key", "name", "event") and entry.value.kind == "scalar" and above is not None and not above.key:
        return above
    return entry


def _required(entry: Entry) -> list[Entry]:
    """Where a JSON Schema lists the property as one that must be there."""
    properties_ = entry.holder.parent
    if properties_ is None or properties_.name != "properties":
        return []
    beside = next((e for e in properties_.holder.entries if e.name == "required"), None)
    if beside is None or beside.value.kind != "list":
        return []
    return [item for item in beside.value.entries if item.value.text == entry.name]


def _models(desk: Desk, found: Impact) -> None:
    for path, statements in touched(desk.world, found):
        sql = statements[0]
        outputs = frozenset(name for each in statements for name in found.outputs(each))
        try:
            text = desk.world.text(path)
            edits = drop_columns(text, path, sql.dialect, found.lost, outputs)
        except (EditError, ReadError) as error:
            desk.blockers.append(str(error))
            continue
        if edits:
            desk.edit(path, edits)


def _warehouse(desk: Desk, groups: list[Group], name: str) -> None:
    """What is stored goes by a migration beside the warehouse's scripts, or out of the file that lists it."""
    statements: list[str] = []
    scripts = [path for path in desk.world.listed("warehouse") if path.endswith(".sql")]
    for group in groups:
        for key in group.tables:
            relation = desk.world.relations[key]
            if relation.place is not None and relation.place.path in scripts:
                statements.append(migrations.drop_table(relation.parts, desk.world.project.dialect).forward)
        for key in group.columns:
            column = desk.world.columns[key]
            if column.relation in group.tables or not column.declared or column.place is None:
                continue
            path = column.place.path
            if path in scripts:
                relation = desk.world.relations[column.relation]
                stored = migrations.Stored(relation.parts, column.path[0], column.path[1:], column.type)
                statements.append(migrations.drop(stored, desk.world.project.dialect).forward)
            elif path in desk.world.listed("warehouse"):
                _unstore(desk, column.place)
    if statements:
        _migrate(desk, scripts, name, "".join(f"{statement};\n" for statement in statements))


def _migrate(desk: Desk, scripts: list[str], name: str, script: str) -> None:
    """Add statements to the warehouse's scripts: as one that runs after all others, or at the end of the last."""
    path = _migration(scripts, name)
    project = desk.world.project
    overlaid = Overlay(project.root, {str(project.root / path): script})
    if any(path in overlaid.glob(source.path) for source in project.warehouse):
        desk.new[path] = script
        return
    last = scripts[-1]
    text = desk.world.text(last)
    gap = "" if not text or text.endswith("\n") else "\n"
    desk.edit(last, [Edit(len(text), len(text), gap + script)])


def _unstore(desk: Desk, place: Place) -> None:
    """Take a column out of a schema file or an export."""
    try:
        if place.path.endswith(".csv"):
            table = Table(desk.world.text(place.path), place.path)
            row = table.row_at(place.line)
            if row is not None:
                desk.edit(place.path, table.remove([row]))
            return
        entry = desk.document(place.path).entry_at(place.line, place.column)
        if entry is not None:
            desk.remove(place.path, _whole(entry))
    except (EditError, ReadError) as error:
        desk.blockers.append(str(error))


def _migration(scripts: list[str], name: str) -> str:
    """The path of a new script that runs after all others of its folder."""
    last = PurePosixPath(scripts[-1])
    found = _NUMBERED.match(last.name)
    if found is None:
        return str(last.with_name(f"zz_prune_{name}.sql"))
    number = str((int(found.group(1)) // 10 + 1) * 10).zfill(len(found.group(1)))
    return str(last.with_name(f"{number}_prune_{name}.sql"))
