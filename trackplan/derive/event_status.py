"""The verdict on every event as a whole, from those on its fields and on the rows of its table → `event_status`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase


def store(base: FactBase, keys: Iterable[int] | None = None) -> None:
    """Fill it for all events, or for some of which there is nothing in it."""
    some = "" if keys is None else "WHERE e.key IN (SELECT value FROM json_each(:keys))"
    base.run(_EVENTS.format(some=some), {} if keys is None else {"keys": json.dumps(sorted(keys))})


_EVENTS = """
INSERT INTO event_status (event, used, needed, fields, waste)
SELECT e.key,
       CASE WHEN max(f.used) = 1 OR EXISTS (
                 SELECT 1 FROM landing_relation l JOIN relation_status h ON h.relation = l.relation
                 WHERE l.event = e.key AND h.used = 1) THEN 1
            WHEN count(*) FILTER (WHERE f.field IS NOT NULL AND f.used IS NULL) > 0
                 OR NOT EXISTS (SELECT 1 FROM landing_relation l WHERE l.event = e.key)
                 OR EXISTS (
                 SELECT 1 FROM landing_relation l JOIN relation_status h ON h.relation = l.relation
                 WHERE l.event = e.key AND h.used IS NULL) THEN NULL
            ELSE 0 END,
       coalesce(max(f.needed), 0) OR EXISTS (
                 SELECT 1 FROM need_match m JOIN need n ON n.key = m.need JOIN use_case u ON u.key = n.use_case
                 WHERE m.event = e.key AND u.state = 'active'),
       count(f.field),
       count(*) FILTER (WHERE f.status = 'waste')
FROM event e
LEFT JOIN field d ON d.event = e.key
LEFT JOIN field_status f ON f.field = d.key
{some}
GROUP BY e.key
"""
