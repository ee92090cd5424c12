"""A text of SQL → its record: every statement compiled, or kept with the reason why not and the words it mentions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Literal

from msgspec.structs import replace
from sqlglot import exp

from trackplan.names import fold
from trackplan.sql import create
from trackplan.sql.alterations import altered
from trackplan.sql.by_text import calls_by_text
from trackplan.sql.carried import Carried
from trackplan.sql.changes import CHANGES, changed, resolved
from trackplan.sql.compile import Compiler
from trackplan.sql.deciding import DETAIL, deciding
from trackplan.sql.errors import NotFollowedError
from trackplan.sql.frame import Environment
from trackplan.sql.heads import loads_files
from trackplan.sql.nodes import property_of, span_of
from trackplan.sql.parse import Piece, dissolve, statements
from trackplan.sql.policies import grants, hiding
from trackplan.sql.records import Definition, Helper, NotUnderstood, Record, Statement
from trackplan.sql.routines import READS, defined, is_routine, row_taken
from trackplan.sql.script import LARGE
from trackplan.sql.structure import is_passed_over
from trackplan.sql.text import takes_rows, words

# Statements that read no data of the project, by their first word; whatever holds a query is looked at all the same.
_HARMLESS = frozenset(
    "alter analyze attach begin call checkpoint close comment commit create declare deallocate describe "  # noqa: SIM905
    "detach drop end explain grant install kill load lock optimize pragma refresh release reset revoke "
    "rollback savepoint set show start truncate unlock unset use vacuum".split()
)
_CREATED = frozenset(
    "database extension index policy role schema sequence stage type unique user warehouse domain tag".split()  # noqa: SIM905
)
# What fills a new table besides a query.
_FILLS = (exp.Summarize, exp.ExecuteAsProperty)
_MOVES = re.compile(r"\b(attach|exchange|inherit|rename|swap)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*|#[^\n]*|/\*.*?\*/)+", re.DOTALL)
_FIRST_WORDS = re.compile(r"\w+")
_DYNAMIC = re.compile(r"\b(execute|exec|eval|query_table|sp_executesql)\b", re.IGNORECASE)
_MOST = 5_000
"""Statements of a text that are looked at; no script that people write has so many, and a dump takes minutes."""
_TEXTS = re.compile(r"'(?:[^'\\]|\\.|'')*+'", re.DOTALL)


def compile_text(text: str, dialect: str) -> Record:
    """Compile every statement of `text`. Never raises for what the text holds."""
    record = Record([])
    made: set[tuple[str, ...]] = set()
    carried = Carried()
    for number, piece in enumerate(statements(text, dialect)):
        if number == _MOST:
            start = piece.span[0]
            detail = f"follows more statements than are looked at ({_MOST:,})"
            record.statements.append(_not_understood("unsupported", detail, text[start:], (start, len(text))))
            break
        for found in _statement(piece, dialect, made):
            if isinstance(found, Definition):
                record.definitions.append(found)
            elif isinstance(found, Helper):
                record.helpers.append(found)
            elif isinstance(found, Statement) and found.routine:
                record.routines.append(found)
            else:
                record.statements.append(found)
                if isinstance(found, Statement) and found.target and not (found.view or found.existing):
                    made.add(found.target)
        carried.see(piece)
        if piece.tree is not None:
            dissolve(piece.tree)
    for detail, whole, span in carried.doubts():
        record.statements.append(replace(_not_understood("unsupported", detail, whole, span), named=True))
    return record


def templated(text: str) -> Record:
    """The record of a text whose template could not be rendered: each word in it may name what it uses."""
    return Record([_not_understood("template", "holds template code that is not rendered", text, (0, len(text)))])


def _statement(
    piece: Piece, dialect: str, made: Collection[tuple[str, ...]]
) -> Iterator[Statement | NotUnderstood | Definition | Helper]:
    tree = piece.tree
    if tree is None:
        yield _not_understood("syntax", piece.error, piece.text, piece.span)
        return
    try:
        yield from list(_compiled(tree, piece, dialect, made))  # all of it, or nothing
        for start, end in deciding(piece.text, dialect):
            yield _not_understood("unsupported", DETAIL, piece.text[start:end], piece.span)
    except NotFollowedError:
        yield _not_understood("unsupported", "reads a source in a way that is not followed", piece.text, piece.span)
    except RecursionError:
        yield _not_understood("syntax", "is nested too deeply", piece.text, piece.span)
    except (AttributeError, TypeError, IndexError, KeyError, ValueError):
        # The parser gave a tree of a shape that is written down nowhere.
        yield _not_understood("syntax", "has a form that is not known", piece.text, piece.span)


def _compiled(
    tree: exp.Expr, piece: Piece, dialect: str, made: Collection[tuple[str, ...]]
) -> Iterator[Statement | NotUnderstood | Definition | Helper]:
    if row := row_taken(tree, dialect):
        text = piece.text if READS.search(piece.text) else row
        yield _not_understood("unsupported", "takes a row, which may be read like a column of it", text, piece.span)
    if isinstance(tree, (exp.Query, exp.Values, exp.Pivot)):
        yield _query(tree, piece, dialect)
    elif isinstance(tree, exp.Alter) and (new := _new_name(tree)) is not None:
        yield _renamed(tree, new, piece, dialect)
    elif isinstance(tree, exp.Create) and tree.kind in ("TABLE", "VIEW"):
        if isinstance(tree.expression, (exp.Query, exp.Pivot)):
            yield _create(tree, tree.expression, piece, dialect)
        elif tree.find(exp.Clone) is not None:
            yield _not_understood("unsupported", "is a CLONE, which is not followed", piece.text + " *", piece.span)
        elif tree.expression is not None or create.shares_rows(tree) or create.inherits(tree) or tree.find(*_FILLS):
            raise NotFollowedError
        elif isinstance(tree.this, exp.Schema):
            yield _definition(tree, dialect)
    elif isinstance(tree, exp.Create) and is_routine(tree):
        yield from defined(tree, piece, dialect)
    elif isinstance(tree, exp.Insert) and isinstance(tree.expression, (exp.Query, exp.Values, exp.Pivot)):
        if tree.args.get("using"):  # REPLACE USING: the new rows tell which old ones go
            raise NotFollowedError
        if tree.args.get("where") is not None:  # REPLACE WHERE
            yield from changed(exp.delete(tree.this.copy(), tree.args["where"].copy()), piece.span, dialect)
        if not isinstance(tree.expression, exp.Values) or tree.find(exp.Query, exp.With) is not None:
            inserted = _insert(tree, tree.expression, piece, dialect)
            yield inserted
            yield from resolved(tree, inserted.columns, piece.span, dialect)
    elif found := altered(tree, piece.span, dialect, made):
        yield from found
    elif isinstance(tree, CHANGES):
        yield from changed(tree, piece.span, dialect)
    elif isinstance(tree, exp.Command) and (gone := hiding(piece.text)):
        for part in statements(" " * piece.span[0] + gone, dialect):
            yield from _statement(part, dialect, made)
    elif not _is_harmless(tree, piece.text):
        reason, detail = _reason(tree, piece.text)
        yield _not_understood(reason, detail, piece.text, piece.span)


def _query(tree: exp.Expr, piece: Piece, dialect: str) -> Statement:
    compiler = Compiler(dialect)
    scope = compiler.query(tree, {}, None)
    into = tree.args.get("into")
    if into is not None and isinstance(into.this, exp.Table):
        parts, _ = _target(into.this, dialect)
        return Statement(
            scope, compiler.scopes, parts, piece.span, temporary=bool(into.args.get("temporary")), calls=compiler.calls
        )
    return Statement(scope, compiler.scopes, (), piece.span, calls=compiler.calls)


def _create(tree: exp.Create, query: exp.Query | exp.Pivot, piece: Piece, dialect: str) -> Statement:
    if property_of(tree, exp.ToTableProperty) is not None:
        raise NotFollowedError
    compiler = Compiler(dialect)
    scope = compiler.query(query, _with(tree, compiler), None)
    parts, columns = _target(tree.this, dialect)
    return Statement(
        scope, compiler.scopes, parts, piece.span, columns,
        temporary=_is_temporary(tree), view=tree.kind == "VIEW", calls=compiler.calls,
    )  # fmt: skip


def _new_name(tree: exp.Alter) -> exp.Table | None:
    renames = [a.this for a in tree.args.get("actions") or () if isinstance(a, exp.AlterRename)]
    return renames[0] if renames and isinstance(renames[0], exp.Table) else None


def _renamed(tree: exp.Alter, table: exp.Table, piece: Piece, dialect: str) -> Statement:
    """A table that gets another name: from then on that name stands for all it holds."""
    compiler = Compiler(dialect)
    scope = compiler.query(exp.select("*").from_(tree.this.copy()), {}, None)
    old, _ = _target(tree.this, dialect)
    new, _ = _target(table, dialect)
    return Statement(scope, compiler.scopes, (*old[:-1], *new) if len(new) == 1 else new, piece.span)


def _definition(tree: exp.Create, dialect: str) -> Definition:
    parts, _ = _target(tree.this, dialect)
    found = [d for d in create.in_order(tree, dialect) if isinstance(d, exp.ColumnDef)]
    named = [(fold(d.this.name, bool(d.this.args.get("quoted")), dialect), d) for d in found]
    passed_over = tuple(name for name, item in named if is_passed_over(item, dialect))
    return Definition(parts, tuple((n, span_of(d.this)) for n, d in named), _is_temporary(tree), passed_over)


def _is_temporary(tree: exp.Create) -> bool:
    return property_of(tree, exp.TemporaryProperty) is not None


def _insert(tree: exp.Insert, query: exp.Query | exp.Values | exp.Pivot, piece: Piece, dialect: str) -> Statement:
    returning = tree.args.get("returning")
    if isinstance(tree.this, exp.Parameter):
        raise NotFollowedError
    if returning is not None and (returning.args.get("into") is not None or returning.find(exp.Query) is not None):
        raise NotFollowedError
    compiler = Compiler(dialect)
    scope = compiler.query(query, _with(tree, compiler), None)
    parts, columns = _target(tree.this, dialect)
    by_position = not tree.args.get("by_name")
    return Statement(
        scope, compiler.scopes, parts, piece.span, columns, insert=by_position, existing=True, calls=compiler.calls,
        fixed=_fixed(tree, compiler),
    )  # fmt: skip


def _fixed(tree: exp.Insert, compiler: Compiler) -> tuple[str, ...]:
    """The columns of `PARTITION (day = 'x', hour)` that have one value."""
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    partition = table.args.get("partition")
    keys = partition.expressions if isinstance(partition, exp.Partition) else []
    named = [key.this.this for key in keys if isinstance(key, exp.EQ) and isinstance(key.this, exp.Column)]
    return tuple(compiler.fold(name) for name in named)


def _with(tree: exp.Expr, compiler: Compiler) -> Environment:
    """Common table expressions written before INSERT or CREATE are in reach of its query."""
    return compiler.with_clause(tree, {}, None)


def _target(node: exp.Expr, dialect: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns: tuple[str, ...] = ()
    if isinstance(node, exp.Schema):
        identifiers = [e.this if isinstance(e, exp.ColumnDef) else e for e in node.expressions]
        columns = tuple(
            fold(i.name, bool(i.args.get("quoted")), dialect) for i in identifiers if isinstance(i, exp.Identifier)
        )
        node = node.this
    parts = [p for p in node.parts if isinstance(p, exp.Identifier)] if isinstance(node, exp.Table) else []
    return tuple(fold(p.name, bool(p.args.get("quoted")), dialect) for p in parts), columns


def _is_harmless(tree: exp.Expr, text: str) -> bool:
    if isinstance(tree, (exp.Select, exp.Merge, exp.Update, exp.Delete)):
        return False
    if isinstance(tree, exp.Create) and tree.kind in ("FUNCTION", "MACRO"):
        return _is_pure(tree)
    start = _COMMENTS.match(text)
    found = [m.group().lower() for m in islice(_FIRST_WORDS.finditer(text, start.end() if start else 0), 5)]
    word = found[0] if found else ""
    if word == "create" and not _CREATED.intersection(found[1:]) and not isinstance(tree.this, exp.Schema):
        return False
    if word == "alter" and _MOVES.search(text):
        return False
    rest = text[start.end() if start else 0 :]
    if word == "call" and calls_by_text(rest):
        return False
    if word == "copy":
        return loads_files(rest)
    if word in ("grant", "revoke"):
        return grants(rest)
    return word in _HARMLESS and not READS.search(text) and not _DYNAMIC.search(text)


def _is_pure(tree: exp.Create) -> bool:
    """Whether a function that is not written in SQL reads no table, so that it touches no data of the project."""
    language = property_of(tree, exp.LanguageProperty)
    if language is None or language.name.lower() not in ("plpgsql", "plsql"):
        return True
    texts = [n.this for n in tree.find_all(exp.Heredoc, exp.RawString, exp.Literal) if isinstance(n.this, str)]
    tables = tree.find_all(exp.Table)
    return not any(map(READS.search, texts)) and not any(isinstance(t.parent, (exp.From, exp.Join)) for t in tables)


def _reason(tree: exp.Expr, text: str) -> tuple[Literal["dynamic", "unsupported"], str]:
    if isinstance(tree, exp.Command) and _DYNAMIC.search(text):
        return "dynamic", "builds its SQL at run time"
    start = _COMMENTS.match(text)
    word = re.compile(r"[\s(]*(\w+)").match(text, start.end() if start else 0)
    return (
        "unsupported",
        f"is a statement that is not followed ({word.group(1).upper() if word else 'no SQL'})",
    )


def _not_understood(
    reason: Literal["syntax", "template", "dynamic", "unsupported"],
    detail: str,
    text: str,
    span: tuple[int, int],
) -> NotUnderstood:
    star = takes_rows(text)
    if len(text) > LARGE and not _DYNAMIC.search(text):
        # What stands in the texts of so many rows is data, and no name.
        text = _TEXTS.sub("''", text)
    return NotUnderstood(reason, detail, words(text), star, span)
