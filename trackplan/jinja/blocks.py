"""A file of macros as dbt takes it apart: each block for itself; whatever stands between them is no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_OPENING = re.compile(r"\{[{%#]")
_INSIDE = r"""(?:[^'"%s]++|'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+"|%s(?!\}))*+"""
_TAG = re.compile(r"\{%[-+]?\s*+(\w*+)\s*+(\w*+)" + _INSIDE % ("%", "%") + r"%\}", re.DOTALL)
_PRINTED = re.compile(r"\{\{" + _INSIDE % ("}", r"\}") + r"\}\}", re.DOTALL)
_AS_IT_IS = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")
_KINDS = frozenset(["data_test", "docs", "macro", "materialization", "snapshot", "test"])


class Block(Struct, frozen=True):
    """A macro with its text, from its first tag to its last one; one that is not `whole` is never ended."""

    name: str
    text: str
    whole: bool = True


def macros(text: str) -> Iterator[Block]:
    """The macros of a file. Behind a tag that does not end nobody knows where one ends."""
    kind = name = ""
    start = end = 0
    while (opening := _OPENING.search(text, end)) is not None:
        tag = _tag(text, opening)
        if tag is None:
            break
        said, called, end = tag
        if said in _KINDS:
            if kind == "macro":
                yield Block(name, text[start : opening.start()], whole=False)
            kind, name, start = said, called, opening.start()
        elif kind and said == f"end{kind}":
            if kind == "macro":
                yield Block(name, text[start:end])
            kind = ""
    rest = text[start if kind else end :]
    for each in _MACRO.findall(rest):
        yield Block(each, rest, whole=False)


def _tag(text: str, opening: re.Match[str]) -> tuple[str, str, int] | None:
    """The first two words of a tag and where it ends; both are empty for what is a comment, is printed or is raw."""
    at, sign = opening.start(), opening.group()
    if sign == "{#":
        end = text.find("#}", at)
        return ("", "", end + 2) if end >= 0 else None
    found = (_TAG if sign == "{%" else _PRINTED).match(text, at)
    if found is None:
        return None
    if sign == "{{":
        return "", "", found.end()
    if found.group(1) != "raw":
        return found.group(1), found.group(2), found.end()
    last = _AS_IT_IS.search(text, found.end())
    return ("", "", last.end()) if last is not None else None
