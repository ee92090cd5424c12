"""What a definition says besides names and types that lets a column decide what others hold or which rows are seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

DETAIL = "lets a column decide what others hold or which rows are seen"
"""Why such a definition is kept as a text that was not understood."""
_HIDDEN = re.compile(r"'(?:[^'\\]|\\.|'')*+'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMENTS = r"(?:\s++|--[^\n]*+|#[^\n]*+|/\*.*?\*/)*+"
_STARTS = re.compile(rf"{_COMMENTS}(?:create|alter|optimize|exchange)\b", re.IGNORECASE | re.DOTALL)
# The most common definition, which has no room for more.
_PLAIN_VIEW = re.compile(
    rf"{_COMMENTS}create\s+(?:or\s+replace\s+)?view\s+(?:if\s+not\s+exists\s+)?[\w`.$-]++\s+as\s+(?:select|with)\b",
    re.IGNORECASE | re.DOTALL,
)
_QUERY = re.compile(r"\bas\b[\s(]*(?:select|with|from|values)\b", re.IGNORECASE)
_HEAD = re.compile(
    r"\s*(?:create(?:\s+or\s+(?:replace|alter))?|alter|optimize|exchange)\b"
    r"(?:\s+\w+)*?"
    r"\s+(table|view|tables)\b",
    re.IGNORECASE,
)
_NAME = r"(?:\[[^\]]*\]|\"[^\"]*\"|`[^`]*`|[\w$]+)"
# Up to the end of the item of a list in which they stand.
_ITEM = re.compile(
    r"\bas\s*\("
    r"|\bgenerated\s+always\s+as\b(?!\s*\(?\s*(?:identity|row)\b)"
    rf"|(?:\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?|[(,]\s*){_NAME}\s+as\b(?!\s+identity)"
    r"|\bpolicy\s+\S+\s+(?:on|using)\s*\("
    r"|\brow\s+filter\s+\S+\s+on\b|\bmask\s+\S+\s+using\s+columns\b"
    r"|\bperiod\s+for\s+system_time\s*\(",
    re.IGNORECASE,
)
_CLICKHOUSE_ITEM = re.compile(r"\b(?:default|materialized|alias|ephemeral)\b", re.IGNORECASE)
# Up to the end of the definition.
_CLICKHOUSE_REST = re.compile(
    r"\bengine\s*=?\s*\w*(?:replacing|collapsing|summing|aggregating|coalescing|graphite)mergetree\b"
    r"|\b(?<!remove )(?<!materialize )ttl\b|\b(?:update|delete)\b(?=.*\bwhere\b)|\bdeduplicate\s+by\b",
    re.IGNORECASE | re.DOTALL,
)
# The whole statement, whose tables may be named in texts.
_WHOLE = re.compile(
    r"\s*(?:create|alter)\s+(?:or\s+\w+\s+)?(?:dictionary|property\s+graph|semantic\s+view|security\s+policy)\b"
    r"|.*\bwith\s+metrics\b",
    re.IGNORECASE | re.DOTALL,
)
_CLICKHOUSE_WHOLE = re.compile(
    r"\s*exchange\s+(?:tables|dictionaries)\b|.*\bengine\s*=?\s*(?:join|merge|dictionary)\b", re.IGNORECASE | re.DOTALL
)
_ROUTINE = re.compile(r"\s*create\b[\w\s]*?\b(?:trigger|function)\b", re.IGNORECASE)
_ROWS = re.compile(r"\b(?:new|old)\s*\.\s*[\"`]?(\w+)", re.IGNORECASE)
_USED = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")
_NO_NAMES = frozenset("default materialized alias ephemeral null not true false codec comment".split())  # noqa: SIM905


def deciding(text: str, dialect: str) -> Iterator[tuple[int, int]]:
    """The spans of a CREATE, ALTER or the like whose words may name columns that decide something."""
    if _STARTS.match(text) is None or _PLAIN_VIEW.match(text):
        return
    routine = _ROUTINE.match(text)
    if routine is not None:
        if len({m.lower() for m in _ROWS.findall(text)}) > 1:  # a column of the new row may depend on another one
            yield 0, len(text)
        return
    plain = _HIDDEN.sub(lambda m: " " * len(m.group()), text)
    clickhouse = dialect == "clickhouse"
    head = _HEAD.match(plain)
    query = _QUERY.search(plain)
    end = query.start() if query else len(plain)
    if _WHOLE.match(plain, 0, end) or (clickhouse and _CLICKHOUSE_WHOLE.match(plain, 0, end)):
        yield 0, len(text)
    elif head is not None:
        yield from _clauses(plain, head.end(), end, clickhouse)


def _clauses(plain: str, start: int, end: int, clickhouse: bool) -> Iterator[tuple[int, int]]:
    rest = _CLICKHOUSE_REST.search(plain, start, end) if clickhouse else None
    if rest is not None:
        yield rest.start(), end
        end = rest.start()
    for match in _ITEM.finditer(plain, start, end):
        yield match.start(), _item_end(plain, match.end(), end, match.group().endswith("("))
    for match in _CLICKHOUSE_ITEM.finditer(plain, start, end) if clickhouse else ():
        stop = _item_end(plain, match.end(), end, opened=False)
        if {m.lower() for m in _USED.findall(plain[match.start() : stop])} - _NO_NAMES:
            yield match.start(), stop


def _item_end(plain: str, at: int, end: int, opened: bool) -> int:
    """Where the item of a list ends that goes on at `at`."""
    depth = int(opened)
    while at < end:
        if plain[at] in ",)" and depth == 0:
            break
        depth += {"(": 1, ")": -1}.get(plain[at], 0)
        at += 1
    return at
