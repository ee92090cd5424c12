"""A rendered text as far as its placeholders need it: strings, comments, names, statements, and the clause of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from msgspec import Struct

DOUBLE_STRINGS = frozenset({"bigquery", "mysql", "spark", "spark2", "databricks", "hive", "doris", "starrocks"})
_BACKSLASH = DOUBLE_STRINGS | {"clickhouse", "snowflake"}
_HASH_COMMENTS = frozenset({"bigquery", "mysql", "doris", "starrocks"})
_TABLES = frozenset(["from", "join", "into", "using", "update", "table"])
_QUALIFIER = re.compile(r"(?:(?:[\w$]+|\"[^\"\ue010]+\"|`[^`\ue010]+`)\s*\.\s*)+$")
_BEFORE = re.compile(r"(?:([A-Za-z_]+)[\s(]*|(,)\s*)$")
_OPENER = re.compile(r"([A-Za-z_]\w*)\s*$")
GAP = r"(?:\s|--[^\n]*+|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+"
"""What stands between statements: white space and comments, found without going back."""
_P = "\ue010[0-9]+\ue011"


class Token(Struct, frozen=True):
    """A piece of the text that holds a placeholder, or the end of a statement (`end`).

    `before` is the word, or the comma, in front of it and of the names that it goes on from; `clause` is the one of a
    query in which it stands outside of brackets: `select`, `from`, `where`, … With what it goes on from, it begins at
    `begin`: `a.b.` in front of a name is a part of that. The brackets that it stands in belong to what goes by these
    names, in lower case and from without, `""` where there is none.
    """

    kind: str
    start: int
    end: int
    text: str
    before: str = ""
    clause: str = ""
    begin: int = -1
    inside: tuple[str, ...] = ()

    @property
    def listed(self) -> bool:
        """Whether it stands in a select list, and in no function there."""
        return self.clause == "select"

    @property
    def is_table(self) -> bool:
        """Whether a table stands there."""
        return self.before in _TABLES or (self.before == "," and self.clause in ("from", "join"))


def plain(text: str, dialect: str) -> str:
    """A text without its comments, and without what its strings and quoted names say."""
    shown = {"comment": " ", "string": "''", "quoted": '""'}
    return _scanner(dialect).sub(lambda found: shown.get(found.lastgroup or "", found.group()), text)


def tokens(text: str, dialect: str) -> Iterator[Token]:
    """The pieces of `text` that hold placeholders, and the ends of its statements."""
    clauses, openers = [""], [""]
    for found in _scanner(dialect).finditer(text):
        kind = found.lastgroup or ""
        if kind == "open":
            word = _OPENER.search(text, max(found.start() - 40, 0), found.start())
            clauses.append("")
            openers.append("{" if found.group() == "{" else word.group(1).lower() if word else "")
        elif kind == "close":
            clauses[-1:] = [] if len(clauses) > 1 else [""]
            openers[-1:] = [] if len(openers) > 1 else [""]
        elif kind == "clause":
            clauses[-1] = found.group().lower()
        elif kind == "end":
            clauses, openers = [""], [""]
            yield Token("end", *found.span(), ";")
        elif "\ue010" in found.group():
            qualifier = _QUALIFIER.search(text, max(found.start() - 200, 0), found.start())
            start = qualifier.start() if qualifier else found.start()
            word = _BEFORE.search(text, max(start - 60, 0), start)
            before = (word.group(1) or ",").lower() if word else ""
            yield Token(kind, *found.span(), found.group(), before, clauses[-1], start, tuple(openers[1:]))


@cache
def _scanner(dialect: str) -> re.Pattern[str]:
    inside = r"(?:[^{0}\\]|\\.|{0}{0})*+" if dialect in _BACKSLASH else r"(?:[^{0}]|{0}{0})*+"
    single = r"[rRbBnNeE]{0,2}'" + inside.format("'") + "'"
    double = r"[rRbB]{0,2}\"" + inside.format('"') + '"'
    triple = r'[rRbB]{0,2}"""(?:[^\\]|\\.)*?"""|' + r"[rRbB]{0,2}'''(?:[^\\]|\\.)*?'''|"
    strings = (triple if dialect == "bigquery" else "") + single
    names = r"`[^`\n]*+`|\[[^\]\n]{1,128}\]" if dialect in ("tsql", "fabric") else r"`[^`\n]*+`"
    if dialect in DOUBLE_STRINGS:
        strings += "|" + double
    else:
        names += r'|"(?:[^"]|"")*+"'
    comments = r"--[^\n]*+|/\*.*?\*/" + (r"|\#[^\n]*+" if dialect in _HASH_COMMENTS else "")
    words = r"\b(?:select|from|where|group|order|having|qualify|limit|window|join|on|union|intersect)\b(?!\ue010)"
    bare = rf"[\w$]*+(?:{_P}[\w$]*+)+"
    return re.compile(
        rf"(?P<comment>{comments})|(?P<string>{strings})|(?P<quoted>{names})|(?P<end>;)|(?P<open>[({{])|(?P<close>[)}}])"
        rf"|(?P<bare>{bare})|(?i:(?P<clause>{words}))|[\w$]++",
        re.DOTALL,
    )
