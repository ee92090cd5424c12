"""The steps by which data goes, as careful teams take them: readers first, then what makes it, then what holds it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from trackplan.prune.model import Stage
from trackplan.sql import migrations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trackplan.prune.groups import Group
    from trackplan.prune.world import World

DROP_RULES = {
    "segment": "in Segment, let the tracking plan omit properties that it does not list (Schema Configuration), "
    "or add a destination filter",
    "rudderstack": "in RudderStack, delete it in a transformation: `delete event.properties[…]`",
    "json-column": "in the pipeline that loads the events, leave the key out",
    "snowplow": "in Snowplow, publish the next version of the schema without it, and let the enrichment drop it",
}
WEEK = 7


def stages(world: World, group: Group, today: date, *, models: tuple[str, ...], readers: str) -> tuple[Stage, ...]:
    """The steps for a group, each with its day; `models` are the files of models that change."""
    lag = max((world.project.pruning.lag_days.get(plan, 0) for plan in _plans(world, group)), default=0)
    return tuple(_stages(world, group, Calendar(today), models, readers, lag))


class Calendar:
    """The days of steps, one after the other."""

    def __init__(self, today: date) -> None:
        self.day = today

    def after(self, days: int) -> str:
        """The day so many days after the last step, which is then the last step."""
        self.day += timedelta(days=days)
        return self.day.isoformat()


def _stages(
    world: World, group: Group, calendar: Calendar, models: tuple[str, ...], readers: str, lag: int
) -> Iterator[Stage]:
    pruning = world.project.pruning
    if readers:
        yield Stage(
            "readers first", calendar.after(0), f"take it out of {readers}, which read it without counting as users"
        )
    if models:
        yield Stage(
            "stop propagating", calendar.after(0 if not readers else WEEK), f"merge the edits of {_listed(models)}"
        )
    if group.fields:
        yield from _collecting(world, group, calendar)
    elif any(world.pipeline(key) for key in group.columns):
        yield Stage(
            "stop landing", calendar.after(WEEK), "tell the loader to leave it out: it writes it, and adds it again"
        )
    if lag:
        calendar.after(lag)
    drops = list(_drops(world, group))
    hidden = [
        q for stored in _stored(world, group) if (q := migrations.quarantine(stored, _dialect(world))) is not None
    ]
    if hidden:
        yield Stage(
            "quarantine",
            calendar.after(WEEK),
            f"hide it for {pruning.quarantine_days} days, so that a forgotten reader shouts before anything is gone"
            + (f"; {lag} days after the last step, since old versions keep sending" if lag else ""),
            _script(q.forward for q in hidden),
            _script(q.back for q in hidden),
        )
    if drops:
        notes = sorted({drop.note for drop in drops if drop.note})
        undo = _script(drop.back for drop in drops if drop.back)
        script = _script(drop.forward for drop in drops)
        yield Stage("drop", calendar.after(pruning.quarantine_days), "drop it; " + "; ".join(notes), script, undo)
    yield Stage(
        "delete history",
        calendar.after(WEEK),
        "let backups, exports and time travel run out, and delete what they still hold"
        if not _inner(world, group)
        else "delete what is stored already, then let backups, exports and time travel run out",
        _script(m.forward for m in _inner(world, group)),
    )


def _collecting(world: World, group: Group, calendar: Calendar) -> Iterator[Stage]:
    """The steps by which it is no longer loaded, and no longer sent."""
    conventions = _conventions(world, group)
    rules = sorted({DROP_RULES.get(name, f"in the loader ({name}), leave it out") for name in conventions})
    yield Stage("stop landing", calendar.after(WEEK), "; ".join(rules) or "in the loader, leave it out")
    what = "merge the edit of the plan, and take it out of the code that sends it"
    yield Stage("stop sending", calendar.after(0), what)


def _dialect(world: World) -> str:
    return world.project.dialect


def _stored(world: World, group: Group) -> Iterator[migrations.Stored]:
    """The whole columns that are dropped one by one."""
    for key in group.columns:
        column = world.columns[key]
        if column.relation not in group.tables and len(column.path) == 1:
            yield migrations.Stored(world.relations[column.relation].parts, column.path[0], (), column.type)


def _drops(world: World, group: Group) -> Iterator[migrations.Migration]:
    for table in group.tables:
        yield migrations.drop_table(world.relations[table].parts, _dialect(world))
    for stored in _stored(world, group):
        yield migrations.drop(stored, _dialect(world))


def _inner(world: World, group: Group) -> list[migrations.Migration]:
    """What lies inside of columns that stay."""
    found = []
    for key in group.columns:
        column = world.columns[key]
        base = next(
            (c for c in world.columns.values() if c.relation == column.relation and c.path == column.path[:1]), None
        )
        if len(column.path) > 1 and base is not None and base.key not in group.columns:
            parts = world.relations[column.relation].parts
            kind = f"{base.type}[]" if _in_list(world, key) else base.type
            stored = migrations.Stored(parts, column.path[0], column.path[1:], kind)
            found.append(migrations.drop(stored, _dialect(world)))
    return found


def _in_list(world: World, column: int) -> bool:
    """Whether a key may lie in the items of a list, as far as plans tell: then no statement reaches it."""
    fields = [world.fields[key] for key in world.landed.get(column, ())]
    while fields:
        fields = [world.fields[field.parent] for field in fields if field.parent is not None]
        if any("array" in field.type or field.type == "any" for field in fields):
            return True
    return not world.landed.get(column)


def _conventions(world: World, group: Group) -> set[str]:
    plans = _plans(world, group)
    return {landing.convention for landing in world.project.landing if landing.plan in plans}


def _plans(world: World, group: Group) -> set[str]:
    return {world.events[world.fields[key].event].plan for key in group.fields}


def _script(statements: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements if statement)


def _listed(paths: tuple[str, ...]) -> str:
    return paths[0] if len(paths) == 1 else ", ".join(paths[:-1]) + f" and {paths[-1]}"
