"""CREATE TABLE → the declared table: its columns, what it copies from another, what is computed inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp

from trackplan.facts.declared import Column, Table
from trackplan.sql.structure import Structure, description

if TYPE_CHECKING:
    from trackplan.findings import Place

Parts = tuple[str, ...]

# ClickHouse: tables without rows of their own, and how many arguments of the engine come before the database's name.
_WINDOWS = {"distributed": 1, "buffer": 0}
# Dialects in which the columns by which a table is cut into folders stand behind the others.
_PARTITIONS_LAST = frozenset({"databricks", "hive", "spark", "spark2"})
_FOLDERS = frozenset({"avro", "csv", "hive", "json", "orc", "parquet", "rcfile", "sequencefile", "text", "textfile"})
_SEVERAL = frozenset({"merge", "dictionary"})  # of one or more tables, whose names are text


def name(tree: exp.Create) -> exp.Expr:
    """The node of the relation's name, without the column list."""
    target: exp.Expr = tree.this
    return target.this if isinstance(target, exp.Schema) else target


def source(tree: exp.Create, structure: Structure) -> Parts:
    """The table that it shows or copies by engine, LIKE, CLONE, COPY, AS or PARTITION OF; empty if there is none."""
    behind = _behind(tree, structure)
    if behind:
        return behind
    clone = tree.args.get("clone")
    if clone is not None:
        return structure.parts(clone.this)
    if isinstance(tree.args.get("expression"), exp.Table):
        return structure.parts(tree.args["expression"])
    for node in tree.find_all(exp.LikeProperty, exp.PartitionedOfProperty):
        return structure.parts(node.this)
    return ()


def shares_rows(tree: exp.Create) -> bool:
    """Whether reading the new table reads rows of the one it copies."""
    shares = tree.args.get("clone") is not None or tree.find(exp.PartitionedOfProperty) is not None
    return shares or _engine(tree) in _WINDOWS


def filled(tree: exp.Create, structure: Structure) -> Parts:
    """The table that a materialized view writes to (`TO`); empty if it keeps its rows itself."""
    target = next((p for p in _settings(tree) if isinstance(p, exp.ToTableProperty)), None)
    return structure.parts(target.this) if target is not None else ()


def inherits(tree: exp.Create) -> bool:
    """Whether the new table shows rows of others, or its rows show in another table too."""
    return tree.find(exp.InheritsProperty) is not None or _engine(tree) in _SEVERAL


def table(tree: exp.Create, parts: Parts, place: Place, structure: Structure, copied: Table | None) -> Table:
    """The table that `tree` declares; `copied` is the table at its `source`, if that is known."""
    columns = structure.columns(_items(tree, structure.dialect), place)
    complete = bool(columns)
    if source(tree, structure):
        complete = copied is not None and copied.complete
        taken = {c.name for c in columns}
        columns += tuple(_moved(c, place) for c in (copied.columns if copied else ()) if c.name not in taken)
    if inherits(tree):
        columns, complete = (), False
    return Table(parts, "table", place, complete, columns, description(_settings(tree)))


def shown(kind: str, written: str, source: str) -> str:
    """The statement that makes the relation `written` show, by their names, the columns of `source`."""
    return f"CREATE {kind} {written} AS SELECT * FROM {source}"  # noqa: S608 - never run


def _engine(tree: exp.Create) -> str:
    setting = next((p for p in _settings(tree) if isinstance(p, exp.EngineProperty)), None)
    return setting.this.name.lower() if setting is not None else ""


def _behind(tree: exp.Create, structure: Structure) -> Parts:
    """The table that the arguments of an engine such as `Distributed(cluster, db, table)` name."""
    first = _WINDOWS.get(_engine(tree))
    if first is None:
        return ()
    setting = next(p for p in _settings(tree) if isinstance(p, exp.EngineProperty))
    named = [a.name for a in setting.this.expressions[first : first + 2] if isinstance(a, (exp.Column, exp.Literal))]
    return tuple(structure.fold(exp.to_identifier(n)) for n in named if n)


def in_order(tree: exp.Create, dialect: str) -> list[exp.Expr]:
    """The items of a column list in the order in which the table has its columns."""
    items = list(tree.this.expressions) if isinstance(tree.this, exp.Schema) else []
    by = next((s for s in _settings(tree) if isinstance(s, exp.PartitionedByProperty)), None)
    stored = next((s.name.lower() for s in _settings(tree) if isinstance(s, exp.FileFormatProperty)), "")
    if dialect not in _PARTITIONS_LAST or by is None or stored not in _FOLDERS or by.find(exp.Func) is not None:
        return items
    keys = {column.name.lower() for column in by.find_all(exp.Identifier)}
    return sorted(items, key=lambda item: isinstance(item, exp.ColumnDef) and item.name.lower() in keys)


def _items(tree: exp.Create, dialect: str) -> list[exp.Expr]:
    items = in_order(tree, dialect)
    known = {i.this.name for i in items if isinstance(i, exp.ColumnDef)}
    for setting in _settings(tree):
        # Hive declares the columns of its partitions apart from the others.
        if isinstance(setting, exp.PartitionedByProperty) and setting.this is not None:
            items += [i for i in setting.this.expressions if isinstance(i, exp.ColumnDef) and i.this.name not in known]
    return items


def _settings(tree: exp.Create) -> list[exp.Expr]:
    properties = tree.args.get("properties")
    return list(properties.expressions) if properties is not None else []


def _moved(column: Column, place: Place) -> Column:
    return replace(column, place=place, columns=tuple(_moved(c, place) for c in column.columns))
