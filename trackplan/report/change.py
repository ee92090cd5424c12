"""An earlier report and this one → what is different: fields, purposes, waste, the drift of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trackplan.errors import TrackplanError
from trackplan.report.compared import Change, Earlier, Judged, Measure, Moved, Purpose
from trackplan.report.model import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trackplan.report.model import Review


def read(text: bytes, name: str) -> Earlier:
    """A stored report. Raises `TrackplanError` where it is none, or one of a version that is not known."""
    try:
        earlier = msgspec.json.decode(text, type=Earlier)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        what = " ".join(str(error).split())
        raise TrackplanError(
            f"--compare: {name} is not a stored report: {what}",
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
        tuple(Judged(each.id, each.kind, each.status, each.personal) for each in review.inventory),
        tuple(Purpose(case.id, case.fingerprint, case.state) for case in review.use_cases),
    )


def change(before: Earlier, review: Review, since: str) -> Change:
    """What is different in `review`; `since` is what people call the earlier report."""
    old = {each.id: each for each in before.inventory if each.kind != "need"}
    new = {each.id: each for each in review.inventory if each.kind != "need"}
    gone = [each for id_, each in old.items() if id_ not in new]
    values = {each.id: each.value for each in before.metrics}
    purposes = {each.id: each for each in before.use_cases}
    counted = {case.id: case for case in review.use_cases}
    return Change(
        since=since,
        today=before.today,
        new_fields=_ids(id_ for id_ in new if id_ not in old),
        new_personal=_ids(id_ for id_, each in new.items() if each.personal and id_ not in old),
        fewer=_ids(each.id for each in gone if each.status == "waste"),
        lost=_ids(each.id for each in gone if each.status != "waste"),
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


def _counts(state: str) -> bool:
    return state == "active"


def _ids(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(found))
