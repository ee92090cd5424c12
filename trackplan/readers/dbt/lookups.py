"""Which tables a template may name though they stand nowhere in it: those that it asks the warehouse for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from trackplan.jinja.rendered import Doubt

if TYPE_CHECKING:
    from trackplan.jinja import Rendered

Parts = tuple[str, ...]
_PLAIN = re.compile(r"\w+")
# What gives tables of a schema that it is told, and what may give any, by the names that unknown values have. What
# `ref` gives for an answer of the warehouse is named in the template, too: dbt itself asks for that (`-- depends_on:`).
_OF_A_SCHEMA = re.compile(r"^(?:run_query|adapter\.\w+|dbt_utils\.\w+)$", re.MULTILINE)
_ANY = re.compile(
    r"^(?:include|replace_path|incorporate|gives|api\.relation\.create|graph\b.*|(?:env_)?var\(.*)$", re.MULTILINE
)
# The schema in which dbt keeps the rows for which tests have failed.
_STORED = re.compile(r"dbt_test__audit\b", re.IGNORECASE)
_BY_TESTS = Doubt("*", (1, 1, 1, 1), "reads what tests have stored", asks=True)


class Lookups:
    """The tables of a project. `stored` maps logical names (source, table) to physical ones, `nodes` are its own."""

    def __init__(self, stored: Mapping[Parts, Parts], nodes: Iterable[str]) -> None:
        self._stored = stored
        self._nodes = nodes

    @cached_property
    def _schemas(self) -> dict[str, list[Parts]]:
        """The logical names of the tables of each schema and source."""
        found: dict[str, list[Parts]] = {}
        for key, parts in self._stored.items():
            for word in {w.lower() for w in (*key[:-1], *parts[-2:-1])}:
                found.setdefault(word, []).append(key)
        return found

    def naming(self, rendered: Rendered, template: str) -> Rendered:
        """What a template became; doubts that ask for tables name these: of the schemas that they mention, else all."""
        if _STORED.search(template):
            rendered = replace(rendered, doubts=(*rendered.doubts, _BY_TESTS))
        asking = [doubt.words.lower() for doubt in rendered.doubts if doubt.asks]
        if not asking:
            return rendered
        said = "\n".join(asking)
        plain = "\n".join(dict.fromkeys(_PLAIN.findall(said)))  # the same words, and far less to search
        is_told = all(_OF_A_SCHEMA.search(words) for words in asking) and not _ANY.search(said)
        schemas = [w for w in self._schemas if is_told and w in (plain if _PLAIN.fullmatch(w) else said)]
        named = dict.fromkeys(key for word in schemas for key in self._schemas[word])
        words = [word for key in named or self._stored for word in (key[-1], self._stored[key][-1])]
        return rendered.naming("\n".join(dict.fromkeys([*words, *([] if named else self._nodes)])))
