"""How a column's value is taken: what is left of it, as a form (see `forms`), on its way to where it is selected."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from trackplan.sql import parts
from trackplan.sql.forms import CAST, COMPUTED, EXTREME, MIXED, PACKED, PASSING, TEXT, TRUNCATED, composed, truncated
from trackplan.sql.kinds import Kinds
from trackplan.sql.paths import PARTS, is_static

_ON, _STOP = "", "stop"
_CONSTANTS = (exp.Literal, exp.Parameter, exp.Placeholder, exp.Boolean, exp.Null)
_ROW_CLAUSES = (exp.Where, exp.Having, exp.Qualify, exp.Join)
_HASHES = frozenset(
    "farm_fingerprint hash hash64 md5_number md5_hex murmur_hash sha1 sha1_hex sha2_hex sha256 sha512 xxhash64".split()  # noqa: SIM905
)
_TEXTS = exp.DataType.TEXT_TYPES


def transform(node: exp.Expr) -> str:
    """How the value of the column `node` is taken (see `Ref`)."""
    form = ""
    child = node
    parent = node.parent
    while parent is not None:
        step = _STEPS[parent.__class__]
        if step.__class__ is not str:
            step = step(parent, child.arg_key)
        if step is _STOP:
            break
        if step:
            form = composed(form, step) if form else step
            if form not in PASSING and not form.startswith(TRUNCATED):
                break
        child, parent = parent, parent.parent
    return form


def _cast(node: exp.Expr, _: str | None) -> str:
    to = node.args.get("to")
    if not isinstance(to, exp.DataType) or node.args.get("format") is not None:
        return CAST
    if to.this is exp.DType.DATE:
        return "truncated to day"
    return TEXT if to.this in _TEXTS and not to.expressions else CAST


def _branch(node: exp.Expr, at: str | None) -> str:
    if at != "this":
        return MIXED
    plain = isinstance(node, exp.Case) and not any(_reads(branch.this) for branch in node.args["ifs"])
    return "equality" if plain else COMPUTED


def _whens(node: exp.Expr, at: str | None) -> str:
    """A WHEN of a CASE, or an IF: what it gives, or the condition."""
    if isinstance(node.parent, exp.Case):
        return _ON if at != "this" else "joined" if node.parent.this is not None else COMPUTED
    return _branch(node, at)


def _compared(node: exp.Expr, at: str | None) -> str:
    if isinstance(node.parent, exp.Update):
        return _STOP  # SET a = b
    other = node.args["expression"] if at == "this" else node.this
    return "joined" if _reads(other) else "equality"


def _listed(node: exp.Expr, at: str | None) -> str:
    others = (value for name, value in node.args.items() if name not in ("this", "expressions"))
    if at != "this" or any(others) or any(map(_reads, node.expressions)):
        return "joined"
    return "equality"


def _reads(node: exp.Expr) -> bool:
    return not isinstance(node, _CONSTANTS) and node.find(exp.Column, exp.Query, exp.Identifier) is not None


def _is(node: exp.Expr, _: str | None) -> str:
    return "counted" if isinstance(node.args.get("expression"), exp.Null) else "equality"


def _distinct(node: exp.Expr, _: str | None) -> str:
    return _ON if isinstance(node.parent, exp.AggFunc) and not isinstance(node.parent, exp.Count) else "told apart"


def _logical(node: exp.Expr, _: str | None) -> str:
    """A part of a condition; only as that of the whole query it is no other value."""
    above = node.parent
    while isinstance(above, (exp.And, exp.Or, exp.Not, exp.Paren)):
        above = above.parent
    return _STOP if isinstance(above, _ROW_CLAUSES) and not isinstance(above.parent, exp.Filter) else COMPUTED


def _where(node: exp.Expr, _: str | None) -> str:
    return COMPUTED if isinstance(node.parent, exp.Filter) else _STOP


def _truncated(node: exp.Expr, at: str | None) -> str:
    unit = node.args.get("unit")
    if at != "this" or node.args.get("zone") is not None or not isinstance(unit, (exp.Var, exp.Literal)):
        return COMPUTED
    return truncated(unit.name)


def _dated(node: exp.Expr, at: str | None) -> str:
    return "truncated to day" if at == "this" and all(n == "this" or not v for n, v in node.args.items()) else COMPUTED


def _timed(node: exp.Expr, at: str | None) -> str:
    more = ("zone", "format", "expression", "expressions")
    return CAST if at == "this" and not any(node.args.get(name) for name in more) else COMPUTED


def _extracted(node: exp.Expr, at: str | None) -> str:
    return parts.unit_needed(node.this.name) if at == "expression" else COMPUTED


def _between(node: exp.Expr, _: str | None) -> str:
    """The difference of two times, where only the borders between them count."""
    unit = node.args.get("unit")
    if not node.args.get("date_part_boundary") or not isinstance(unit, (exp.Var, exp.Literal)):
        return COMPUTED
    return truncated("day" if unit.name.lower() == "week" else unit.name)


def _called(node: exp.Expr, _: str | None) -> str:
    if node.name.lower() in ("date_part", "datepart") and len(node.expressions) == 2:
        return parts.unit_needed(node.expressions[0].name) if isinstance(node.expressions[0], exp.Literal) else COMPUTED
    return "hashed" if node.name.lower() in _HASHES and len(node.expressions) == 1 else COMPUTED


def _windowed(_: exp.Expr, at: str | None) -> str:
    return _ON if at == "this" else "told apart" if at == "partition_by" else COMPUTED


def _taken_apart(node: exp.Expr, at: str | None) -> str:
    return _ON if at == "this" and is_static(node) else COMPUTED


def _only(at_: str, form: str) -> Any:
    return lambda _, at: form if at == at_ else COMPUTED


_STEPS: dict[type[Any], Any] = Kinds(
    (
        ((exp.Alias, exp.Aliases, exp.Paren, exp.IgnoreNulls, exp.AnyValue, exp.Column), _ON),
        ((exp.Rollup, exp.Cube, exp.GroupingSets), _ON),
        (exp.Coalesce, MIXED),
        ((exp.Struct, exp.PropertyEQ, exp.JSONObject, exp.JSONKeyValue, exp.Tuple, exp.ArrayAgg, exp.Array), PACKED),
        (PARTS, _taken_apart),
        ((exp.Cast, exp.TryCast), _cast),
        (exp.Case, _branch),
        (exp.If, _whens),
        ((exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ), _compared),
        (exp.In, _listed),
        (exp.Is, _is),
        ((exp.GTE, exp.LT, exp.GT, exp.LTE), parts.bounded),
        (exp.Between, "range"),
        (exp.Distinct, _distinct),
        (exp.Count, "counted"),
        ((exp.ApproxDistinct, exp.Hll), "estimated"),
        ((exp.Min, exp.Max), _only("this", EXTREME)),
        ((exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop), "aggregated"),
        ((exp.Median, exp.Quantile, exp.ApproxQuantile), _only("this", "aggregated")),
        ((exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc, exp.TimeTrunc), _truncated),
        ((exp.Date, exp.TsOrDsToDate), _dated),
        ((exp.TsOrDsToTimestamp, exp.Timestamp), _timed),
        (exp.DateDiff, _between),
        (exp.Extract, _extracted),
        (tuple(parts.CALENDAR), parts.calendar),
        (exp.TimeToStr, parts.formatted),
        ((exp.Substring, exp.Left), parts.beginning),
        ((exp.StartsWith, exp.Like, exp.ILike), parts.matched),
        ((exp.Split, exp.StringToArray, exp.SplitPart, exp.RegexpExtract), parts.split),
        ((exp.ParseUrl, exp.Host), parts.host),
        (exp.Round, parts.rounded),
        ((exp.MD5, exp.MD5Digest, exp.MD5NumberLower64, exp.MD5NumberUpper64, exp.SHA), "hashed"),
        ((exp.SHA2, exp.SHA1Digest, exp.SHA2Digest, exp.CityHash64, exp.StandardHash), _only("this", "hashed")),
        (exp.FarmFingerprint, "hashed"),
        (exp.Window, _windowed),
        (exp.Filter, _only("this", _ON)),
        ((exp.Anonymous, exp.AnonymousAggFunc), _called),
        ((exp.And, exp.Or, exp.Not), _logical),
        (exp.Where, _where),
        (exp.Ordered, "ordered"),
        (exp.Group, "told apart"),
        ((exp.Func, exp.Binary, exp.Unary, exp.Condition), COMPUTED),
        ((exp.Query, exp.Having, exp.Qualify, exp.Join, exp.Update, exp.Insert, exp.Merge), _STOP),
        (exp.Expr, COMPUTED),
    )
)
