"""The steps by which less is kept of a value: readers first, then what is loaded, then what is stored already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.prune.model import Stage
from trackplan.prune.stages import WEEK, Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from trackplan.prune.less import Lessening
    from trackplan.prune.model import Effect
    from trackplan.prune.world import World
    from trackplan.sql.backfill import Backfill

_LOADERS = {
    "segment": "in Segment, in an insert function in front of the warehouse",
    "rudderstack": "in RudderStack, in a transformation",
    "json-column": "in the pipeline that loads the events",
    "snowplow": "in Snowplow, in an enrichment",
}
_MODELS = """
SELECT DISTINCT f.path FROM use u JOIN relation r ON r.key = u.relation JOIN place p ON p.key = u.place
JOIN file f ON f.key = p.file WHERE u."column" = :key ORDER BY 1"""

_STARS = """
SELECT DISTINCT f.path FROM use u JOIN "column" c ON c.key = u."column" JOIN place p ON p.key = u.place
JOIN file f ON f.key = p.file WHERE c.relation = :table AND u.how = 'star' ORDER BY 1"""


def stages(
    world: World,
    lessening: Lessening,
    made: Sequence[tuple[int, Backfill]],
    effects: Iterable[Effect],
    today: date,
) -> tuple[Stage, ...]:
    """The steps, each with its day and its SQL."""
    return tuple(_stages(world, lessening, [each for _, each in made], list(effects), Calendar(today)))


def _stages(
    world: World, lessening: Lessening, made: list[Backfill], effects: list[Effect], calendar: Calendar
) -> Iterator[Stage]:
    changing = [effect for effect in effects if not effect.same]
    if changing:
        what = "; ".join(f"{effect.consumer}: {effect.why}" for effect in changing)
        yield Stage("readers first", calendar.after(0), what)
    plans = _plans(world, lessening)
    shown = "".join(f"{each.select};\n" for each in made if each.select)
    where = " or ".join(sorted(_places(world, plans))) or "where the table is filled"
    models = _models(world, lessening)
    staging = f"; until then, {_listed(models)} can take it so" if models else ""
    what = f"{where}, keep only {lessening.keep}{staging}"
    yield Stage("stop landing", calendar.after(WEEK if changing else 0), what, shown)
    days = world.project.pruning.quarantine_days
    lag = max((world.project.pruning.lag_days.get(plan, 0) for plan in plans), default=0)
    notes = "; ".join(dict.fromkeys(each.note for each in made if each.note))
    notes = "; ".join(filter(None, (notes, _starred(world, lessening))))
    forward = "".join(each.forward for each in made)
    if forward:
        on = calendar.after(WEEK + lag)
        end = calendar.after(days)
        back = "".join(each.back for each in made)
        told = f"do it to what is stored, and keep a copy until {end}" + (f"; {notes}" if notes else "")
        yield Stage("backfill", on, told, forward, back)
        what = "remove the copy: from then on it cannot be undone"
        yield Stage("drop", end, what, "".join(each.finish for each in made))
    elif notes:
        yield Stage("backfill", calendar.after(WEEK + lag), f"by hand: {notes}")
    what = "let backups, exports and time travel run out"
    yield Stage("delete history", calendar.after(WEEK), what)


def _plans(world: World, lessening: Lessening) -> set[str]:
    fields = [lessening.key] if lessening.kind == "field" else world.landed.get(lessening.key, [])
    return {world.events[world.fields[field].event].plan for field in fields}


def _places(world: World, plans: set[str]) -> Iterator[str]:
    """Where plans are loaded."""
    for landing in world.project.landing:
        if landing.plan in plans:
            yield _LOADERS.get(landing.convention, f"in the loader ({landing.convention})")


def _starred(world: World, lessening: Lessening) -> str:
    """Who would see the copy of a column beside it."""
    tables = sorted({world.columns[k].relation for k in lessening.columns if len(world.columns[k].path) == 1})
    found = {str(path) for table in tables for (path,) in world.base.fetch(_STARS, {"table": table})}
    return f"{_listed(sorted(found))} takes the whole table with a star, and so the copy, too" if found else ""


def _models(world: World, lessening: Lessening) -> list[str]:
    """The files of the models that read it first."""
    found = {str(path) for key in lessening.columns for (path,) in world.base.fetch(_MODELS, {"key": key})}
    return sorted(found & world.model_paths)


def _listed(paths: list[str]) -> str:
    shown = paths[:3]
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(shown) + more
