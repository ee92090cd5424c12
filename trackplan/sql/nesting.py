"""How deep the tokens of a statement nest: what would make the parser fail hard is refused before it is parsed.

The parser works by recursion, and its compiled form ends the process rather than raise when that goes too deep. Long
ways into a value (`a.b.c…`, `a[1][1]…`) it follows without recursion, but in time that grows with their square.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot.tokenizer_core import Token

DEEPEST = 200
"""How many brackets, CASEs or types may be open at a time, and how many steps a way into a value may have."""

_LONGEST = 100_000

# One letter per token, so that most of the work is done by `re`:
# brackets are themselves, `c` CASE, `e` END, `t` a type that takes others in <>, `.` and `:` (for :, ::, ->, …) a step
# into a value, `x` a name or a value, `,` a comma, and `p` whatever else: keywords and operators.
_LETTERS: dict[TokenType, str] = dict.fromkeys(TokenType, "p")
_LETTERS.update(
    {
        TokenType.L_PAREN: "(",
        TokenType.R_PAREN: ")",
        TokenType.L_BRACKET: "[",
        TokenType.R_BRACKET: "]",
        TokenType.L_BRACE: "{",
        TokenType.R_BRACE: "}",
        TokenType.CASE: "c",
        TokenType.END: "e",
        TokenType.LT: "<",
        TokenType.GT: ">",
        TokenType.COMMA: ",",
        TokenType.SEMICOLON: ";",
    }
)
_STEPS = ("COLON", "DCOLON", "DOTCOLON", "ARROW", "DARROW", "HASH_ARROW", "DHASH_ARROW")
_TYPES = ("ARRAY", "STRUCT", "MAP", "NESTED", "OBJECT", "NULLABLE", "LIST", "RANGE", "TUPLE", "LOWCARDINALITY")
_VALUES = (
    *("VAR", "IDENTIFIER", "NUMBER", "STAR", "NULL", "TRUE", "FALSE"),
    *(t.name for t in TokenType if t.name.endswith("STRING")),
)
for _names, _letter in ((("DOT",), "."), (_STEPS, ":"), (_TYPES, "t"), (_VALUES, "x")):
    _LETTERS.update({TokenType[n]: _letter for n in _names if n in TokenType.__members__})

_NAMED = re.compile(r"\.[a-z]|:p")
_RUN = re.compile(rf"[pt]{{{DEEPEST},}}")
_OPENS = re.compile(r"[(\[{c]|t<")
_WAYS = re.compile(r"[.:\[]")
_STRUCTURE = re.compile(r"t<|[^x]")
_CLOSED_BY = {")": "(", "]": "[", "}": "{", "e": "c", ">": "t<"}


def too_much(tokens: Sequence[Token]) -> str:
    """Why a parser should not be asked for the tree of `tokens`; '' where it may."""
    if len(tokens) <= DEEPEST:
        return ""
    if len(tokens) > _LONGEST and TokenType.SEMICOLON not in (t.token_type for t in tokens):
        return "is too long to be looked at"
    return "is nested too deeply" if _too_deep(tokens) else ""


def _too_deep(tokens: Sequence[Token]) -> bool:
    shape = "".join([_LETTERS[t.token_type] for t in tokens])
    if _RUN.search(shape):  # NOT NOT NOT …, - - - …: each waits for the rest
        return True
    if len(_OPENS.findall(shape)) <= DEEPEST and len(_WAYS.findall(shape)) <= DEEPEST:
        return False
    # What follows a step is a name, even where it is written like a keyword.
    return _nests(_STRUCTURE.findall(_NAMED.sub(".x", shape)))


def _nests(structure: Iterable[str]) -> bool:
    opened = [""]
    steps = [0]  # in the way that is being followed, for each bracket that is open
    for letter in structure:
        if letter in _CLOSED_BY:
            _close(letter, opened, steps)
        elif letter in ".:[":
            steps[-1] += 1
            if steps[-1] > DEEPEST:
                return True
        elif letter not in "(t<{>":
            steps[-1] = 0
        if letter in ("(", "[", "{", "c", "t<"):
            opened.append(letter)
            steps.append(0)
            if len(opened) > DEEPEST + 1:
                return True
    return False


def _close(letter: str, opened: list[str], steps: list[int]) -> None:
    """Close what `letter` closes. What is open inside of it was none; what closes nothing is left alone."""
    opening = _CLOSED_BY[letter]
    if opened[-1] != opening and (letter in "e>" or opening not in opened):
        return
    while opened.pop() != opening:
        steps.pop()
    steps.pop()
