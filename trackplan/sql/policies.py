"""Who may see what: policies hide the rows for which a condition does not hold, and a GRANT reads nothing."""

from __future__ import annotations

import re

_NAME = r"(?:[\w$-]+|`[^`]+`|\"[^\"]+\")"
_POLICY = re.compile(
    r"(?:\s++|--[^\n]*+|/\*.*?\*/)*+(?:create\s+(?:or\s+replace\s+)?|alter\s+)(?:row\s+access\s+)?policy\s+(?:if\s+not\s+exists\s+)?"
    rf"{_NAME}\s+on\s+(?P<table>{_NAME}(?:\.{_NAME})*)\s"
    r"(?P<between>(?:[^;'\"]|'[^']*'|\"[^\"]*\")*?)\b(?:filter\s+)?using\s*(?=\()",
    re.IGNORECASE | re.DOTALL,
)
_CHECK = re.compile(r"\bwith\s+check\b", re.IGNORECASE)  # what may be written
_TO_WHOM = re.compile(r"\b(?:on|to|from)\b", re.IGNORECASE)
_ANOTHER = re.compile(r"\b(?:select|insert|update|delete|merge|exec\w*|truncate|bulk|call|do)\b", re.IGNORECASE)


def grants(text: str) -> bool:
    """Whether the GRANT or REVOKE that `text` begins with has no other statement behind it."""
    named = _TO_WHOM.search(text)
    return named is not None and _ANOTHER.search(text, named.end()) is None


def hiding(text: str) -> str:
    """The DELETE that the policy of BigQuery or Postgres in `text` amounts to; '' for any other text.

    Its condition stands where it stands in `text`, as the table does but for very short names.
    """
    found = _POLICY.match(text)
    if found is None:
        return ""
    start, end = found.span("table")
    before = "DELETE FROM ".rjust(start)
    between = "WHERE ".rjust(found.end() - end)
    return before + text[start:end] + between + _CHECK.split(text[found.end() :])[0]
