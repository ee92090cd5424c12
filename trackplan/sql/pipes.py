"""Pipes that the parser would not keep whole: it writes them as queries, and some steps are lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot.tokenizer_core import Token

_OPENS, _CLOSES = (TokenType.L_PAREN, TokenType.SEMICOLON), (TokenType.R_PAREN, TokenType.SEMICOLON)


class _Pipe:
    """What was seen of a query: a SELECT before its first step, and steps that count for those behind them."""

    __slots__ = ("is_piped", "is_select", "steps")

    def __init__(self) -> None:
        self.is_piped = self.is_select = False
        self.steps: set[str] = set()

    def refused(self, step: str, behind: str) -> str:
        """Why the parser does not keep a step; '' if it does. `behind` is the word that follows it."""
        before, self.is_piped = self.steps.copy(), True
        self.steps.add(step)
        if self.is_select:
            return "has steps behind a SELECT"  # whose items are lost
        if step == "DISTINCT" or (step, behind) == ("SELECT", "DISTINCT"):
            return "has a step with DISTINCT"  # which is lost, or is that of the next SELECT
        if (step == "ORDER" and step in before) or (step == "AGGREGATE" and "LIMIT" in before):
            return f"has the step {step} behind another one that it would take the place of"
        return ""


def refused(tokens: Sequence[Token]) -> str:
    """Why the parser must not be asked for statements with pipes: a clause, '' where nothing would be lost."""
    pipes = [_Pipe()]
    for at, token in enumerate(tokens):
        kind = token.token_type
        if kind in _CLOSES and len(pipes) > 1:
            pipes.pop()
        if kind in _OPENS:
            pipes = [_Pipe()] if kind == TokenType.SEMICOLON else [*pipes, _Pipe()]
        elif kind == TokenType.SELECT:
            pipes[-1].is_select = pipes[-1].is_select or not pipes[-1].is_piped
        elif kind == TokenType.PIPE_GT and at + 1 < len(tokens):
            words = [step.text.upper().partition(" ")[0] for step in tokens[at + 1 : at + 3]]  # ORDER BY is one token
            clause = pipes[-1].refused(words[0], words[-1])
            if clause:
                return clause
    return ""
