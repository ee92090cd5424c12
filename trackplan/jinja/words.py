"""What a template may mention that cannot be rendered: its own words, and those of the macros that it calls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trackplan.jinja.project import MacroFile

_MACRO = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")
_CALL = re.compile(r"\b(\w++)\s*+\(")


def called(text: str, macros: Iterable[MacroFile]) -> str:
    """`text` with the files of the macros that it calls, directly or not, and a star for what else they may name."""
    files = {name: file.text for file in macros for name in _MACRO.findall(file.text)}
    found: dict[str, None] = {text: None}
    pending = [text]
    while pending:
        for name in _CALL.findall(pending.pop()):
            macro = files.get(name)
            if macro is not None and macro not in found:
                found[macro] = None
                pending.append(macro)
    return "\n".join([*found, "*"])
