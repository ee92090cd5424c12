"""Where the string literals of a SQL text are, so that nobody's data is echoed with a finding."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

_JINJA_NAMES = r"\{\{[-\s]*(?:ref|source)\s*\([^(){}]*\)[-\s]*\}\}"  # names of relations, not data
_JINJA_COMMENT = r"\{#.*?(?:#\}|\Z)"
_COMMENTS = r"--[^\n]*|/\*.*?(?:\*/|\Z)"
_BACKTICKS = r"`[^`\n]*`"
_DOLLARS = r"(?<![\w$])\$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?P<dollar>.*?)(?:\$(?P=tag)\$|\Z)"
_QUOTED = {
    False: r"'(?P<single>[^']*(?:''[^']*)*)(?:'|\Z)|\"(?P<double>[^\"]*(?:\"\"[^\"]*)*)(?:\"|\Z)",
    True: r"'(?P<single>(?:[^'\\]|\\.)*)(?:'|\Z)|\"(?P<double>(?:[^\"\\]|\\.)*)(?:\"|\Z)",
}
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w $.-]*", re.ASCII)


def literals(text: str, double_quoted: bool = False) -> list[tuple[int, int]]:
    """The content of every string literal of `text`, as sorted ranges that do not overlap.

    Dialects differ in what a backslash, `#` and `//` mean. Where the text holds such marks, each reading is
    tried and whatever one of them takes for a literal is one: too much masked is better than too little.
    """
    if not any(mark in text for mark in "'\"$"):
        return []
    escapes = (False, True) if "\\" in text else (False,)
    hashes = (False, True) if "#" in text else (False,)
    slashes = (False, True) if "//" in text else (False,)
    double_quoted = double_quoted or "`" in text
    spans = {
        span
        for reading in product(escapes, hashes, slashes)
        for span in _spans(text, _scanner(*reading), double_quoted)
    }
    return _merged(sorted(spans))


@lru_cache(maxsize=8)
def _scanner(escapes: bool, hashes: bool, slashes: bool) -> re.Pattern[str]:
    parts = [_JINJA_NAMES, _JINJA_COMMENT, _COMMENTS, _BACKTICKS, _DOLLARS, _QUOTED[escapes]]
    if hashes:
        parts.insert(2, r"\#[^\n]*")
    if slashes:
        parts.insert(2, r"//[^\n]*")
    return re.compile("|".join(parts), re.DOTALL | re.IGNORECASE)


def _spans(text: str, scanner: re.Pattern[str], double_quoted: bool) -> list[tuple[int, int]]:
    spans = []
    for match in scanner.finditer(text):
        group = match.lastgroup
        if group not in ("single", "double", "dollar"):
            continue
        content = match.group(group)
        if group == "double" and not double_quoted and _IDENTIFIER.fullmatch(content):
            continue
        if content:
            spans.append(match.span(group))
    return spans


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
