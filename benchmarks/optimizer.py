"""sqlglot's optimizer as a peer: models put into each consumer, `qualify` (partial), `pushdown_projections`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.pieces import Piece, Used, pieces, schema
from trackplan.proof.sql_text import words_of

if TYPE_CHECKING:
    from sqlglot import exp

    from tests.judge.cases import Case

    Tables = dict[str, dict[str, str]]


def sqlglot_optimizer(case: Case) -> Used:
    """Inline the models into each consumer, qualify with the full schema, push projections down, see what is left."""
    tables, used = schema(case), Used()
    models: dict[str, _Model] = {}
    unclear: set[str] = set()
    for piece in pieces(case):
        try:
            if unclear & words_of("\n".join(piece.statements)):
                raise ValueError("reads what is not understood")
            model = _model(piece)
            if not piece.consumer:
                models[model.name] = model
                continue
            for table, column, path in _read(_inlined(model.query, models), tables):
                if path:
                    used.inside(table, column, path)
                else:
                    used.whole(table, column)
        except Exception:  # whatever it raises on what it does not understand
            if piece.consumer:
                _all(tables, used)
            unclear |= piece.writes
    return used


@dataclass(frozen=True, slots=True)
class _Model:
    """A query by the name under which others read it, in lower case, and its columns' names where they are listed."""

    name: str
    query: exp.Query
    columns: tuple[str, ...] = ()


def _model(piece: Piece) -> _Model:
    """The query of a file: itself, or that of the one CREATE it is made of. Raises ValueError for other scripts."""
    import sqlglot
    from sqlglot import exp

    if len(piece.statements) != 1:
        raise ValueError("a script")
    tree = sqlglot.parse_one(piece.statements[0], read="duckdb")
    if piece.bare and isinstance(tree, exp.Query):
        return _Model(piece.name.lower(), tree)
    query = tree.expression if isinstance(tree, exp.Create) and tree.kind in ("TABLE", "VIEW") else None
    made = tree.find(exp.Table)
    if not isinstance(query, exp.Query) or made is None:
        raise ValueError("not a query")
    columns = tuple(column.name for column in tree.this.expressions) if isinstance(tree.this, exp.Schema) else ()
    return _Model(made.name.lower(), query, columns)


def _inlined(query: exp.Query, models: dict[str, _Model]) -> exp.Query:
    """Put the models in the places where they are read."""
    from sqlglot import exp

    hidden = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    tree = query.copy()
    for table in list(tree.find_all(exp.Table)):
        name = table.name.lower()
        if name not in hidden and name in models and not table.db:
            model = models[name]
            inner = _inlined(model.query, models).subquery(table.alias_or_name, copy=False)
            listed = table.alias_column_names or model.columns
            inner.args["alias"].set("columns", [exp.to_identifier(column) for column in listed])
            table.replace(inner)
    return tree


def _read(query: exp.Query, tables: Tables) -> list[tuple[str, str, tuple[str, ...]]]:
    """The columns of raw tables that are left, each with the path that is read inside it."""
    from sqlglot import MappingSchema, exp
    from sqlglot.optimizer.merge_subqueries import merge_subqueries
    from sqlglot.optimizer.pushdown_projections import pushdown_projections
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import traverse_scope

    known = MappingSchema(dialect="duckdb")
    for name, columns in tables.items():
        known.add_table(name if "." in name else f"main.{name}", columns)
    tree = qualify(query.copy(), schema=known, db="main", dialect="duckdb", validate_qualify_columns=False)
    tree = merge_subqueries(pushdown_projections(tree))
    found = []
    for scope in traverse_scope(tree):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                name = source.name if source.db in ("", "main") else f"{source.db}.{source.name}"
                found.append((name, column.name, _path(column)))
            elif not column.table:  # partial: nobody knows whose it is
                found += [(name, column.name, ()) for name in tables]
        if scope.expression.find(exp.Star):
            found += [
                (source.name, column, ())
                for source in scope.sources.values() if isinstance(source, exp.Table)
                for column in tables.get(source.name, ()) if _stars(scope.expression)
            ]  # fmt: skip
    return found


def _stars(select: exp.Expr) -> bool:
    """Whether a select list still holds a star after all."""
    return any(item.is_star for item in getattr(select, "selects", ()))


def _path(column: exp.Column) -> tuple[str, ...]:
    """The members and keys that are read of a column, where that is written out."""
    from sqlglot import exp

    path: list[str] = []
    node: exp.Expr = column
    parent = column.parent
    while isinstance(parent, exp.Dot | exp.Bracket | exp.JSONExtract | exp.JSONExtractScalar | exp.StructExtract):
        if parent.this is not node:
            break
        if isinstance(parent, exp.JSONExtract | exp.JSONExtractScalar):
            keys = [key.this for key in parent.expression.find_all(exp.JSONPathKey)]
        elif isinstance(parent, exp.Bracket):
            keys = [item.this for item in parent.expressions if item.is_string]
        else:
            keys = [parent.expression.name]
        if not keys or not all(isinstance(key, str) for key in keys):
            break
        path += keys
        node, parent = parent, parent.parent
    return tuple(path)


def _all(tables: Tables, used: Used) -> None:
    for table, columns in tables.items():
        for column in columns:
            used.whole(table, column)
