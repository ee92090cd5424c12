"""A rule's query that went wrong → where in the rule's file, what, and how to mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan.documents import did_you_mean
from trackplan.facts import base
from trackplan.findings import Failed, Place

if TYPE_CHECKING:
    from trackplan.errors import RuleError
    from trackplan.rules.base import Rule

_NAMES = re.compile(r'(?:no such (?:table|column|function): |near "|the function )([^\s":]+)')
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_TABLE = re.compile(r'^CREATE (?:TABLE|VIEW) "?(\w+)"?', re.MULTILINE)
_COLUMN = re.compile(r'^  "?([a-z_]+)"?\s+(?:INTEGER|TEXT|REAL)\b', re.MULTILINE)
_DICTIONARY = "`trackplan schema facts` shows the tables and their columns"


def failed(rule: Rule, error: RuleError) -> Failed:
    """What a rule's error says, at the word of the query that it is about, else where the query begins."""
    match = _NAMES.search(error.message)
    word = match[1].rpartition(".")[2] if match else ""
    message = f"the rule failed: {error.message}"
    return Failed(rule.id, rule.name, _place(rule, word), message, error.hint or _hint(error.message, word))


def _place(rule: Rule, word: str) -> Place:
    # Comments and texts become blanks, so that what is found is code.
    code = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), rule.sql)
    match = re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", code, re.IGNORECASE) if word else None
    match = match or re.search(r"\S+", code)
    if match is None:
        return Place(rule.path, rule.line)
    line = rule.line + code.count("\n", 0, match.start())
    column = match.start() - code.rfind("\n", 0, match.start())
    return Place(rule.path, line, column, line, column + len(match[0]))


def _hint(message: str, word: str) -> str:
    if "no such table" in message:
        return did_you_mean(word, _TABLE.findall(base.schema())).partition(" Known here")[0] or _DICTIONARY
    if "no such column" in message:
        close = did_you_mean(word, _COLUMN.findall(base.schema())).partition(" Known here")[0]
        return close if close.startswith("did") else _DICTIONARY
    if "syntax error" in message or "incomplete input" in message:
        return "the query is one SELECT in SQLite's dialect"
    if "only SELECT" in message:
        return "rules read the facts and change nothing"
    return ""
