"""A stored value of which less is kept from now on → the statements for what is stored already, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlglot import exp

from trackplan.sql.lessening import KEY, NoExpressionError, lessened, sort_of, written
from trackplan.sql.migrations import Stored, altered, column_name, declared_type, json_step, string, table_name
from trackplan.sql.template import quoted

_MEMBERS_ARE_SET = frozenset({"bigquery", "spark", "databricks"})
_JSON = ("JSON", "VARIANT", "OBJECT", "SUPER", "VARCHAR", "TEXT", "STRING", "NVARCHAR")
_KINDS = {"integer": "integer", "number": "number", "boolean": "boolean", "string": "text"}
_DOUBLE = {"number": "DOUBLE", "integer": "DOUBLE"}
_BY_DIALECT = {
    "clickhouse": "run each statement when the mutation before it is done",
    "tsql": "run each statement as a batch of its own",
}
_CASELESS = frozenset({"mysql", "tsql", "fabric"})


@dataclass(frozen=True, slots=True)
class Backfill:
    """What keeps less of a value.

    `select` shows whoever loads it what to keep. `forward` does it to what is stored, with a copy kept aside; `back`
    brings the copy back, `finish` removes it. All are '' where no statement does it; `note` says why, or what has to be
    known. `value` takes the place of the whole column in a SELECT.
    """

    select: str = ""
    forward: str = ""
    back: str = ""
    finish: str = ""
    note: str = ""
    value: str = ""


def backfill(stored: Stored, form: str, kind: str, dialect: str) -> Backfill:
    """The statements that let a column, or what lies in one, keep only `form`; `kind` is its type in the plan."""
    try:
        return _inner(stored, form, kind, dialect) if stored.path else _whole(stored, form, kind, dialect)
    except NoExpressionError as error:
        return Backfill(note=str(error))


def _whole(stored: Stored, form: str, kind: str, dialect: str) -> Backfill:
    name = column_name(stored.column, dialect)
    sort = sort_of(stored.type, dialect) or ("" if form.startswith("truncated") else _KINDS.get(kind, ""))
    less = written(lessened(exp.column(name.copy()), form, sort, stored.type, dialect), dialect)
    table, column = written(table_name(stored.relation, dialect), dialect), written(name, dialect)
    aside = column_name(f"{stored.column}__quarantined", dialect)
    copy = written(aside, dialect)
    made = altered(stored.relation, exp.ColumnDef(this=aside, kind=declared_type(stored.type, dialect)), dialect)
    gone = altered(stored.relation, exp.Drop(tables=[exp.column(aside.copy())], kind="COLUMN"), dialect)
    return Backfill(
        f"SELECT {less} AS {column} FROM {table}",  # noqa: S608 - names are quoted
        "".join(
            f"{statement};\n"
            for statement in (
                made,
                _update(table, {copy: column}, column, dialect),
                _update(table, {column: less}, column, dialect),
            )
        ),
        f"{_update(table, {column: copy}, copy, dialect)};\n{gone};\n",
        f"{gone};\n",
        _note(form, sort, stored.type, dialect),
        less,
    )


def _inner(stored: Stored, form: str, kind: str, dialect: str) -> Backfill:
    """What lies in a column: there is no column beside it to keep a copy in, so the table is copied."""
    base = stored.type.upper()
    if "[" in base or base.startswith(("ARRAY", "LIST")):
        raise NoExpressionError("it lies inside of the items of a list, where no statement reaches it")
    if base.startswith(("STRUCT", "RECORD", "ROW", "TUPLE")) or (dialect == "bigquery" and not base.startswith(_JSON)):
        return _member(stored, form, kind, dialect)
    taken, put = _json_ways(stored, dialect)
    sort = _KINDS.get(kind, "text")
    sort = "text" if form.startswith("truncated") else sort
    value: exp.Expr = exp.Var(this=taken)
    if sort in _DOUBLE:
        value = exp.cast(value, _DOUBLE[sort])
    less = written(lessened(value, form, sort, kind, dialect), dialect)
    changed = put.replace("\0", less)
    column = written(column_name(stored.column, dialect), dialect)
    kept = f"CASE WHEN {taken} IS NOT NULL THEN {changed} ELSE {column} END"
    return _copied(stored, less, column, changed, f"{taken} IS NOT NULL", kept, dialect)


def _member(stored: Stored, form: str, kind: str, dialect: str) -> Backfill:
    if dialect not in _MEMBERS_ARE_SET:
        raise NoExpressionError(f"{dialect or 'SQL'} has no statement that sets a field of a struct")
    way = ".".join(written(column_name(part, dialect), dialect) for part in (stored.column, *stored.path))
    sort = "" if form.startswith("truncated") else _KINDS.get(kind, "")
    less = written(lessened(exp.Var(this=way), form, sort, kind, dialect), dialect)
    return _copied(stored, less, way, less, f"{way} IS NOT NULL", "", dialect)


def _copied(stored: Stored, less: str, target: str, value: str, kept: str, whole: str, dialect: str) -> Backfill:
    """A change that keeps a copy of the whole table."""
    table = written(table_name(stored.relation, dialect), dialect)
    copied = (*stored.relation[:-1], f"{stored.relation[-1]}__quarantined")
    copy = table_name(copied, dialect)
    made = written(exp.select("*").from_(table_name(stored.relation, dialect)).ctas(copy), dialect)
    name = written(column_name(stored.path[-1], dialect), dialect)
    return Backfill(
        f"SELECT {less} AS {name} FROM {table}",  # noqa: S608 - names are quoted
        f"{made};\n{_update(table, {target: value}, '', dialect, kept)};\n",
        "",
        f"DROP TABLE {written(copy, dialect)};\n",
        "rows have no key here, so nothing but the copy of the table brings the values back",
        whole,
    )


def _json_ways(stored: Stored, dialect: str) -> tuple[str, str]:
    """How a key is taken as a text, and how it is set: a zero byte stands for the new value."""
    column = written(column_name(stored.column, dialect), dialect)
    way = string("$" + "".join(f".{json_step(step)}" for step in stored.path))
    if dialect == "duckdb":
        put = "\0"
        for step in reversed(stored.path):
            put = f"json_object({string(step)}, {put})"
        return f"({column} ->> {way})", f"json_merge_patch({column}, {put})"
    if dialect == "postgres":
        steps = string("{" + ", ".join(json.dumps(step, ensure_ascii=False) for step in stored.path) + "}")
        kind = (stored.type or "jsonb").lower()
        return f"({column}::jsonb #>> {steps})", f"JSONB_SET({column}::jsonb, {steps}, TO_JSONB(\0))::{kind}"
    if dialect == "bigquery":
        return f"JSON_VALUE({column}, {way})", f"JSON_SET({column}, {way}, \0)"
    if dialect in ("mysql", "sqlite"):
        return f"({column} ->> {way})", f"JSON_SET({column}, {way}, \0)"
    if dialect in ("tsql", "fabric"):
        return f"JSON_VALUE({column}, {way})", f"JSON_MODIFY({column}, {way}, \0)"
    if dialect == "snowflake" and len(stored.path) == 1:
        key = stored.path[0]
        return f"{column}:{quoted(key, dialect)}::VARCHAR", f"OBJECT_INSERT({column}, {string(key)}, \0, TRUE)"
    raise NoExpressionError(f"{dialect or 'SQL'} has no statement that sets such a key in a value")


def _note(form: str, sort: str, type_: str, dialect: str) -> str:
    """What has to be known of an expression."""
    notes = []
    if not sort:
        notes.append("no type is declared for it, so look whether it fits")
    if form == "hashed":
        notes.append(f"put a secret in the place of {KEY}, and keep it out of the repository and of the warehouse")
        if dialect in _CASELESS:
            notes.append("where the collation takes upper and lower case for the same, hash it in lower case")
    if dialect in _BY_DIALECT:
        notes.append(_BY_DIALECT[dialect])
    if "TZ" in type_.upper() or "ZONE" in type_.upper():
        notes.append("run it in the time zone in which the consumers run")
    return "; ".join(notes)


def _update(table: str, values: dict[str, str], there: str, dialect: str, kept: str = "") -> str:
    pairs = ", ".join(f"{name} = {value}" for name, value in values.items())
    where = kept or f"{there} IS NOT NULL"
    if dialect == "clickhouse":
        return f"ALTER TABLE {table} UPDATE {pairs} WHERE {where}"
    return f"UPDATE {table} SET {pairs} WHERE {where}"  # noqa: S608 - names are quoted
