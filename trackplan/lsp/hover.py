"""What is told of the name under the pointer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trackplan import rules
from trackplan.explain.brief import brief
from trackplan.lsp import names

if TYPE_CHECKING:
    from trackplan.lsp.analysis import Analysis
    from trackplan.rules import Rule

_WORD = re.compile(r"[A-Za-z][\w-]*")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


def at(analysis: Analysis, path: str, line: int, column: int, text: str) -> str:
    """Markdown about what stands at a line and column of a file, whose text the line is; '' where there is nothing."""
    rule = _rule(analysis, column, text)
    if rule is not None:
        return f"**{rule.id} {rule.name}** {_safe(rule.title)}\n\n{_safe(rule.why)}\n\n{_safe(rule.fix)}"
    subjects = names.at(analysis.base, path, line, column, text)
    if not subjects:
        return ""
    first, *rest = map(_safe, brief(analysis.base, subjects))
    return "\n\n".join([f"**{first}**", *rest])


def _rule(analysis: Analysis, column: int, text: str) -> Rule | None:
    """The rule that a suppression or a setting names at a column."""
    for found in _WORD.finditer(text):
        if found.start() < column <= found.end():
            rule = rules.find(analysis.rules, found.group())
            return rule if rule is not None and (found.group() == rule.id or "-" in rule.name) else None
    return None


def _safe(text: str) -> str:
    """Text in which nothing is markup."""
    return _MARKDOWN.sub(r"\\\1", text)
