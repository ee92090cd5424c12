"""Policies that hide rows: whoever reads the table sees those for which a condition holds."""

from __future__ import annotations

import re

_NAME = r"(?:[\w$-]+|`[^`]+`|\"[^\"]+\")"
_POLICY = re.compile(
    r"(?:\s++|--[^\n]*+|/\*.*?\*/)*+create\s+(?:or\s+replace\s+)?(?:row\s+access\s+)?policy\s+(?:if\s+not\s+exists\s+)?"
    rf"{_NAME}\s+on\s+(?P<table>{_NAME}(?:\.{_NAME})*)\s"
    r"(?P<between>(?:[^;'\"]|'[^']*'|\"[^\"]*\")*?)\b(?:filter\s+)?using\s*(?=\()",
    re.IGNORECASE | re.DOTALL,
)
_CHECK = re.compile(r"\bwith\s+check\b", re.IGNORECASE)  # what may be written


def hiding(text: str) -> str:
    """The DELETE that the policy of BigQuery or Postgres in `text` amounts to; '' for any other text.

    Its table and its condition stand where they stand in `text`.
    """
    found = _POLICY.match(text)
    if found is None:
        return ""
    start, end = found.span("table")
    before = "DELETE FROM ".rjust(start)
    between = "WHERE ".rjust(found.end() - end)
    return before + text[start:end] + between + _CHECK.split(text[found.end() :])[0]
