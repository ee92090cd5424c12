"""An earlier report and this one → what is different: fields, purposes, waste, the drift of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trackplan.errors import TrackplanError
from trackplan.report.compared import Change, Earlier, Judged, Measure, Moved, Purpose
from trackplan.report.model import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trackplan.report.model import Review, Subject

    _Kept = Judged | Subject


def read(text: bytes, name: str) -> Earlier:
    """A stored report. Raises `TrackplanError` where it is none, or one of a version that is not known."""
    try:
        earlier = msgspec.json.decode(text, type=Earlier)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TrackplanError(
            f"--compare: {name} is not a report that trackplan wrote as JSON, or not the whole of one",
            "Store one with `trackplan report --format json -o FILE`, or name a git revision.",
        ) from error
    if earlier.version != VERSION:
        raise TrackplanError(
            f"--compare: {name} is a report of version {earlier.version}, and this trackplan writes version {VERSION}",
            "Make it again from its git revision: --compare REVISION.",
        )
    return earlier


def earlier(review: Review) -> Earlier:
    """What is kept of a report to compare later ones with it."""
    return Earlier(
        review.version,
        review.today,
        tuple(Measure(each.id, each.value) for each in review.metrics),
        review.quadrants,
        tuple(Judged(each.id, each.kind, each.status, each.personal, each.landing) for each in review.inventory),
        tuple(Purpose(case.id, case.fingerprint, case.state) for case in review.use_cases),
    )


def change(before: Earlier, review: Review, since: str) -> Change:
    """What is different in `review`; `since` is what people call the earlier report."""
    old = {each.id: each for each in before.inventory if each.kind != "need"}
    new = {each.id: each for each in review.inventory if each.kind != "need"}
    came, held, unplanned = _came(old, new, all)
    gone, _, landed = _came(new, old, any)
    values = {each.id: each.value for each in before.metrics}
    purposes = {each.id: each for each in before.use_cases}
    counted = {case.id: case for case in review.use_cases}
    return Change(
        since=since,
        today=before.today,
        new_fields=_ids(came),
        new_personal=_ids(id_ for id_ in came if new[id_].personal),
        fewer=_ids(id_ for id_ in gone if old[id_].status == "waste"),
        lost=_ids(id_ for id_ in gone if old[id_].status != "waste"),
        unplanned=_ids(unplanned),
        planned=_ids(held | (landed - _landings(new[id_] for id_ in held))),
        moved=tuple(
            Moved(id_, old[id_].status, new[id_].status)
            for id_ in sorted(new)
            if id_ in old and old[id_].status != new[id_].status
        ),
        new_purposes=_ids(id_ for id_ in counted if id_ not in purposes),
        ended_purposes=_ids(
            id_ for id_, case in purposes.items()
            if id_ not in counted or (_counts(case.state) and not _counts(counted[id_].state))
        ),
        changed_purposes=_ids(
            id_ for id_, case in counted.items() if id_ in purposes and purposes[id_].fingerprint != case.fingerprint
        ),
        drift=tuple((each.id, values.get(each.id), each.value) for each in review.metrics),
        quadrants={name: (before.quadrants.get(name, 0), count) for name, count in review.quadrants.items()},
    )  # fmt: skip


def _came(
    old: Mapping[str, _Kept], new: Mapping[str, _Kept], enough: Callable[[Iterable[bool]], bool]
) -> tuple[set[str], set[str], set[str]]:
    """What is in `new` alone; and of what only seems to be, as it was stored under another name: fields, columns.

    A column was there if a field landed in it. A field was there if `enough` of its columns were free for it: they held
    no field, or one that is not in `new`.
    """
    only_new, only_old = new.keys() - old.keys(), old.keys() - new.keys()
    landed = _landings(old.values())
    free = {id_ for id_ in old if old[id_].kind == "column"} | _landings(old[id_] for id_ in only_old)
    columns = {id_ for id_ in only_new if new[id_].kind == "column" and id_ in landed}
    fields = {id_ for id_ in only_new if new[id_].landing and enough(each in free for each in new[id_].landing)}
    return only_new - columns - fields, fields, columns


def _landings(subjects: Iterable[_Kept]) -> set[str]:
    return {column for each in subjects for column in each.landing}


def _counts(state: str) -> bool:
    return state == "active"


def _ids(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(found))
