"""Whether events have so many paths of their fields in common with others that rules may tell of them together."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from trackplan.similarity import LEAST_SHARE, NEARLY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from trackplan.derive.versions import Path, Version
    from trackplan.facts.base import FactBase

_FEW = 5  # of the rarest that events must have in common; with more of them, more have one of them


def overlaps(
    base: FactBase, events: Mapping[str, Sequence[Version]], further: Mapping[str, Collection[Path]], share: float
) -> bool:
    """Whether one of some events, in one of its versions, has that share of its paths in common with another event.

    What else there is, the large base tells that is attached to this one; events in `further` have these paths too.
    """
    listed = {_named(path) for versions in events.values() for version in versions for path in version.paths}
    counts = {str(path): int(str(count)) for path, count in base.fetch(_COUNTS, {"paths": json.dumps(sorted(listed))})}
    for id_, versions in events.items():
        others = {other: {p for each in found for p in each.paths} for other, found in events.items() if other != id_}
        for version in versions:
            paths = set(version.paths)
            inner = [path for item, path in version.fields() if not item.fields and item.status != "blocked"]
            least = math.ceil(min(max(share, LEAST_SHARE), 1.0) * len(inner) - NEARLY)
            if least < 1 or any(len(paths & found) >= least for found in others.values()):
                return True
            if any(len(found) >= least for found in _met(base, id_, paths, least, further, counts)):
                return True
    return False


def _met(
    base: FactBase,
    id_: str,
    paths: Collection[Path],
    least: int,
    further: Mapping[str, Collection[Path]],
    counts: Mapping[str, int],
) -> Iterable[Collection[Path]]:
    """Which of some paths other events have, at least of all events that have so many of them."""
    listed = {_named(path): path for path in paths}
    # Who has enough of all has enough of the rarest, and there are fewest that have some of these.
    few = min(least, _FEW)
    rare = sorted(listed, key=lambda path: (counts.get(path, 0), path))[: len(listed) - least + few]
    met = [event for (event,) in base.fetch(_MET, {"rare": json.dumps(rare), "few": few})]
    found = {other: {p for p in more if p in paths} for other, more in further.items() if other != id_}
    found = {other: more for other, more in found.items() if more}
    asked = {"met": json.dumps(met), "others": json.dumps(sorted(found)), "id": id_}
    for other, path in base.fetch(_SHARED, asked):
        if (shared := listed.get(str(path))) is not None:
            found.setdefault(str(other), set()).add(shared)
    return found.values()


def _named(path: Path) -> str:
    """A path as the facts have it."""
    return json.dumps(path, ensure_ascii=False)


_COUNTS = """
SELECT path, count(*) FROM whole.field WHERE path IN (SELECT value FROM json_each(:paths)) GROUP BY path
"""
_MET = """
SELECT event FROM whole.field WHERE path IN (SELECT value FROM json_each(:rare))
GROUP BY event HAVING count(*) >= :few
"""
_SHARED = """
WITH met(event) AS (
  SELECT value FROM json_each(:met)
  UNION SELECT key FROM whole.event WHERE id IN (SELECT value FROM json_each(:others))
)
SELECT e.id, f.path FROM met m CROSS JOIN whole.event e ON e.key = m.event CROSS JOIN whole.field f ON f.event = e.key
WHERE e.id <> :id
"""
