"""What a template may mention that cannot be rendered: its own words, and those of the macros that it calls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from trackplan.jinja import blocks
from trackplan.jinja.rendered import cleaned

if TYPE_CHECKING:
    from trackplan.jinja.project import MacroFile

# A call, or the name of what `adapter.dispatch` is to call.
_CALL = re.compile(r"\b(\w++)(?:\s*+\(|['\"])")


class Words:
    """The words of a project's macros."""

    def __init__(self, files: Iterable[MacroFile]) -> None:
        self._files = files

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        """The texts of the macros by every name that may mean them: `default__x` is called as `x`, too."""
        found: dict[str, list[str]] = {}
        for file in self._files:
            for block in blocks.macros(cleaned(file.text)):
                for name in filter(None, dict.fromkeys([block.name, block.name.partition("__")[2]])):
                    found.setdefault(name, []).append(block.text)
        return found

    def called(self, text: str) -> str:
        """`text` with the macros that it calls, directly or not, and a star for what else they may name."""
        return "\n".join([text, *self.behind(text), "*"])

    def behind(self, text: str) -> list[str]:
        """The texts of the macros that `text` calls, directly or not."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        pending = [text]
        while pending:
            for name in _CALL.findall(pending.pop()):
                if name not in seen:
                    seen.add(name)
                    new = [macro for macro in self._texts.get(name, ()) if macro not in found]
                    found.update(dict.fromkeys(new))
                    pending.extend(new)
        return list(found)
