"""Made-up values in which a form of them can be told from the whole: times with seconds, addresses with queries."""

from __future__ import annotations

import datetime
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trackplan.proof.shapes import Shape
    from trackplan.proof.values import Pool

_TAILS = ("", "1", "12", "~x")
_ADDRESSES = ("ada@example.com", "bob@example.com", "eve@example.org", "a@b@c.example", "nobody", "Ada@example.com")
_URLS = tuple(
    f"https://{host}/{path}{query}"
    for host in ("a.example", "b.example")
    for path in ("", "x", "y/z")
    for query in ("", "?id=1", "?id=2&mail=a@b.example")
)
_DAYS = 500


def suited(value: Any, nature: str, shape: Shape, pool: Pool, chance: Random) -> Any:
    """A value in the place of one, by the nature of what is kept of it: a time, number, domain, url, beginning, or any.

    Half of the times are near the one that is there.
    """
    if value is None:
        return None
    if shape.kind in ("timestamp", "date") or isinstance(value, datetime.date):
        return _time(value, chance)
    if nature in ("domain", "url") and chance.random() < 0.3:
        nature = "any"  # values of another kind are stored, too
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    if isinstance(value, int | float):
        return value if isinstance(value, int) else round(value + chance.choice((0, 0.01, 0.04, 0.049, 0.006)), 3)
    if nature == "time":
        return str(_time(datetime.datetime(2026, 1, 1) + datetime.timedelta(hours=chance.randrange(960)), chance))
    if nature == "number":
        return str(chance.randrange(9) + chance.choice((0, 0.04, 0.25, 0.5)))
    if nature in ("domain", "url"):
        return chance.choice(_ADDRESSES if nature == "domain" else _URLS)
    if nature == "beginning" and chance.random() < 0.5:
        return chance.choice(pool.texts).strip("%") + chance.choice(_TAILS)
    return chance.choice((value, chance.choice(_ADDRESSES), chance.choice(_URLS), chance.choice(pool.texts)))


def _time(value: Any, chance: Random) -> Any:
    near = chance.random() < 0.5
    days = 0 if near else chance.randrange(-_DAYS, _DAYS)
    moved = value + datetime.timedelta(days=days)
    if isinstance(moved, datetime.datetime):
        moved += datetime.timedelta(seconds=chance.randrange(6 * 3600), microseconds=chance.randrange(1_000_000))
    return moved
