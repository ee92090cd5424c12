"""Findings on how long data on people is kept → proposals to delete what is older than purposes need, with the SQL."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from trackplan.derive.reasons import listing
from trackplan.prune.evidence import evidence
from trackplan.prune.held import Held, held
from trackplan.prune.model import BOUND, SHORTEN, Effort, Gain, Named, Proof, Proposal, Saving, Stage
from trackplan.prune.stages import WEEK, Calendar
from trackplan.sql.expiry import TIME, Expiry, empty, expire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from trackplan.findings import Finding, Report
    from trackplan.prune.world import World

_MISSING, _LONGER, _POLICY = "TP309", "TP317", "TP318"


def shorten(world: World, before: Report, today: date) -> list[Proposal]:
    """A proposal for each table of which a finding says that data on people is kept for too long, or without an end."""
    found: dict[int, list[Finding]] = {}
    tables = held(world)
    for finding in before.findings:
        if finding.rule in (_MISSING, _LONGER) or (finding.rule == _POLICY and finding.detail == "retention"):
            for table in tables:
                if finding.subject in table.names:
                    found.setdefault(table.key, []).append(finding)
    return [_proposal(world, table, found[table.key], today) for table in tables if table.key in found]


def _proposal(world: World, table: Held, found: list[Finding], today: date) -> Proposal:
    relation = world.relations[table.key]
    scripts = list(_scripts(world, table))
    blockers = tuple(_blockers(world, table))
    owners = (relation.owner,) if relation.owner else ()
    kept = table.kept
    gains = tuple(Gain(c.id, c.category, c.sensitivity, f"what is not older than {c.kept}") for c in table.columns)
    said = "\n".join([SHORTEN, relation.id, kept])
    weight = world.project.pruning.privacy_weight * len(gains) / 2
    return Proposal(
        "P-" + hashlib.sha256(said.encode()).hexdigest()[:8],
        SHORTEN,
        _title(table, relation.id),
        (Named("table", relation.id, str(relation.place or "")),),
        tuple(f"{finding.rule}: {finding.message}" for finding in found),
        evidence(world.base),
        blockers,
        gains,
        Saving(0, 0, 0),
        Effort(0, 0, owners),
        round(weight / (1 + len(owners) + len(table.readers)), 3),
        tuple(_stages(world, table, scripts, Calendar(today))),
        relation.owner,
        proof=Proof(reasons=("what its blockers say has to be settled first",))
        if blockers
        else Proof(BOUND, ("no consumer reads the table",)),
    )


def _title(table: Held, id_: str) -> str:
    if table.days is None:
        return f"Say how long {id_} keeps data on people, and delete what is older"
    return f"Keep {'the rows' if table.whole else 'the data on people'} of {id_} for no longer than {table.kept}"


def _scripts(world: World, table: Held) -> Iterator[Expiry]:
    parts, dialect = world.relations[table.key].parts, world.project.dialect
    if table.whole:
        yield expire(parts, table.time, table.time_type, table.days, dialect)
    by_days: dict[int | None, list[str]] = {}
    for column in table.columns:
        if len(column.path) == 1 and (not table.whole or column.days != table.days):
            by_days.setdefault(column.days, []).append(column.path[0])
    for number, (days, names) in enumerate(by_days.items()):
        suffix = f"__expired{number + 1 if number else ''}_values"
        yield empty(parts, suffix, names, table.time, table.time_type, days, dialect)


def _blockers(world: World, table: Held) -> Iterator[str]:
    for case, said in table.unsaid:
        yield f"{case} {said}: say how long (`retention:`), or let policy.personal_data say it"
    if not table.time:
        yield f"no column is known to tell how old a row is: put it in the place of {TIME}"
    for column in table.columns:
        if len(column.path) > 1 and not table.whole:
            yield f"{world.columns[column.key].id}: it lies in a column, where nothing is emptied by row"
    if table.readers:
        reads = "reads it" if len(table.readers) == 1 else "read it"
        yield f"{listing(table.readers)} {reads}, and nobody can tell from here how far back: see that none needs more"


def _stages(world: World, table: Held, scripts: list[Expiry], calendar: Calendar) -> Iterator[Stage]:
    for case, retention, place in table.drafted:
        what = f"write `retention: {retention}` into {case} ({place}), as the policy says"
        yield Stage("declare", calendar.after(0), what)
    what = "delete what is older" if table.whole else "empty what is older"
    longer = (
        "" if table.whole else f"; the rows stay, since {listing(table.longer)} may need the rest of them for longer"
    )
    on = calendar.after(WEEK)
    end = calendar.after(world.project.pruning.quarantine_days)
    forward, back, finish = ("".join(getattr(s, name) for s in scripts) for name in ("forward", "back", "finish"))
    note = "" if back else "; rows have no key here, so nothing but the copy brings the values back"
    if forward:
        yield Stage("quarantine", on, f"{what}, and keep a copy until {end}{longer}{note}", forward, back)
        yield Stage("drop", end, "remove the copy: from then on it cannot be undone", finish)
        regular = "".join(script.regular for script in scripts)
        yield Stage("every day", end, f"{what}, from now on by itself", regular)
    yield Stage("delete history", calendar.after(WEEK), "let backups, exports and time travel run out")
