"""How long rows are kept → the statements that delete what is older, and the way back while there is a copy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from trackplan.sql.lessening import sort_of, written
from trackplan.sql.migrations import column_name, table_name

TIME = "<time column>"
"""What stands for the column that says how old a row is, where nobody knows it."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """`forward` copies what goes and deletes it, `back` brings it back, `finish` removes the copy.

    `regular` is to be run from then on.
    """

    forward: str
    back: str
    finish: str
    regular: str


def expire(relation: tuple[str, ...], time: str, type_: str, days: int | None, dialect: str) -> Expiry:
    """Delete the rows of a table that are older than so many `days`; placeholders stand for what is not known."""
    source, copy = _tables(relation, "__expired", dialect)
    old = _old(time, type_, days, dialect)
    gone = f"{written(exp.delete(source.copy(), where=old.copy()), dialect)};\n"
    if dialect == "clickhouse":
        gone = f"ALTER TABLE {written(source, dialect)} DELETE WHERE {written(old, dialect)};\n"
    drop = f"DROP TABLE {written(copy, dialect)};\n"
    back = written(exp.insert(exp.select("*").from_(copy.copy()), source.copy()), dialect)
    return Expiry(f"{_copied(source, copy, old, dialect)}{gone}", f"{back};\n{drop}", drop, gone)


def empty(
    relation: tuple[str, ...], suffix: str, names: list[str], time: str, type_: str, days: int | None, dialect: str
) -> Expiry:
    """Empty columns of the rows that are older than so many `days`; their copy is called by the `suffix`."""
    source, copy = _tables(relation, suffix, dialect)
    old = _old(time, type_, days, dialect)
    columns = [written(column_name(name, dialect), dialect) for name in names]
    pairs = ", ".join(f"{name} = NULL" for name in columns)
    there = " OR ".join(f"{name} IS NOT NULL" for name in columns)
    where = f"{written(old, dialect)} AND ({there})" if len(columns) > 1 else f"{written(old, dialect)} AND {there}"
    table = written(source, dialect)
    gone = f"UPDATE {table} SET {pairs} WHERE {where};\n"  # noqa: S608 - names are quoted
    if dialect == "clickhouse":
        gone = f"ALTER TABLE {table} UPDATE {pairs} WHERE {where};\n"
    return Expiry(f"{_copied(source, copy, old, dialect)}{gone}", "", f"DROP TABLE {written(copy, dialect)};\n", gone)


def _tables(relation: tuple[str, ...], suffix: str, dialect: str) -> tuple[exp.Table, exp.Table]:
    """A table and its copy."""
    return table_name(relation, dialect), table_name((*relation[:-1], f"{relation[-1]}{suffix}"), dialect)


def _old(time: str, type_: str, days: int | None, dialect: str) -> exp.Expr:
    return exp.LT(this=_time(time, dialect), expression=_limit(days, type_, dialect))


def _copied(source: exp.Table, copy: exp.Table, old: exp.Expr, dialect: str) -> str:
    rows = exp.select("*").from_(source.copy()).where(old.copy())
    made = written(rows.ctas(copy.copy()), dialect)
    if dialect == "clickhouse":
        made = made.replace(" AS SELECT", " ENGINE = MergeTree ORDER BY tuple() AS SELECT", 1)
    return f"{made};\n"


def _time(name: str, dialect: str) -> exp.Expr:
    return exp.column(column_name(name, dialect)) if name else exp.Var(this=TIME)


def _limit(days: int | None, type_: str, dialect: str) -> exp.Expr:
    """The moment before which rows are too old."""
    if dialect in ("tsql", "fabric"):
        today: exp.Expr = exp.cast(exp.Anonymous(this="GETDATE"), "DATE")
        number = f"-{days}" if days is not None else "-<days>"
        day: exp.Expr = exp.Anonymous(this="DATEADD", expressions=[exp.Var(this="DAY"), exp.Var(this=number), today])
    elif dialect == "snowflake":
        number = f"-{days}" if days is not None else "-<days>"
        parts = [exp.Var(this="DAY"), exp.Var(this=number), exp.CurrentDate()]
        day = exp.Anonymous(this="DATEADD", expressions=parts)
    elif dialect in ("trino", "presto", "athena"):
        number = f"-{days}" if days is not None else "-<days>"
        parts = [exp.Literal.string("day"), exp.Var(this=number), exp.CurrentDate()]
        day = exp.Anonymous(this="DATE_ADD", expressions=parts)
    elif dialect == "sqlite":
        number = f"-{days} days" if days is not None else "-<days> days"
        day = exp.Anonymous(this="DATE", expressions=[exp.Literal.string("now"), exp.Literal.string(number)])
    else:
        amount = exp.Literal.number(days) if days is not None else exp.Var(this="<days>")
        day = exp.DateSub(this=exp.CurrentDate(), expression=amount, unit=exp.var("DAY"))
    if not type_ or sort_of(type_, dialect) == "date":
        return day
    return exp.cast(day, exp.DataType.build(type_, dialect=dialect or None))
