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

# What leaves something besides the text that it gives, or may call what does.
_LEAVES = re.compile(
    r"\b(?:adapter|builtins|caller|context|dbt_utils|dispatch|load_result|run_query|set_sql_header|statement)\b"
    r"|\bconfig\s*+(?:\(|\.\s*+(?:set|update))"
)
_CONDITION = re.compile(r"\bif\b")
_WORD = re.compile(r"\w++")
_PRINTS_THIS = re.compile(r"\{\{-?\s*+this(?:\s*+\.\s*+(?:name|identifier|table|schema|database))?\s*+-?\}\}")
# `this` in other places, and names that are made up as the template runs.
_ASKS_THIS = re.compile(r"\b(?:this|context|builtins)\b|\bdispatch\s*+\((?!\s*['\"])")


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

    def alone(self, macro: str) -> str:
        """What `macro` and those that it calls are made of.

        Nothing where they may do more than give a text, and where those that it calls have conditions themselves: of
        calls in calls, the inner ones are to be unknown alone.
        """
        own = self._texts.get(macro, [])
        inner = "\n".join(text for text in self.behind(f"{macro}()") if text not in own)
        texts = "\n".join([*own, inner])
        return "" if _CONDITION.search(inner) or _LEAVES.search(texts) else texts

    def called(self, text: str) -> str:
        """`text` with the macros that it calls, directly or not, and a star for what else they may name."""
        return "\n".join([text, *self.behind(text), "*"])

    def prints_this(self, text: str) -> bool:
        """Whether `this` is nothing but printed, by `text` and every macro that it mentions, directly or not."""
        texts = [text, *self.behind(text, _WORD)]
        return not any(_ASKS_THIS.search(_PRINTS_THIS.sub("", each)) for each in texts)

    def behind(self, text: str, names: re.Pattern[str] = _CALL) -> list[str]:
        """The texts of the macros that `text` calls, directly or not; `names` finds what is taken for a call."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        pending = [text]
        while pending:
            for name in names.findall(pending.pop()):
                if name not in seen:
                    seen.add(name)
                    new = [macro for macro in self._texts.get(name, ()) if macro not in found]
                    found.update(dict.fromkeys(new))
                    pending.extend(new)
        return list(found)
