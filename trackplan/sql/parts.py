"""Parts of texts and times that SQL takes out of a value: its beginning, what follows the @, its month."""

from __future__ import annotations

import re

from sqlglot import exp

from trackplan.sql.forms import COMPUTED, PREFIX, ROUNDED, truncated

# What must be left of a time to tell a part of it: its hour of the day, its day of the week …
_NEEDED = {
    "year": "year", "isoyear": "day", "quarter": "quarter", "month": "month", "week": "day", "isoweek": "day",
    "weekofyear": "day", "weekiso": "day", "day": "day", "dayofmonth": "day", "dayofweek": "day", "dow": "day",
    "isodow": "day", "dayofyear": "day", "doy": "day", "date": "day", "hour": "hour", "minute": "minute",
    "decade": "decade", "century": "century", "dayofweekiso": "day", "dayofweek_iso": "day",
}  # fmt: skip
CALENDAR: dict[type[exp.Expr], str] = {
    exp.Year: "year", exp.Quarter: "quarter", exp.Month: "month", exp.Monthname: "month", exp.Week: "day",
    exp.WeekOfYear: "day", exp.YearOfWeek: "day", exp.YearOfWeekIso: "day", exp.Day: "day", exp.DayOfMonth: "day",
    exp.DayOfWeek: "day", exp.DayOfWeekIso: "day", exp.DayOfYear: "day", exp.Dayname: "day", exp.Hour: "hour",
    exp.Minute: "minute",
}  # fmt: skip
_DIRECTIVES = {
    **dict.fromkeys("YyC", "year"),
    **dict.fromkeys("mbBh", "month"),
    **dict.fromkeys("dejaAuwUWVGgxDF", "day"),
    **dict.fromkeys("HIklp", "hour"),
    **dict.fromkeys("MR", "minute"),
}
_FORMAT = re.compile(r"%[-_0^#]?([A-Za-z%])")
_FINENESS = ("year", "month", "day", "hour", "minute")
_DOMAIN_PATTERN = re.compile(r"(?:\(\?<=@\)|@)(?![?*+{])(?!.*\(\?<)[^|]*\Z")
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_LOCAL = 0
_LONGEST_PREFIX = 1_000


def unit_needed(part: str) -> str:
    """The form that tells a part of a time: `truncated to day` for its `dow`."""
    unit = _NEEDED.get(part.lower())
    return COMPUTED if unit is None else truncated(unit)


def calendar(node: exp.Expr, at: str | None) -> str:
    """`year(t)`, `dayofweek(t)`."""
    alone = at == "this" and all(name == "this" or not value for name, value in node.args.items())
    return truncated(CALENDAR[type(node)]) if alone else COMPUTED


def formatted(node: exp.Expr, at: str | None) -> str:
    """`strftime(t, '%Y-%m')`: the finest of what the format shows."""
    format_ = node.args.get("format")
    if at != "this" or not isinstance(format_, exp.Literal) or node.args.get("zone") is not None:
        return COMPUTED
    shown = [d for d in _FORMAT.findall(format_.this) if d != "%"]
    if not shown or not all(d in _DIRECTIVES for d in shown):
        return COMPUTED
    return truncated(max((_DIRECTIVES[d] for d in shown), key=_FINENESS.index))


def beginning(node: exp.Expr, at: str | None) -> str:
    """`left(a, 3)`, `substring(a, 1, 3)`."""
    length = node.args.get("expression" if isinstance(node, exp.Left) else "length")
    start = node.args.get("start")
    first = isinstance(node, exp.Left) or (_number(start) == 1)
    size = _number(length)
    return f"{PREFIX}{size}" if at == "this" and first and 0 < size <= _LONGEST_PREFIX else COMPUTED


def matched(node: exp.Expr, at: str | None) -> str:
    """`a LIKE 'abc%'` looks at the beginning, `a LIKE '%@example.com'` at the domain."""
    pattern = node.args.get("expression")
    if at != "this" or not isinstance(pattern, exp.Literal) or isinstance(node.parent, exp.Escape):
        return COMPUTED
    text = pattern.this
    if isinstance(node, exp.StartsWith):
        return f"{PREFIX}{len(text)}" if text else COMPUTED
    if "\\" in text or "_" in text:
        return COMPUTED
    if text.startswith("%@"):
        return "domain"
    head, percent, rest = text.partition("%")
    plain = head and percent and not rest.strip("%") and isinstance(node, exp.Like)
    return f"{PREFIX}{len(head)}" if plain else COMPUTED


