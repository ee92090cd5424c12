"""Loops over what the warehouse answers: whether a template rests on how many answers there are.

Three turns stand for all of them (see `Unknown.__iter__`), since but for the first and the last, every turn makes the
same text; not so where the turns are counted, or what they leave behind is.
"""

from __future__ import annotations

import re

# What is the same for three turns and for any other number of them.
_PLAIN = re.compile(
    r"\bloop\s*\.\s*index0?\s*(?:[=!<>]=?\s*[01]\b|-?\}\})|\bcolumns\s*\[\s*\d+\s*\]|\|\s*length\s*(?:>|[=!]=)\s*0\b"
)
_COUNTS = re.compile(
    r"\bloop\s*\.\s*(?:index|revindex|length|cycle|nextitem|previtem|changed|depth)"
    r"|\bloop\.first\s+and\s+loop\.last\b|\bloop\.last\s+and\s+loop\.first\b"
)
_SETS = re.compile(r"\bset\s+\w+\s*\.|\.\s*pop\b")
_FILLS = re.compile(r"\.\s*(?:append|extend|insert|update)\s*\(")
_MEASURES = re.compile(r"\|\s*(?:length|count|batch|slice)\b|\[\s*-?\d*\s*:|\[\s*-?\d+\s*\]|\bzip\b")


def counted(source: str, called: str) -> bool:
    """Whether turns may be counted by a template or in what is `called`, its text with those of its macros.

    What is kept from turn to turn is looked for in the template alone: many macros keep something, few count it.
    """
    own = _PLAIN.sub(" ", source)
    fills = _FILLS.search(own) and _MEASURES.search(own)
    return bool(_COUNTS.search(_PLAIN.sub(" ", called)) or _SETS.search(own) or fills)
