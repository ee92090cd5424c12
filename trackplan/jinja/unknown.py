"""Values that nobody knows before the template runs in earnest: what they print, decide and are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from trackplan.jinja.run import Run

# Signs of the private use area, which no SQL needs; a text that holds them is cleaned before it is rendered.
OPEN, CLOSE = "\ue010", "\ue011"
PLACEHOLDER = re.compile("\ue010([0-9]+)\ue011")
LACKED = "no macro "
"""In front of the label of what would be a macro of a package, if that had it."""

_LONGEST_WORD = 20_000
_TURNS = 3

# Names that dbt gives to templates and that are no packages.
_OF_DBT = frozenset(
    ["caller", "context", "database", "dbt_metadata_envs", "flags", "invocation_args_dict", "loop", "metrics", "model",
     "modules", "node", "post_hooks", "pre_hooks", "schema", "self", "sql", "this", "validation"]
)  # fmt: skip
Kind = Literal["", "name", "value", "space"]
"""What an unknown value can be: anything, names of columns (or texts out of them), numbers, dates and the like, or the
name of a schema or database."""


class Unknown:
    """A value that is not known. `key` is the same for the same question, `parts` are what it is made of.

    `asks` tells that it may be the name of a table that stands nowhere in the text.
    """

    __slots__ = ("asks", "key", "kind", "label", "parts", "run")

    def __init__(
        self, run: Run, key: bytes, label: str, parts: tuple[object, ...], asks: bool = False, kind: Kind = ""
    ) -> None:
        self.run = run
        self.key = key
        self.label = label
        self.parts = parts
        self.asks = asks
        self.kind = kind

    def __bool__(self) -> bool:
        return self.run.decide(self.key)

    def __str__(self) -> str:
        return self.run.placeholder(self)

    def __repr__(self) -> str:
        return str(self)  # as an item of a list that is printed

    def __iter__(self) -> Iterator[Unknown]:
        """Items that nobody knows; nobody knows how many there are either, and the run notes that.

        With names of columns every turn makes the same text, but for the first and the last: three stand for all.
        """
        item = self.run.unknown("item", self)
        if self.kind == "name":
            self.run.turns = True
            yield from [item] * _TURNS
        else:
            self.run.loops.append(self)
            yield item

    def absent(self) -> str:
        """What is to be told of the macro that it comes from, if the package or the macro is not there."""
        value = self
        while value.parts and isinstance(value.parts[0], Unknown):
            inner = value.parts[0]
            named = not inner.parts and inner.label.isidentifier() and inner.label not in _OF_DBT
            if named and value.label.startswith(f"{inner.label}."):
                return f"calls {value.label} of a package that is not there (`dbt deps` installs packages)"
            value = inner
        if not value.label.startswith(LACKED):
            return ""
        return f"calls {value.label.removeprefix(LACKED)}, which the installed package does not have"

    def words(self) -> str:
        """Every text that the value is made of, since each may name what it becomes."""
        found: dict[str, None] = {}
        seen: set[int] = set()
        pending: list[object] = [self]
        while pending:
            value = pending.pop()
            if isinstance(value, str):
                found[value[:_LONGEST_WORD]] = None
                pending.extend(self.run.behind(value))
            elif id(value) in seen:
                continue
            elif isinstance(value, Unknown):
                found[value.label] = None
                pending.extend(value.parts)
            elif isinstance(value, (list, tuple, set, frozenset)):
                pending.extend(value)
            elif isinstance(value, dict):
                pending.extend([*value.keys(), *value.values()])
            elif value is not None:
                found[str(value)[:_LONGEST_WORD]] = None
            seen.add(id(value))
        return PLACEHOLDER.sub(" ", "\n".join(found))


class Mixed(str):
    """A text that holds placeholders of unknown values."""

    run: Run

    def __new__(cls, text: str, run: Run) -> Mixed:
        """The text, with the run that knows its placeholders."""
        made = super().__new__(cls, text)
        made.run = run
        return made

    def __bool__(self) -> bool:
        if PLACEHOLDER.sub("", self).strip():
            return True
        return bool(self.run.unknown("is there", str(self)))

    def __repr__(self) -> str:
        return super().__repr__().replace("\\ue010", OPEN).replace("\\ue011", CLOSE)

    __hash__ = str.__hash__