def split(node: exp.Expr, at: str | None) -> str:
    """`split_part(a, '@', 2)` and `regexp_extract(a, '@(.+)')` give the domain, `split(a, '?')[0]` the path."""
    if at != "this":
        return COMPUTED
    if isinstance(node, exp.RegexpExtract):
        pattern = node.args.get("expression")
        plain = isinstance(pattern, (exp.Literal, exp.RawString)) and not node.args.get("position")
        return "domain" if plain and _DOMAIN_PATTERN.match(str(pattern.this)) else COMPUTED  # type: ignore[union-attr]
    delimiter = node.args.get("delimiter" if isinstance(node, exp.SplitPart) else "expression")
    position = _number(node.args.get("part_index")) - 1 if isinstance(node, exp.SplitPart) else _indexed(node)
    if not isinstance(delimiter, exp.Literal) or position < 0:
        return COMPUTED
    if delimiter.this == "@":
        return "domain" if position > _LOCAL else COMPUTED
    return "path" if delimiter.this == "?" and position == _LOCAL else COMPUTED


def host(node: exp.Expr, at: str | None) -> str:
    """`net.host(a)`, `parse_url(a, 'HOST')`."""
    if isinstance(node, exp.Host):
        return "host" if at == "this" and type(node.parent).__name__ == "NetFunc" else COMPUTED
    part = node.args.get("part_to_extract")
    return "host" if at == "this" and isinstance(part, exp.Literal) and part.this.upper() == "HOST" else COMPUTED


def bounded(node: exp.Expr, at: str | None) -> str:
    """`a >= date '2026-01-01'`, `a < current_date`: on which side of a midnight a time lies, its day tells."""
    upward = (exp.GTE, exp.LT) if at == "this" else (exp.LTE, exp.GT)
    other = node.args["expression" if at == "this" else "this"]
    return truncated("day") if isinstance(node, upward) and _is_midnight(other) else "range"


def rounded(node: exp.Expr, at: str | None) -> str:
    """`round(a, 1)`."""
    decimals = node.args.get("decimals")
    more = any(value for name, value in node.args.items() if name not in ("this", "decimals"))
    places = 0 if decimals is None else _number(decimals)
    return f"{ROUNDED}{places}" if at == "this" and not more and places >= 0 else COMPUTED


def _is_midnight(node: exp.Expr) -> bool:
    """Whether an expression gives a day, or its first moment, for whoever runs it."""
    if isinstance(node, (exp.Paren, exp.Cast, exp.Timestamp, exp.Date)) and isinstance(node.this, exp.Literal):
        more = any(value for name, value in node.args.items() if name in ("zone", "expressions", "format"))
        return not more and bool(_MIDNIGHT.fullmatch(str(node.this.this)))
    if isinstance(node, exp.Paren):
        return _is_midnight(node.this)
    if isinstance(node, (exp.Sub, exp.Add, exp.DateSub, exp.DateAdd)):
        return _is_midnight(node.this) and _is_days(node)
    return isinstance(node, exp.CurrentDate) and node.this is None


def _is_days(node: exp.Expr) -> bool:
    """Whether what is added to a date is a number of days or longer units."""
    amount = node.expression
    unit = amount.args.get("unit") if isinstance(amount, exp.Interval) else node.args.get("unit")
    number = amount.this if isinstance(amount, (exp.Interval, exp.Neg)) else amount
    whole = isinstance(number, exp.Literal) and str(number.this).isdigit()
    return whole and (
        unit is None or unit.name.lower().removesuffix("s") in ("day", "week", "month", "quarter", "year")
    )


def _indexed(node: exp.Expr) -> int:
    """Which element of what a split gives is taken, from 0; -1 if that is not plain."""
    above = node.parent
    while isinstance(above, exp.Paren):
        above = above.parent
    if not isinstance(above, exp.Bracket) or len(above.expressions) != 1:
        return -1
    return _number(above.expressions[0]) - int(above.args.get("offset") or 0)


def _number(node: object) -> int:
    """A whole number that is written out; -1 for anything else."""
    return int(node.this) if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit() else -1
