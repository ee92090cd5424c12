"""ALTER TABLE → the changes of columns it makes, also where its dialect's grammar does not know the form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from sqlglot import exp

from trackplan.findings import Place
from trackplan.sql.parse import tree_of
from trackplan.sql.script import Piece
from trackplan.sql.structure import Structure, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot.tokenizer_core import Token

    from trackplan.facts.declared import Column

# Grammars to ask, after the file's own, for a form it does not know: the words mean the same everywhere.
_RELATED = ("postgres", "mysql", "spark", "snowflake")
_VERBS = frozenset({"ADD", "DROP", "RENAME", "ALTER", "MODIFY", "CHANGE", "SET", "OWNER", "COMMENT"})
_NO_COLUMN = re.compile(
    "CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|CHECK|INDEX|KEY|FULLTEXT|SPATIAL|PARTITION|PARTITIONS|SEARCH|ROW|PERIOD|"
    "PROJECTION|STATISTICS|VALUES|AGGREGATION|STORAGE|SYSTEM"
)
_CHANGES = frozenset({"ADD", "DROP", "RENAME", "CHANGE", "SWAP", "REPLACE", "EXCHANGE"})


@dataclass(frozen=True, slots=True)
class Add:
    """A new column, inside the struct at `parent` where that is not empty; it stands `after` another, '' for none."""

    parent: tuple[str, ...]
    column: Column
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """The column `name` stands `after` another from now on, '' for none."""

    name: str
    after: str


@dataclass(frozen=True, slots=True)
class Remove:
    """The column at `path` goes."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """The column at `path` is called `name` from now on."""

    path: tuple[str, ...]
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Comment:
    """What the column at `path` is for; the table itself where the path is empty."""

    path: tuple[str, ...]
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Replace:
    """All columns are replaced by these."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """The relation is called `parts` from now on."""

    parts: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Swap:
    """Two tables change names."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attach:
    """The table `parts` becomes a partition."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """An action that is not understood and may change columns."""


Change = Add | Shift | Remove | Rename | Comment | Replace | Move | Swap | Attach | Unknown


def changes(piece: Piece, head: int, text: str, structure: Structure, dialect: str) -> Iterator[Change]:
    """The changes that an ALTER makes; the first `head` tokens of `piece` end with the relation's name."""
    tree = tree_of(piece.tokens, text, dialect)
    actions = list(_actions(piece.tokens[head:]))
    if _readable(tree):
        yield from _of_tree(tree, structure)
        yield from _shifts(actions, structure)
        return
    start = piece.tokens[:head]
    yield from _shifts(actions, structure)
    for action in actions:
        first, second = (*(t.text.upper() for t in action[:2]), "")[:2]
        if (first, second) == ("ATTACH", "PARTITION"):
            yield Attach(structure.named(action, 2)[0])
        elif (first, second) == ("SET", "SCHEMA"):
            schema, place, _ = structure.named(action, 2)
            yield Move((*schema, *structure.named(piece.tokens, head - 1)[0][-1:]), place)
        elif first in _CHANGES and not _NO_COLUMN.fullmatch(second):
            yield from _of_tokens((*start, *action), text, structure, dialect)


def _shifts(actions: Sequence[Sequence[Token]], structure: Structure) -> Iterator[Change]:
    """`MODIFY COLUMN a int AFTER b`, of which the grammar keeps no place."""
    for action in actions:
        words = [token.text.upper() for token in action]
        if words[:1] not in (["MODIFY"], ["CHANGE"], ["ALTER"]) or not (
            {"FIRST"} & {*words[-1:]} or "AFTER" in words[-2:-1]
        ):
            continue
        at = 1 + (words[1:2] == ["COLUMN"]) + (words[0] == "CHANGE")
        name, after = structure.named(action, at)[0], structure.named(action, len(action) - 1)[0]
        if name and after:
            yield Shift(name[-1], "" if words[-1] == "FIRST" else after[-1])


