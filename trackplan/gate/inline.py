"""`# trackplan: ignore[TP102] why, until 2027-01-01` in YAML and SQL → suppressions.

Behind code it is for that line, on a line of its own for the next line with code; `ignore-file[…]` is for the file.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from trackplan.findings import Place
from trackplan.gate.model import INLINE, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"(?:^|(?<=[\s;,(){}\[\]]))(?P<mark>#|--|/\*|\{#|//)\s*trackplan:\s*(?P<said>.*)")
_SAID = re.compile(r"(?P<verb>ignore(?:-file)?)\s*\[(?P<rules>[^\]]*)\]\s*(?P<rest>.*)")
_UNTIL = re.compile(r"(?:^|[\s,;(-]+)until\s+(?P<day>\S+?)[).]*$")
_ENDS = {"/*": "*/", "{#": "#}"}
_ONLY_COMMENT = re.compile(r"\s*(#|--|//|/\*.*\*/\s*$|\{#.*#\}\s*$|$)")
_FORM = "write it as ignore[TP102] why it may stay, until 2027-01-31"


def scan(path: str, text: str) -> Iterator[Suppression]:
    """The suppressions in a file's text. What is said to trackplan and not understood is one with a problem."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if "trackplan:" not in line:
            continue
        match = _COMMENT.search(line)
        if match:
            yield _suppression(path, lines, number, match)


def _suppression(path: str, lines: list[str], number: int, match: re.Match[str]) -> Suppression:
    said = match["said"].rstrip()
    end = _ENDS.get(match["mark"], "")
    if end and end in said:
        said = said[: said.index(end)].rstrip()
    place = Place(path, number, match.start() + 1, number, match.start("said") + len(said) + 1)
    found = _SAID.fullmatch(said)
    if found is None:
        return Suppression(INLINE, place, said or "trackplan:", path=path, problem=f"is not understood; {_FORM}")
    until = _UNTIL.search(found["rest"])
    reason = found["rest"][: until.start()] if until else found["rest"]
    rules = tuple(word for each in found["rules"].split(",") if (word := each.strip()))
    return Suppression(
        INLINE,
        place,
        f"{found['verb']}[{found['rules'].strip()}]",
        rules,
        path,
        0 if found["verb"] == "ignore-file" else _target(lines, number, match.start()),
        reason=reason.strip(" \t:-\N{EN DASH}\N{EM DASH},;("),
        until=until["day"] if until else "",
        problem=_problem(rules, until["day"] if until else ""),
    )


def _target(lines: list[str], number: int, start: int) -> int:
    """The line that the comment is for."""
    if lines[number - 1][:start].strip():
        return number
    for later in range(number, len(lines)):
        if not _ONLY_COMMENT.match(lines[later]):
            return later + 1
    return number


def _problem(rules: tuple[str, ...], until: str) -> str:
    if not rules:
        return f"names no rule; {_FORM}"
    return "" if not until or is_day(until) else f"has no date behind until: {until!r} is none; write 2027-01-31"


def is_day(text: str) -> bool:
    """Whether the text is a date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
