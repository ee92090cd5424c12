"""How deep the tokens of a statement nest: what would make the parser fail hard is refused before it is parsed.

The parser works by recursion, and its compiled form ends the process rather than raise when that goes too deep. Long
ways into a value (`a.b.c…`, `a[1][1]…`) it follows without recursion, but in time that grows with their square. For a
JOIN without ON it reads the rest of the FROM twice: may the ON of `a join b join c on … on …` be still to come?
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot.tokenizer_core import Token

SEMICOLON = ";"
"""The letter of what ends a statement."""
DEEPEST = 200
"""How many brackets, CASEs or types may be open at a time, and how many steps a way into a value may have."""

_LONGEST = 100_000
_SHORT = 20  # tokens: nothing in so few can do harm
_JOINS = 10  # that wait for their ON; each doubles the time

# One letter per token, so that most of the work is done by `re`: brackets are themselves, `c` CASE, `e` END,
# `t` a type that takes others in <>, `.` and `:` (for :, ::, ->, …) a step into a value, `x` a name or a value,
# `j` JOIN, `k` what makes it one without ON, `o` ON, `s` SELECT or FROM, and `p` any other keyword or operator.
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
        TokenType.SEMICOLON: SEMICOLON,
    }
)
_STEPS = ("COLON", "DCOLON", "DOTCOLON", "ARROW", "DARROW", "HASH_ARROW", "DHASH_ARROW")
_TYPES = ("ARRAY", "STRUCT", "MAP", "NESTED", "OBJECT", "NULLABLE", "LIST", "RANGE", "TUPLE", "LOWCARDINALITY")
_VALUES = (
    *("VAR", "IDENTIFIER", "NUMBER", "STAR", "NULL", "TRUE", "FALSE"),
    *(t.name for t in TokenType if t.name.endswith("STRING")),
)
_JOINED = ((("JOIN", "STRAIGHT_JOIN"), "j"), (("CROSS", "NATURAL", "ASOF", "UNNEST"), "k"), (("ON", "USING"), "o"))
_GROUPS = ((("DOT",), "."), (_STEPS, ":"), (_TYPES, "t"), (_VALUES, "x"), (("SELECT", "FROM"), "s"), *_JOINED)
for _names, _letter in _GROUPS:
    _LETTERS.update({TokenType[n]: _letter for n in _names if n in TokenType.__members__})

_NAMED = re.compile(r"\.[a-z]|:[jkops]")
_RUN = re.compile(rf"[jkopst]{{{DEEPEST},}}")
_EACH = 20
_SOME_OF_RUN = re.compile(rf"[jkopst]{{{DEEPEST // _EACH - 1},}}")  # in every 20th letter
_OPENS = ("(", "[", "{", "c", "t<")
_WAYS = (".", ":", "[")
_TYPE = attrgetter("token_type")
_STRUCTURE = re.compile(r"t<|[^x]")
_FROMS = re.compile(r"[()jos]")
_WITHOUT_ON = re.compile(r"[kt]j|jk")
_COMMAS = re.compile(",{2,}")
_GROUP = re.compile(rf"\([^][(){{}}ce<>]{{0,{DEEPEST // 2}}}\)(?!<)")
_ROUNDS = 2
_CLOSED_BY = {")": "(", "]": "[", "}": "{", "e": "c", ">": "t<"}


def shape_of(tokens: Sequence[Token]) -> str:
    """One letter for each token: a bracket as it is, `SEMICOLON` for what ends a statement, and so on."""
    return "".join(map(_LETTERS.__getitem__, map(_TYPE, tokens)))


def too_much(shape: str) -> str:
    """Why a parser should not be asked for the tree of tokens of that shape; '' where it may."""
    if len(shape) <= _SHORT:
        return ""
    if len(shape) > _LONGEST and SEMICOLON not in shape:
        return "is too long to be looked at"
    if _SOME_OF_RUN.search(shape[::_EACH]) and _RUN.search(shape):  # NOT NOT NOT …, - - - …: each waits for the rest
        return "is nested too deeply"
    many = sum(map(shape.count, _OPENS)) > DEEPEST or sum(map(shape.count, _WAYS)) > DEEPEST
    if many and _nests(_shortened(shape), DEEPEST - _ROUNDS) and _nests(_plain(shape), DEEPEST):
        return "is nested too deeply"
    if shape.count("j") > _JOINS and _waits(_plain(shape)):
        return "has too many joins without ON"
    return ""


def _plain(shape: str) -> str:
    """What follows a step is a name, even where it is written like a keyword."""
    return _NAMED.sub(".x", shape)


def _shortened(shape: str) -> str:
    """`shape` without short groups that hold no other, nor lists of values: it nests as deep, but for `_ROUNDS`."""
    shape = _COMMAS.sub(",", _plain(shape).replace(",x", ","))
    for _ in range(_ROUNDS):
        shape = _GROUP.sub("", shape)
    return shape


def _waits(shape: str) -> bool:
    """Whether too many joins wait for their ON at a time, in the FROMs that are open together."""
    waiting = [0]
    for letter in _FROMS.findall(_WITHOUT_ON.sub("p", shape)):
        if letter == "(":
            waiting.append(0)
        elif letter == ")":
            if len(waiting) > 1:
                waiting.pop()
        elif letter == "s":
            waiting[-1] = 0
        elif letter == "o":
            waiting[-1] = max(waiting[-1] - 1, 0)
        else:
            waiting[-1] += 1
            if waiting[-1] > _JOINS or sum(waiting) > _JOINS:
                return True
    return False


def _nests(shape: str, deepest: int) -> bool:
    opened = [""]
    steps = [0]  # in the way that is being followed, for each bracket that is open
    for letter in _STRUCTURE.findall(shape):
        if letter in _CLOSED_BY:
            _close(letter, opened, steps)
        elif letter in ".:[":
            steps[-1] += 1
            if steps[-1] > deepest:
                return True
        elif letter not in "(t<{>":
            steps[-1] = 0
        if letter in ("(", "[", "{", "c", "t<"):
            opened.append(letter)
            steps.append(0)
            if len(opened) > deepest + 1:
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
