"""The items of a select list that is given as a text."""

from __future__ import annotations

import re
from functools import cache

from sqlglot import exp, parse_one, tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

# Words that begin or end something of which the text would be a part.
_OUTSIDE = frozenset(
    ["SELECT", "FROM", "WHERE", "GROUP_BY", "ORDER_BY", "HAVING", "QUALIFY", "LIMIT", "UNION", "INTERSECT", "EXCEPT",
     "WITH", "JOIN", "SEMICOLON", "STAR", "DISTINCT", "HINT", "BLOCK_START", "BLOCK_END"]
)  # fmt: skip
_NAME = re.compile(r"[\w$]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\]")
_COMMENT = re.compile(r"--|/\*|#")


def items(text: str, dialect: str) -> list[tuple[str, str]]:
    """Expressions with what each is called, as both are written; none where the text is not wholly understood."""
    if _COMMENT.search(text):
        return []
    try:
        tokens = tokenize(text, read=dialect or None)
    except SqlglotError:
        return []
    listed: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth < 0 or token.token_type.name in _OUTSIDE:
            return []
        if token.token_type == TokenType.COMMA and not depth:
            listed.append([])
        else:
            listed[-1].append(token)
    found = [_item(item, text) for item in listed]
    return [] if depth or None in found else [each for each in found if each is not None]


def _item(tokens: list[Token], text: str) -> tuple[str, str] | None:
    """One item: `expression AS name`, or a column."""
    if not tokens:
        return None
    first, last = tokens[0], tokens[-1]
    behind = tokens[-2].token_type if len(tokens) > 1 else TokenType.DOT
    named = len(tokens) > 2 and behind == TokenType.ALIAS
    name = text[last.start : last.end + 1]
    is_column = last.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and behind == TokenType.DOT
    parts = all(token.token_type in (TokenType.VAR, TokenType.IDENTIFIER, TokenType.DOT) for token in tokens)
    if not (named or (is_column and parts)) or not _NAME.fullmatch(name):
        return None
    end = tokens[-3].end if named else last.end
    return text[first.start : end + 1], name


@cache
def aggregates(expression: str, dialect: str) -> bool | None:
    """Whether an expression makes one row of many; None where nobody knows."""
    if "(" not in expression:
        return False
    try:
        tree = parse_one(expression, read=dialect or None)
    except (SqlglotError, RecursionError):
        return None
    if any(not isinstance(found.parent, exp.Window) for found in tree.find_all(exp.AggFunc)):
        return True
    return None if tree.find(exp.Anonymous) else False
