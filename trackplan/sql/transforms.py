"""How a column's value is taken: the first step on its way that keeps only a part of what it says."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from trackplan.sql.kinds import Kinds
from trackplan.sql.paths import PARTS

_ON, _STOP = "on", "stop"
_CONSTANTS = (exp.Literal, exp.Parameter, exp.Placeholder, exp.Boolean, exp.Null)
_HASHES = frozenset(
    "farm_fingerprint hash hash64 md5_number md5_hex murmur_hash sha1 sha1_hex sha2_hex sha256 sha512 xxhash64".split()  # noqa: SIM905
)


def transform(node: exp.Expr) -> str:
    """How the value of the column `node` is taken (see `Ref`)."""
    cast = ""
    child = node
    parent = node.parent
    while parent is not None:
        step = _STEPS[parent.__class__]
        if step is _STOP:
            break
        if step is not _ON:
            found: str = step if step.__class__ is str else step(parent, child.arg_key)
            if found == "cast":
                cast = found
            elif found is _STOP:
                break
            elif found is not _ON:
                return found
        child, parent = parent, parent.parent
    return cast


def _cast(node: exp.Expr, _: str | None) -> str:
    to = node.args.get("to")
    return "truncated to day" if isinstance(to, exp.DataType) and to.this is exp.DType.DATE else "cast"


def _branch(node: exp.Expr, at: str | None) -> str:
    if at != "this":
        return _ON
    return "equality" if isinstance(node, exp.Case) else _STOP


def _compared(node: exp.Expr, at: str | None) -> str:
    other = node.args["expression"] if at == "this" else node.this
    return "joined" if _reads(other) else "equality"


def _listed(node: exp.Expr, at: str | None) -> str:
    if at != "this" or node.args.get("query") is not None or any(map(_reads, node.expressions)):
        return "joined"
    return "equality"


def _reads(node: exp.Expr) -> bool:
    return not isinstance(node, _CONSTANTS) and node.find(exp.Column, exp.Query) is not None


def _is(node: exp.Expr, _: str | None) -> str:
    return "counted" if isinstance(node.args.get("expression"), exp.Null) else "equality"


def _distinct(node: exp.Expr, _: str | None) -> str:
    return "aggregated" if isinstance(node.parent, exp.AggFunc) else _STOP


def _truncated(node: exp.Expr, _: str | None) -> str:
    unit = node.args.get("unit")
    return f"truncated to {unit.name.lower()}" if isinstance(unit, (exp.Var, exp.Literal)) else "computed"


def _called(node: exp.Expr, _: str | None) -> str:
    return "hashed" if node.name.lower() in _HASHES else "computed"


def _windowed(_: exp.Expr, at: str | None) -> str:
    return _ON if at == "this" else _STOP


_STEPS: dict[type[Any], Any] = Kinds(
    (
        ((exp.Alias, exp.Paren, exp.Coalesce, exp.IgnoreNulls, exp.AnyValue, exp.ArrayAgg, exp.Array, *PARTS), _ON),
        ((exp.Struct, exp.PropertyEQ, exp.JSONObject, exp.JSONKeyValue, exp.Tuple, exp.Column), _ON),
        ((exp.Cast, exp.TryCast), _cast),
        ((exp.Case, exp.If), _branch),
        ((exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ), _compared),
        (exp.In, _listed),
        (exp.Is, _is),
        ((exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between), "range"),
        (exp.Distinct, _distinct),
        ((exp.Count, exp.CountIf), "counted"),
        ((exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc, exp.TimeTrunc, exp.LastDay), _truncated),
        ((exp.Date, exp.TsOrDsToDate), "truncated to day"),
        ((exp.Extract, exp.Year, exp.Month, exp.Week, exp.Quarter, exp.Day, exp.DayOfWeek, exp.Hour), "extracted"),
        ((exp.Substring, exp.Left, exp.Right, exp.RegexpExtract, exp.RegexpExtractAll), "extracted"),
        ((exp.Split, exp.SplitPart, exp.ParseUrl), "extracted"),
        ((exp.MD5, exp.MD5Digest, exp.MD5NumberLower64, exp.MD5NumberUpper64, exp.SHA, exp.SHA2), "hashed"),
        ((exp.SHA1Digest, exp.SHA2Digest, exp.FarmFingerprint, exp.CityHash64, exp.StandardHash), "hashed"),
        (exp.Window, _windowed),
        ((exp.Anonymous, exp.AnonymousAggFunc), _called),
        (exp.AggFunc, "aggregated"),
        ((exp.And, exp.Or, exp.Not), _STOP),
        ((exp.Func, exp.Binary, exp.Unary, exp.Condition), "computed"),
        (exp.Expr, _STOP),
    )
)
