"""What a rule is: its header as data, its query, and the options that a project may set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

OptionValue = str | int | float

FIXERS = {
    "correct-name": "writes the name that is meant, where only case, blanks, `_` or `-` differ; the likeliest one with "
    "`--unsafe`",
    "remove-entry": "takes the entry away, or as much of its count as is no longer found",
    "remove-suppression": "takes the suppression away",
    "write-key": "writes the `key: value` that the advice names first",
}
"""What a header may name as its fixer, and what that does, in a clause."""

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Option(Struct, frozen=True):
    """A setting of a rule, bound in its query as `:name`; `values` are the ones to choose from, if any."""

    name: str
    default: OptionValue
    description: str
    values: tuple[OptionValue, ...] = ()


class Rule(Struct, frozen=True):
    """A rule: what its header says, and its query.

    `requires` holds groups of evidence kinds; one kind of each group must have been read.
    `fixer` names what mends its findings, '' where no machine can; `fix_is_safe` tells whether without asking.
    `rests_on` tells of what alone each finding can be told: `event`, `path`, `name`, `overlap`, '' for all.
    `path` is its file: `rules/…` for ours, below the project folder for a project's own; `line` is where `sql` begins.
    """

    id: str
    name: str
    title: str
    message: str
    severity: Severity
    category: str
    cause: str
    requires: tuple[tuple[str, ...], ...]
    why: str
    fix: str
    references: tuple[str, ...]
    options: tuple[Option, ...]
    retired: bool
    shipped: bool
    path: str
    line: int
    sql: str
    fixer: str = ""
    fix_is_safe: bool = True
    rests_on: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that the message names, beside `subject` and `detail`, in the message's order."""
        names = dict.fromkeys(PLACEHOLDER.findall(self.message))
        return tuple(n for n in names if n not in ("subject", "detail"))


class Bound(Struct, frozen=True):
    """A rule as a project runs it: the options of its query, and the severity of all its findings, if not its own."""

    rule: Rule
    options: dict[str, OptionValue]
    severity: Severity | None


def find(rules: Iterable[Rule], word: str) -> Rule | None:
    """The rule whose id (in any case) or name is `word`."""
    return next((rule for rule in rules if word.upper() == rule.id or word.lower() == rule.name), None)
