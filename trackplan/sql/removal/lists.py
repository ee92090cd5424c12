"""The lists of a statement as written: select lists, and what EXCLUDE, REPLACE and RENAME hold, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from trackplan.sql.nodes import span_of
from trackplan.sql.records import NOWHERE
from trackplan.sql.script import tokenize, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot.tokenizer_core import Token

    from trackplan.sql.records import Span

_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
_ENDS = frozenset(
    {"FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "MINUS",
     "INTO", "LATERAL", "FETCH", "OFFSET", "CLUSTER", "SORT", "DISTRIBUTE"}
)  # fmt: skip
_HEADS = frozenset({"DISTINCT", "ALL"})
_STAR_LISTS = frozenset({"EXCLUDE", "EXCEPT", "REPLACE", "RENAME"})


@dataclass(frozen=True, slots=True)
class List:
    """Items with the comma behind each (None if there is none). `whole` is what goes where all items do."""

    items: tuple[Span, ...]
    commas: tuple[int | None, ...]
    whole: Span = NOWHERE


class Lists:
    """All select lists of a text, found by any offset inside them."""

    def __init__(self, text: str, dialect: str) -> None:
        """Raises sqlglot's error where the text cannot be cut into tokens."""
        self._tokens = list(tokenize(text, dialect))
        self.selects = list(self._selects())

    def of(self, select: exp.Select) -> List | None:
        """The list of a SELECT; None where it is not found for sure."""
        offsets = [span[0] for item in select.expressions for node in item.walk() if (span := span_of(node)) != NOWHERE]
        if not offsets:
            return None
        first = min(offsets)
        fits = [each for each in self.selects if each.items and each.items[0][0] <= first < each.items[-1][1]]
        found = min(fits, key=lambda each: each.items[-1][1] - each.items[0][0], default=None)
        return found if found is not None and len(found.items) == len(select.expressions) else None

    def star(self, item: Span, name: str) -> List | None:
        """What stands behind EXCLUDE (or EXCEPT), REPLACE or RENAME in an item that is a star."""
        wanted = {"EXCLUDE", "EXCEPT"} if name == "EXCLUDE" else {name}
        inside = [n for n, t in enumerate(self._tokens) if item[0] <= t.start and t.end < item[1]]
        depth = 0
        for n in inside:
            token = self._tokens[n]
            depth += (token.token_type in _OPEN) - (token.token_type in _CLOSE)
            if depth or word(token) not in wanted:
                continue
            return self._behind(n, item[1])
        return None

    def starting(self, offset: int) -> List | None:
        """The list whose first item begins at an offset."""
        at = next((n for n, token in enumerate(self._tokens) if token.start == offset), None)
        return None if at is None else self._items(at)[0]

    def ordinals(self, select: exp.Expr) -> Iterator[tuple[exp.Literal, int, Span]]:
        """The numbers by which GROUP BY and ORDER BY of a query refer to its items, with where they stand."""
        for clause in (select.args.get("group"), select.args.get("order")):
            for part in clause.expressions if clause is not None else ():
                node = part.this if isinstance(part, exp.Ordered) else part
                if isinstance(node, exp.Literal) and node.is_int:
                    yield node, int(node.this), span_of(node)

    def _behind(self, at: int, end: int) -> List | None:
        """The list in brackets, or the one name, behind the word at a token."""
        start = self._tokens[at].start
        following = self._tokens[at + 1]
        if following.token_type != TokenType.L_PAREN:
            span = (following.start, following.end + 1)
            return List((span,), (None,), (start, span[1])) if span[1] <= end else None
        found, closing = self._items(at + 2)
        if closing >= len(self._tokens) or not found.items:
            return None
        return List(found.items, found.commas, (start, self._tokens[closing].end + 1))

    def _selects(self) -> Iterator[List]:
        for n, token in enumerate(self._tokens):
            if word(token) == "SELECT" and not self._is_name(n):
                yield self._items(self._after_head(n + 1))[0]

    def _is_name(self, n: int) -> bool:
        """Whether the word is a part of a name, as in `t.select`."""
        return n > 0 and self._tokens[n - 1].token_type == TokenType.DOT

    def _after_head(self, n: int) -> int:
        """Where the items begin: behind DISTINCT, DISTINCT ON (…), TOP 5, AS STRUCT."""
        tokens = self._tokens
        while n < len(tokens):
            said = word(tokens[n])
            if said in _HEADS:
                n += 1
            elif said == "ON" or (said == "TOP" and n + 1 < len(tokens)):
                n = self._skipped(n + 1)
            elif said == "AS" and n + 1 < len(tokens) and word(tokens[n + 1]) in ("STRUCT", "VALUE"):
                n += 2
            else:
                break
        return n

    def _skipped(self, n: int) -> int:
        """What follows a bracket, or a single token."""
        depth = 0
        for at in range(n, len(self._tokens)):
            kind = self._tokens[at].token_type
            depth += (kind in _OPEN) - (kind in _CLOSE)
            if depth == 0:
                return at + 1
        return len(self._tokens)

    def _items(self, begin: int) -> tuple[List, int]:
        """The items from a token on, and the token that ends them."""
        tokens, depth, first = self._tokens, 0, begin
        items: list[Span] = []
        commas: list[int | None] = []
        at = begin
        while at < len(tokens):
            token = tokens[at]
            kind = token.token_type
            if depth == 0 and (kind in _CLOSE or kind == TokenType.SEMICOLON or self._ends(at, first)):
                break
            if depth == 0 and kind == TokenType.COMMA:
                items.append((tokens[first].start, tokens[at - 1].end + 1))
                commas.append(token.start)
                first = at + 1
            depth += (kind in _OPEN) - (kind in _CLOSE)
            at += 1
        if first < at:
            items.append((tokens[first].start, tokens[at - 1].end + 1))
            commas.append(None)
        return List(tuple(items), tuple(commas)), at

    def _ends(self, at: int, first: int) -> bool:
        """Whether a word ends the list: not where it is a name, nor the EXCEPT of a star."""
        said = word(self._tokens[at])
        if said not in _ENDS or self._is_name(at):
            return False
        return said != "EXCEPT" or not _is_star(self._tokens[first:at])


def _is_star(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and tokens[-1].token_type == TokenType.STAR
