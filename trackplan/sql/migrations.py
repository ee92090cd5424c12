"""A column, struct field or JSON key that goes → the statement that takes it out of a table, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.names import fold
from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

_DROPS_MEMBERS = frozenset({"duckdb", "spark", "databricks", "clickhouse"})
_JSON_REMOVE = frozenset({"mysql", "sqlite", "bigquery", "singlestore"})


@dataclass(frozen=True, slots=True)
class Stored:
    """What goes: its table, the column's name and type, and the way into it. Names are as the database stores them."""

    relation: tuple[str, ...]
    column: str
    path: tuple[str, ...] = ()
    type: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """Statements to run, those that undo them, and what has to be known about it ('' if nothing)."""

    forward: str
    back: str
    note: str = ""


def drop(stored: Stored, dialect: str) -> Migration:
    """Take it out of the table. The way back brings back the column; its values are gone."""
    if stored.path:
        return _member(stored, dialect)
    back = altered(
        stored.relation,
        exp.ColumnDef(this=column_name(stored.column, dialect), kind=declared_type(stored.type, dialect)),
        dialect,
    )
    action = exp.Drop(tables=[exp.column(column_name(stored.column, dialect))], kind="COLUMN")
    return Migration(altered(stored.relation, action, dialect), back, "the way back brings back an empty column")


def quarantine(stored: Stored, dialect: str) -> Migration | None:
    """Rename it, so that a forgotten reader shouts while nothing is lost; None for what lies inside of a column."""
    if stored.path:
        return None
    hidden = f"{stored.column}__quarantined"
    return Migration(_rename(stored, stored.column, hidden, dialect), _rename(stored, hidden, stored.column, dialect))


def drop_table(relation: tuple[str, ...], dialect: str) -> Migration:
    """Take out a whole table. There is no way back but a copy."""
    drop_ = exp.Drop(tables=[table_name(relation, dialect)], kind="TABLE")
    return Migration(_sql(drop_, dialect), "", "keep a copy until you are sure; nothing brings the table back")


def union_view(tables: Sequence[tuple[tuple[str, ...], Sequence[str]]], dialect: str) -> Migration:
    """A view beside the first table that holds the rows of all; `merged_from` says from which table a row is."""
    names = list(dict.fromkeys(column for _, columns in tables for column in columns))
    view = _sql(table_name((*tables[0][0][:-1], f"{tables[0][0][-1]}__merged"), dialect), dialect)
    parts = []
    for relation, columns in tables:
        items = [_quoted((n,), dialect) if n in columns else f"NULL AS {_quoted((n,), dialect)}" for n in names]
        listed = ",\n  ".join([*items, f"{string(relation[-1])} AS merged_from"])
        parts.append(f"SELECT\n  {listed}\nFROM {_sql(table_name(relation, dialect), dialect)}")
    return Migration(f"CREATE VIEW {view} AS\n" + "\nUNION ALL\n".join(parts), f"DROP VIEW {view}")


def _member(stored: Stored, dialect: str) -> Migration:
    """What lies inside of a column: a JSON key, or a field of a struct."""
    kind = stored.type.upper()
    if "[" in kind or kind.startswith(("ARRAY", "LIST")):
        return _by_hand(stored, dialect, "it lies inside of the items of a list, where no statement reaches it")
    if kind.startswith(("JSON", "VARIANT", "OBJECT", "SUPER", "VARCHAR", "TEXT", "STRING", "MAP")) or not kind:
        return _key(stored, dialect)
    if dialect in _DROPS_MEMBERS:
        column = _quoted((stored.column, *stored.path), dialect)
        table = _sql(table_name(stored.relation, dialect), dialect)
        return Migration(f"ALTER TABLE {table} DROP COLUMN {column}", "", "nothing brings the field back but a copy")
    if dialect == "bigquery" and len(stored.path) == 1:
        table, column = _sql(table_name(stored.relation, dialect), dialect), _quoted((stored.column,), dialect)
        inner = f"(SELECT AS STRUCT {column}.* EXCEPT ({_quoted(stored.path, dialect)})) AS {column}"
        return Migration(
            f"CREATE OR REPLACE TABLE {table} AS SELECT * REPLACE ({inner}) FROM {table}",  # noqa: S608 - names are quoted
            "",
            "this writes the table anew: partitions, clustering and grants have to be said again; keep a copy",
        )
    return _by_hand(stored, dialect, f"{dialect or 'SQL'} has no statement that takes a field out of a struct")


