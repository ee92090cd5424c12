"""A column and a form of its value → the expression that keeps no more of it than that, in the SQL of a dialect.

Forms are those of `forms`. NULL stays NULL, and the value stays one of its column's type.
"""

from __future__ import annotations

from sqlglot import exp

from trackplan.sql.forms import PREFIX, ROUNDED, unit_of

KEY = "<key>"
"""What stands for the secret key of a hash."""
HEX = 64
"""How many characters a hash takes."""

_ONE_WEEK = frozenset({"", "duckdb", "postgres", "redshift", "trino", "presto", "athena", "spark", "databricks"})
_MASKS = {
    "year": "%Y-01-01 00:00:00", "month": "%Y-%m-01 00:00:00", "day": "%Y-%m-%d 00:00:00",
    "hour": "%Y-%m-%d %H:00:00", "minute": "%Y-%m-%d %H:%M:00",
}  # fmt: skip
_HOST = "^[^/?#]*//[^/?#]*|^[^/?#]*"
_TOO_SHORT = "a hash is a text of 64 characters, and its type is"


class NoExpressionError(Exception):
    """There is no such expression, with the reason as a clause."""


def sort_of(type_: str, dialect: str) -> str:
    """What values of a type are: text, time, date, integer, number, boolean, other; '' where no type is declared."""
    if not type_:
        return ""
    try:
        kind = exp.DataType.build(type_, dialect=dialect or None)
    except Exception:  # a stranger's type, which the parser fails at in more ways than it documents
        return "other"
    if kind.this in exp.DataType.TEXT_TYPES:
        return "text"
    if kind.this in (exp.DType.DATE, exp.DType.DATE32):
        return "date"
    if kind.this in exp.DataType.TEMPORAL_TYPES and kind.this.name != "TIME":
        return "time"
    if kind.this in exp.DataType.INTEGER_TYPES:
        return "integer"
    if kind.this in exp.DataType.NUMERIC_TYPES:
        return "number"
    return "boolean" if kind.this is exp.DType.BOOLEAN else "other"


def lessened(value: exp.Expr, form: str, sort: str, type_: str, dialect: str) -> exp.Expr:
    """What keeps only `form` of a value of some `sort` and declared type. Raises `NoExpressionError`."""
    unit = unit_of(form)
    if unit:
        return _time(value, unit, sort, type_, dialect)
    if form.startswith(ROUNDED):
        if sort not in ("number", "integer", ""):
            raise NoExpressionError(f"its type is {type_}, and only numbers are rounded")
        return exp.Round(this=value, decimals=exp.Literal.number(int(form.removeprefix(ROUNDED))))
    if form == "counted":
        return _flag(value, sort, type_, dialect)
    if form in ("aggregated", "range"):
        raise NoExpressionError("it depends on what the consumers ask for")
    if sort not in ("text", ""):
        said = _TOO_SHORT if form == "hashed" else "only texts are cut, and its type is"
        raise NoExpressionError(f"{said} {type_}")
    if form.startswith(PREFIX):
        return exp.Left(this=value, expression=exp.Literal.number(int(form.removeprefix(PREFIX))))
    return _text(value, form, type_, dialect)


def written(node: exp.Expr, dialect: str) -> str:
    """An expression as SQL."""
    return node.sql(dialect=dialect or None)


def _time(value: exp.Expr, unit: str, sort: str, type_: str, dialect: str) -> exp.Expr:
    if sort not in ("time", "date", "text", ""):
        raise NoExpressionError(f"its type is {type_}, and only times are cut off")
    if sort == "text":
        kind = "TIMESTAMPTZ" if dialect == "bigquery" else "TIMESTAMP"  # which reads a time zone, too
        text = _truncated(exp.cast(value, kind), unit, "time", "", dialect)
        return exp.cast(text, "VARCHAR", dialect=dialect or None)
    found = _truncated(value, unit, sort, type_, dialect)
    return exp.cast(found, "DATE") if sort == "date" and dialect != "bigquery" else found


def _truncated(value: exp.Expr, unit: str, sort: str, type_: str, dialect: str) -> exp.Expr:
    # Weeks begin on Sunday for some and on Monday for others; days tell either.
    unit = "day" if unit == "week" and dialect not in _ONE_WEEK else unit
    if dialect in ("mysql", "sqlite") and unit in _MASKS:
        return exp.TimeToStr(this=value, format=exp.Literal.string(_MASKS[unit]))
    if dialect == "bigquery" and sort == "date":
        return exp.DateTrunc(this=value, unit=exp.Literal.string(unit.upper()))  # type: ignore[no-untyped-call]
    if dialect == "bigquery" and type_.upper() == "DATETIME":
        return exp.DatetimeTrunc(this=value, unit=exp.var(unit.upper()))
    return exp.TimestampTrunc(this=value, unit=exp.var(unit.upper()))