def _of_tokens(tokens: Sequence[Token], text: str, structure: Structure, dialect: str) -> Iterator[Change]:
    for grammar in (dialect, *_RELATED):
        tree = tree_of(tokens, text, grammar)
        if _readable(tree):
            yield from _of_tree(tree, structure)
            return
    yield Unknown()


def _readable(tree: exp.Expr | None) -> TypeGuard[exp.Alter]:
    return isinstance(tree, exp.Alter) and not any(isinstance(a, exp.Command) for a in tree.args["actions"])


def _actions(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The actions between top-level commas; `ADD COLUMN a int, b int` has two, each with its verb."""
    verb: list[Token] = []
    current: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"(": 1, "<": 1, ")": -1, ">": -1, ">>": -2}.get(token.text, 0)
        upper = token.text.upper()
        if token.text == "," and depth <= 0:
            yield current
            current = []
            continue
        if not current and upper in _VERBS:
            verb = [token]
        elif not current:
            current.extend(verb)
        elif current == verb and upper in {"COLUMN", "COLUMNS"}:
            verb = [*verb, token]
        current.append(token)
    if current:
        yield current


def _of_tree(tree: exp.Alter, structure: Structure) -> Iterator[Change]:
    fallback = structure.place(tree.this) or Place("")
    options = [o for o in tree.args.get("options") or () if isinstance(o, exp.ToTableProperty)]
    for action in tree.args["actions"]:
        if isinstance(action, exp.AlterRename):
            yield _renamed(action, options, structure, fallback)
        elif isinstance(action, exp.Query):
            yield Unknown()  # ALTER VIEW … AS SELECT
        else:
            yield from _of_action(action, structure, fallback)


def _renamed(action: exp.AlterRename, options: Sequence[exp.Expr], structure: Structure, fallback: Place) -> Change:
    parts = structure.parts(action.this)
    place = structure.place(action) or fallback
    if options:  # RENAME a TO b: the grammar takes `a` for the table's new name
        target = structure.parts(options[0].this)
        return Rename(parts, target[-1], place) if parts and target else Unknown()
    return Move(parts, place) if parts else Unknown()


def _after(item: exp.Expr, structure: Structure) -> str | None:
    """The column after which a new one stands; '' for the first, None for the last."""
    position = item.args.get("position")
    if not isinstance(position, exp.ColumnPosition):
        return None
    return "".join(structure.path(position.this)[-1:])


def _of_action(action: exp.Expr, structure: Structure, fallback: Place) -> Iterator[Change]:
    match action:
        case exp.ColumnDef() | exp.Schema():
            for item in action.expressions if isinstance(action, exp.Schema) else [action]:
                for parent, column in structure.additions(item, fallback):
                    yield Add(parent, column, _after(item, structure))
        case exp.Drop() if str(action.args.get("kind")).upper() in {"COLUMN", "COLUMNS"}:
            for table in action.args.get("tables") or ():
                for item in table.expressions if isinstance(table, exp.Schema) else [table]:
                    if path := structure.path(item):
                        yield Remove(path)
        case exp.RenameColumn():
            old, new = structure.path(action.this), structure.path(action.args.get("to"))
            yield Rename(old, new[-1], structure.place(action.args["to"]) or fallback) if old and new else Unknown()
        case exp.ModifyColumn() if action.args.get("rename_from"):
            old = structure.path(action.args["rename_from"])
            yield Remove(old)
            for parent, column in structure.additions(action.this, fallback):
                yield Add(parent, column)
        case exp.ReplaceColumns():
            yield Replace(structure.columns(action.expressions, fallback))
        case exp.SwapTable():
            yield Swap(structure.parts(action.this))
        case exp.AlterColumn() if new := structure.path(action.args.get("rename_to")):
            yield Rename(structure.path(action.this), new[-1], structure.place(action) or fallback)
        case exp.AlterColumn() if comment := literal(action.args.get("comment")):
            yield Comment(structure.path(action.this), comment, fallback)
