"""What one statement of a text leaves for later ones without a table: variables, and the rows of the last query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from trackplan.sql.errors import NotFollowedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.sql.parse import Piece
    from trackplan.sql.records import Span

_SCANS = re.compile(r"\bresult_scan\b", re.IGNORECASE)


class Carried:
    """Looks at the statements of a text, one after another, and tells which of them others may rest on."""

    def __init__(self) -> None:
        self._kept: list[Piece] = []
        self._shown: list[Piece] = []
        self._scans: list[Piece] = []
        self._taken = False

    def see(self, piece: Piece) -> None:
        """Look at the next statement."""
        tree = piece.tree
        if self._shown and _SCANS.search(piece.text):
            self._scans.extend([*self._shown, piece])
        if tree is not None and _keeps(tree):
            self._kept.append(piece)
        elif isinstance(tree, exp.Query) and tree.args.get("into") is None:
            self._shown.append(piece)
        elif isinstance(tree, (exp.Show, exp.Describe)):
            self._shown = []
        elif not isinstance(tree, (exp.Declare, exp.Set)):
            self._taken = self._taken or bool(self._kept)

    def doubts(self) -> Iterator[tuple[str, str, Span]]:
        """Of the statements that others may rest on: what they do, their text, and where they begin."""
        if self._taken:
            yield "keeps what it reads in a variable, which is not followed", _text(self._kept), self._kept[0].span
        if self._scans:
            yield "gives rows that are read again, which is not followed", _text(self._scans), self._scans[-1].span


def valued(node: exp.Expr) -> exp.Expr:
    """The value in `value AS name` or `name := value`. Raises `NotFollowedError` where other rows take it up."""
    if isinstance(node, exp.Alias):
        return node.args["this"]  # type: ignore[no-any-return]
    if isinstance(node, exp.PropertyEQ) and isinstance(node.this, exp.Parameter) and _is_carried(node):
        raise NotFollowedError
    return node.args["expression"]  # type: ignore[no-any-return]


def _is_carried(node: exp.Expr) -> bool:
    """Whether the value of `@name := value` depends on more than how often it is asked for."""
    if node.args["expression"].find(exp.Column, exp.Query) is not None:
        return True
    around = node.parent
    while isinstance(around, (exp.Alias, exp.Paren)):
        around = around.parent
    return not isinstance(around, exp.Select)


def _keeps(tree: exp.Expr) -> bool:
    """Whether a statement puts what it reads into a variable."""
    if isinstance(tree, exp.Insert):
        taken = tree.args.get("expression")
        return taken is not None and _reads(taken) and tree.this.find(exp.Parameter) is not None
    if not isinstance(tree, exp.Select):
        return False
    into = tree.args.get("into")
    values = [item for item in tree.expressions if isinstance(item, (exp.EQ, exp.PropertyEQ))]
    named = [into.this.this] if into is not None else [item.this for item in values]
    return any(isinstance(name, (exp.Parameter, exp.Placeholder)) for name in named) and _reads(tree)


def _reads(tree: exp.Expr) -> bool:
    return any(isinstance(table.this, exp.Identifier) for table in tree.find_all(exp.Table))


def _text(pieces: list[Piece]) -> str:
    return "\n".join(piece.text for piece in dict.fromkeys(pieces))
