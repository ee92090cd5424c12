"""The first words of a statement: what it does to what kind of object, told from its tokens alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trackplan.sql.script import Piece

if TYPE_CHECKING:
    from trackplan.facts.declared import UnclearReason

_MODIFIER = re.compile(
    "OR|REPLACE|ALTER|TEMP|TEMPORARY|TRANSIENT|EXTERNAL|MATERIALIZED|GLOBAL|LOCAL|UNLOGGED|SECURE|RECURSIVE|FORCE|"
    "DYNAMIC|HYBRID|ICEBERG|VOLATILE|FOREIGN|STREAMING|LIVE|REFRESH|NOFORCE|EDITIONABLE|PRIVATE|MULTISET|SET"
)
_QUIET = re.compile(
    "GRANT|REVOKE|DENY|SET|UNSET|RESET|USE|SHOW|DESCRIBE|DESC|EXPLAIN|ANALYZE|VACUUM|OPTIMIZE|REFRESH|MSCK|TRUNCATE|"
    "BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|END|LOCK|UNLOCK|PRAGMA|INSTALL|LOAD|ATTACH|DETACH|CHECKPOINT|DECLARE|PRINT|"
    "LIST|LS|PUT|GET|REMOVE|RM|CACHE|UNCACHE|ADD|DISCARD|SECURITY|REASSIGN|CLUSTER|REINDEX|KILL|FLUSH|SYSTEM|RETURN|"
    "UNDROP|CALL|IMPORT|DELIMITER|IF|ELSE|WHILE|LOOP|RAISE|THROW|SELECT|FROM|VALUES|WITH|SUMMARIZE"
)
READS = re.compile(r"\b(?:from|join|using|execute)\b", re.IGNORECASE)
"""What a text holds that may read a table, also inside its strings."""
_EXPORTS = re.compile(r"\bselect\b|\bto\b", re.IGNORECASE)
_LOADS = re.compile(r"\bfrom\s*@", re.IGNORECASE)
_FILES = re.compile(
    r"copy\s+(?:into\s+)?(?:[\w$.]|\"[^\"]*\"|`[^`]*`)+\s*(?:\([^()]*\)\s*)?from\s+(?:'|@|\w+://)", re.IGNORECASE
)
_GUARDS = frozenset({"IF", "ELSE", "BEGIN", "WHILE"})
_DEFINES = frozenset({"CREATE", "ALTER", "INSERT", "DROP", "UPDATE", "DELETE", "MERGE"})
_BEFORE_NAME = frozenset({"IF", "NOT", "EXISTS", "ONLY"})


@dataclass(frozen=True, slots=True)
class Head:
    """`verb` and `kind` in upper case (`CREATE`, `TABLE`), and where the object's name begins among the tokens."""

    verb: str
    kind: str
    name: int


def head_of(piece: Piece) -> Head:
    """The head of a statement; `kind` is '' where the verb has no object."""
    words = piece.words
    if not words:
        return Head("", "", 0)
    at = 1
    while at < len(words) - 1 and _MODIFIER.fullmatch(words[at]):
        at += 1
    kind = words[at] if at < len(words) else ""
    at += 1
    if kind == "SNAPSHOT" and at < len(words) and words[at] == "TABLE":
        kind, at = "SNAPSHOT TABLE", at + 1
    while at < len(words) and words[at] in _BEFORE_NAME:
        at += 1
    return Head(words[0], kind, at)


def is_quiet(head: Head) -> bool:
    """Whether a statement neither changes what relations there are nor fills one from others."""
    return _QUIET.fullmatch(head.verb) is not None


def loads_files(text: str) -> bool:
    """Whether a statement does nothing but fill a table with what stands in files."""
    return _FILES.match(text) is not None and not re.search(r"\bselect\b", text, re.IGNORECASE)


def unguarded(piece: Piece) -> Piece | None:
    """The statement behind `IF … `, `ELSE` or `BEGIN` on the same line; None where there is none."""
    words = piece.words
    if words[0] not in _GUARDS:
        return None
    depth = 0
    for index, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word in _DEFINES and depth == 0:
            tokens = piece.tokens[index:]
            while tokens and tokens[-1].text.upper() == "END":
                tokens = tokens[:-1]
            return Piece(tokens[0].start, tokens[-1].end + 1, tokens)
    return None


def hidden(piece: Piece, text: str) -> tuple[UnclearReason, str] | None:
    """The reason and the clause why a statement that exports data or runs other statements is not followed.

    None where it loads data or calls something that reads nothing.
    """
    words = piece.words
    body = text[piece.start : piece.end]
    if words[0] in {"COPY", "UNLOAD", "EXPORT"}:
        exports = _EXPORTS.search(body) and not _LOADS.search(body)
        return ("unsupported", "exports data, which is not followed") if exports else None
    runs = words[0] != "EXEC" or {"SP_RENAME", "SP_EXECUTESQL"} & set(words) or words[1:2] == ("(",)
    if runs and (READS.search(body) or "rename" in body.lower() or "IMMEDIATE" in words):
        return "dynamic", "builds its SQL at run time"
    return None