def _key(stored: Stored, dialect: str) -> Migration:
    table, column = _sql(table_name(stored.relation, dialect), dialect), _quoted((stored.column,), dialect)
    way = string("$" + "".join(f".{json_step(step)}" for step in stored.path))
    if dialect in _JSON_REMOVE:
        value = f"JSON_REMOVE({column}, {way})"
    elif dialect == "duckdb":
        patch: object = None
        for step in reversed(stored.path):
            patch = {step: patch}
        value = f"json_merge_patch({column}, {string(json.dumps(patch, ensure_ascii=False))})"
    elif dialect == "postgres":
        steps = ", ".join(json.dumps(step, ensure_ascii=False) for step in stored.path)
        value = f"({column}::jsonb #- {string('{' + steps + '}')})::{(stored.type or 'jsonb').lower()}"
    elif dialect == "snowflake" and len(stored.path) == 1:
        value = f"OBJECT_DELETE({column}, {string(stored.path[0])})"
    else:
        return _by_hand(stored, dialect, f"{dialect or 'SQL'} has no statement that takes such a key out of a value")
    note = "nothing brings the values back but a copy"
    kept = f"json_type({column}) = 'OBJECT'" if dialect == "duckdb" else f"{column} IS NOT NULL"
    return Migration(f"UPDATE {table} SET {column} = {value} WHERE {kept}", "", note)  # noqa: S608 - names are quoted


def _by_hand(stored: Stored, dialect: str, why: str) -> Migration:
    table = _sql(table_name(stored.relation, dialect), dialect)
    way = _quoted((stored.column, *stored.path), dialect)
    return Migration(f"-- {table}: write the table anew without {way}", "", why)


def string(content: str) -> str:
    """A text as SQL writes it."""
    return "'" + content.replace("'", "''") + "'"


def json_step(step: str) -> str:
    """A key as a JSON path writes it."""
    return step if step.isidentifier() and step.isascii() else json.dumps(step, ensure_ascii=False)


def _rename(stored: Stored, old: str, new: str, dialect: str) -> str:
    if dialect in ("tsql", "fabric"):
        place = ".".join((*stored.relation, old))
        return f"EXEC sp_rename {string(place)}, {string(new)}, 'COLUMN'"
    action = exp.RenameColumn(
        this=exp.column(column_name(old, dialect)), to=exp.column(column_name(new, dialect)), exists=False
    )
    return altered(stored.relation, action, dialect)


def altered(relation: tuple[str, ...], action: exp.Expr, dialect: str) -> str:
    """A statement that alters a table."""
    return _sql(exp.Alter(this=table_name(relation, dialect), kind="TABLE", actions=[action]), dialect)


def table_name(relation: tuple[str, ...], dialect: str) -> exp.Table:
    """A table as the database stores its name."""
    parts = [column_name(part, dialect) for part in relation[-3:]]
    names = ("this", "db", "catalog")
    return exp.Table(**dict(zip(names, reversed(parts), strict=False)))


def column_name(name: str, dialect: str) -> exp.Identifier:
    """A name as the database stores it: in quotes where it is not what it would store without."""
    return exp.to_identifier(name, quoted=identifier(name, dialect) != name or fold(name, False, dialect) != name)


def declared_type(text: str, dialect: str) -> exp.Expr:
    """A type as it is declared, or text that keeps it as it is written where the parser does not know it."""
    try:
        return exp.DataType.build(text or "VARCHAR", dialect=dialect or None)
    except Exception:  # a stranger's type, which the parser fails at in more ways than it documents
        return exp.Var(this=text)


def _quoted(parts: tuple[str, ...], dialect: str) -> str:
    return ".".join(_sql(column_name(part, dialect), dialect) for part in parts)


def _sql(node: exp.Expr, dialect: str) -> str:
    return node.sql(dialect=dialect or None)
