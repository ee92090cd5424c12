"""What is left of a value after it was taken in some form, and after two of them, one behind the other.

A form is a word for a function of the value. `composed(first, then)` is a form of which both together are a function:
mostly `first`, since what follows can only see what that leaves. Some forms leave the value as it is, or nearly, and
what follows then decides. When in doubt it is `computed`, of which nothing is known.
"""

from __future__ import annotations

from functools import lru_cache

COMPUTED = "computed"
TRUNCATED = "truncated to "
PREFIX = "prefix of "
ROUNDED = "rounded to "
UNCLEAR = "unclear"
WHOLE_VALUE = "whole"

_UNITS = (
    "microsecond", "millisecond", "second", "minute", "hour", "day", "month", "quarter", "year", "decade", "century",
)  # fmt: skip
_ALIASES = {"isoweek": "week", "ms": "millisecond", "us": "microsecond"}

TEXT, MIXED, PACKED, EXTREME, CAST = "as text", "mixed", "packed", "extreme", "cast"
PASSING = frozenset({"", TEXT, MIXED, PACKED, EXTREME, CAST})
"""Forms that leave the value, or one of several values: as a text, beside others, in a struct, the smallest or largest
of a group, as another type."""

_PAIRS = {
    (TEXT, TEXT): TEXT,
    (TEXT, MIXED): MIXED,
    (TEXT, PACKED): PACKED,
    (TEXT, EXTREME): "aggregated",
    (TEXT, CAST): CAST,
    (MIXED, TEXT): MIXED,
    (MIXED, MIXED): MIXED,
    (MIXED, EXTREME): EXTREME,
    (MIXED, CAST): CAST,
    (PACKED, PACKED): PACKED,
    (EXTREME, MIXED): EXTREME,
    (EXTREME, EXTREME): EXTREME,
    (CAST, TEXT): CAST,
    (CAST, MIXED): CAST,
    (CAST, EXTREME): CAST,
    (CAST, CAST): CAST,
}
_KEEPING = {
    TEXT: frozenset(
        {"counted", "told apart", "estimated", "equality", "joined", "hashed", PREFIX, "domain", "host", "path"}
    ),
    MIXED: frozenset(
        {"counted", "estimated", "equality", "joined", "hashed", "range", "ordered", "aggregated", TRUNCATED, PREFIX}
        | {ROUNDED, "domain", "host", "path"}
    ),
    PACKED: frozenset({"told apart", "equality", "joined"}),
    EXTREME: frozenset({"counted", "aggregated", TRUNCATED}),
    CAST: frozenset({TRUNCATED}),
}  # fmt: skip


@lru_cache(maxsize=4096)
def composed(first: str, then: str) -> str:
    """A form that tells at least what is left of a value that is taken as `first`, and what that gives as `then`."""
    if not first or not then:
        return first or then
    if first not in PASSING:
        return coarser(first, then) or first
    if then in PASSING:
        return _PAIRS.get((first, then), COMPUTED)
    if first == MIXED and then == "told apart":
        return "joined"  # with the values that it is mixed with
    if _family(then) in _KEEPING[first]:
        return then
    return "aggregated" if first == EXTREME else COMPUTED


def coarser(first: str, then: str) -> str:
    """`then` if both cut a time off and `then` can be told from what `first` leaves, else ''."""
    one, other = unit_of(first), unit_of(then)
    return then if one and other and divides(one, other) else ""


def unit_of(form: str) -> str:
    """The unit that a form truncates to; '' if it does not."""
    return form.removeprefix(TRUNCATED) if form.startswith(TRUNCATED) else ""


def divides(finer: str, unit: str) -> bool:
    """Whether each `unit` is made of whole ones of `finer`."""
    if "week" in (finer, unit):
        return finer == unit or (unit == "week" and _UNITS.index(finer) <= _UNITS.index("day"))
    return _UNITS.index(finer) <= _UNITS.index(unit)


def truncated(unit: str) -> str:
    """The form of a time of which nothing below `unit` is left; `computed` for a unit that is not known."""
    lower = unit.lower()
    lower = _ALIASES.get(lower, lower)
    return TRUNCATED + lower if lower in _UNITS or lower == "week" else COMPUTED


def finest(units: set[str]) -> str:
    """The coarsest unit of which all of `units` are made; '' for none."""
    if len(units) > 1 and "week" in units:
        units = (units - {"week"}) | {"day"}
    return min(units, key=lambda u: _UNITS.index(u) if u in _UNITS else 0, default="")


def _family(form: str) -> str:
    """The form without its number or unit."""
    return next((family for family in (TRUNCATED, PREFIX, ROUNDED) if form.startswith(family)), form)
