"""Whether events have so many paths of their fields in common with others that rules may tell of them together."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from trackplan.similarity import LEAST_SHARE, NEARLY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from trackplan.derive.versions import Path, Version
    from trackplan.facts.base import FactBase


def overlaps(
    base: FactBase, events: Mapping[str, Sequence[Version]], further: Mapping[str, Collection[Path]], share: float
) -> bool:
    """Whether one of some events, in one of its versions, has that share of its paths in common with another event.

    What else there is, the large base tells that is attached to this one; events in `further` have these paths too.
    """
    for id_, versions in events.items():
        for version in versions:
            paths = set(version.paths)
            inner = [path for item, path in version.fields() if not item.fields and item.status != "blocked"]
            least = math.ceil(min(max(share, LEAST_SHARE), 1.0) * len(inner) - NEARLY)
            others = {
                other: {p for each in found for p in each.paths} for other, found in events.items() if other != id_
            }
            if least < 1 or any(len(paths & found) >= least for found in others.values()):
                return True
            if _meets(base, id_, paths, least, further):
                return True
    return False


def _meets(
    base: FactBase, id_: str, paths: Collection[Path], least: int, further: Mapping[str, Collection[Path]]
) -> bool:
    """Whether another event has that many of some paths."""
    listed = {json.dumps(path, ensure_ascii=False): path for path in paths}
    counts = {str(path): int(str(count)) for path, count in base.fetch(_COUNTS, {"paths": json.dumps([*listed])})}
    # Who has enough of them has one of so many, and there are fewest that have one of the rarest.
    rare = sorted(listed, key=lambda path: (counts.get(path, 0), path))[: len(listed) - least + 1]
    asked = {"paths": json.dumps([*listed]), "rare": json.dumps(rare), "id": id_, "others": json.dumps([*further])}
    found: dict[str, set[Path]] = {}
    for other, path in base.fetch(_SHARED, asked):
        found.setdefault(str(other), set()).add(listed[str(path)])
    for other, more in further.items():
        if other != id_:
            found.setdefault(other, set()).update(path for path in more if path in paths)
    return any(len(each) >= least for each in found.values())


_COUNTS = """
SELECT path, count(*) FROM whole.field WHERE path IN (SELECT value FROM json_each(:paths)) GROUP BY path
"""
_SHARED = """
WITH met(event) AS (
  SELECT event FROM whole.field WHERE path IN (SELECT value FROM json_each(:rare))
  UNION SELECT key FROM whole.event WHERE id IN (SELECT value FROM json_each(:others))
)
SELECT e.id, f.path FROM met m CROSS JOIN whole.event e ON e.key = m.event CROSS JOIN whole.field f ON f.event = e.key
WHERE e.id <> :id AND f.path IN (SELECT value FROM json_each(:paths))
"""