def _flag(value: exp.Expr, sort: str, type_: str, dialect: str) -> exp.Expr:
    """One and the same for all that are there."""
    constants: dict[str, exp.Expr] = {
        "": exp.Literal.string("x"),
        "text": exp.Literal.string("x"),
        "integer": exp.Literal.number(1),
        "number": exp.Literal.number(1),
        "boolean": exp.true(),
        "date": exp.Literal.string("2000-01-01"),
        "time": exp.Literal.string("2000-01-01 00:00:00"),
    }
    if sort not in constants:
        raise NoExpressionError(f"its type is {type_}, of which no one value stands for all")
    constant = constants[sort]
    if sort in ("date", "time"):
        constant = exp.cast(constant, type_, dialect=dialect or None)
    return exp.Case(ifs=[exp.If(this=_there(value), true=constant)])


def _text(value: exp.Expr, form: str, type_: str, dialect: str) -> exp.Expr:
    if form == "domain":
        at = exp.StrPosition(this=value.copy(), substr=exp.Literal.string("@"))
        tail = exp.Substring(this=value.copy(), start=at, length=exp.Length(this=value.copy()))
        found = exp.GT(this=at.copy(), expression=exp.Literal.number(0))
        nothing = exp.If(this=_there(value), true=exp.Literal.string(""))
        return exp.Case(ifs=[exp.If(this=found, true=_joined(exp.Literal.string("*"), tail)), nothing])
    if form == "path":
        at = exp.StrPosition(this=value.copy(), substr=exp.Literal.string("?"))
        head = exp.Left(this=value.copy(), expression=exp.Sub(this=at, expression=exp.Literal.number(1)))
        found = exp.GT(this=at.copy(), expression=exp.Literal.number(0))
        return exp.Case(ifs=[exp.If(this=found, true=head)], default=value)
    if form == "host":
        return _matched(value, _HOST, dialect)
    if form == "hashed":
        size = "".join(sign for sign in type_ if sign.isdigit())
        if size and int(size) < HEX:
            raise NoExpressionError(f"{_TOO_SHORT} {type_}")
        return exp.Case(ifs=[exp.If(this=_there(value), true=_hash(value, dialect))])
    raise NoExpressionError("nobody knows how to keep only that")


def _matched(value: exp.Expr, pattern: str, dialect: str) -> exp.Expr:
    """The part of a text that matches a regular expression."""
    text = exp.Literal.string(pattern)
    if dialect in ("tsql", "fabric"):
        raise NoExpressionError("T-SQL has no regular expressions, so the part has to be taken where it is loaded")
    calls = {"postgres": "SUBSTRING", "mysql": "REGEXP_SUBSTR", "clickhouse": "extract"}
    if dialect in calls:
        return exp.Anonymous(this=calls[dialect], expressions=[value, text])
    if dialect in ("spark", "databricks", "hive"):
        return exp.Anonymous(this="REGEXP_EXTRACT", expressions=[value, text, exp.Literal.number(0)])
    return exp.RegexpExtract(this=value, expression=text)


def _hash(value: exp.Expr, dialect: str) -> exp.Expr:
    keyed = _joined(exp.Literal.string(KEY), value.copy())
    if dialect == "bigquery":
        return exp.Anonymous(this="TO_HEX", expressions=[exp.Anonymous(this="SHA256", expressions=[keyed])])
    if dialect == "postgres":
        data = exp.Anonymous(this="CONVERT_TO", expressions=[keyed, exp.Literal.string("UTF8")])
        digest = exp.Anonymous(this="SHA256", expressions=[data])
        return exp.Anonymous(this="ENCODE", expressions=[digest, exp.Literal.string("hex")])
    if dialect == "trino":
        data = exp.Anonymous(this="TO_UTF8", expressions=[keyed])
        return exp.Lower(
            this=exp.Anonymous(this="TO_HEX", expressions=[exp.Anonymous(this="SHA256", expressions=[data])])
        )
    if dialect == "clickhouse":
        return exp.Lower(
            this=exp.Anonymous(this="hex", expressions=[exp.Anonymous(this="SHA256", expressions=[keyed])])
        )
    if dialect in ("tsql", "fabric"):
        digest = exp.Anonymous(this="HASHBYTES", expressions=[exp.Literal.string("SHA2_256"), keyed])
        style = [exp.DataType.build("VARCHAR(64)"), digest, exp.Literal.number(2)]
        return exp.Lower(this=exp.Anonymous(this="CONVERT", expressions=style))
    return exp.SHA2(this=keyed, length=exp.Literal.number(256))


def _joined(*parts: exp.Expr) -> exp.Expr:
    return exp.Concat(expressions=list(parts), safe=False, coalesce=False)


def _there(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value.copy(), expression=exp.Not(this=exp.null()))
