"""A text with Jinja → one of the same length that can be parsed: names for expressions, blanks for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SILENT = re.compile(r"\{\{-?\s*config\s*\(")
_CALL = re.compile(r"\{\{-?\s*(?:ref|source)\s*\(\s*(.*?)\)\s*-?\}\}", re.DOTALL)
_STRING = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_LETTER = re.compile(r"[^\n\r]")


@dataclass(frozen=True, slots=True)
class Tag:
    """One piece of template code: where it stands, and whether it is an expression that prints something."""

    start: int
    end: int
    prints: bool


@dataclass(frozen=True, slots=True)
class Masked:
    """The text to parse, the tags in it, and the table that a name stands for where `ref` or `source` says it."""

    text: str
    tags: tuple[Tag, ...]
    tables: dict[str, str]


def mask(text: str) -> Masked:
    """Give the text with each tag replaced by as many letters or blanks."""
    pieces, tags, tables, last = [], [], {}, 0
    for found in _TAG.finditer(text):
        said = found.group()
        prints = said.startswith("{{") and not _SILENT.match(said)
        pieces.append(text[last : found.start()])
        if prints:
            name = f"q{crc32(said.encode()):08x}"[: len(said)].ljust(len(said), "_")
            call = _CALL.fullmatch(said)
            strings = [one or other for one, other in _STRING.findall(call.group(1))] if call else []
            if strings:
                tables[name] = strings[-1].lower()
            pieces.append(name)
        else:
            pieces.append(_LETTER.sub(" ", said))
        tags.append(Tag(found.start(), found.end(), prints))
        last = found.end()
    return Masked("".join([*pieces, text[last:]]), tuple(tags), tables)
