"""One run of a template: what it may spend, which way it takes at each unknown condition, and what it left behind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from trackplan.jinja.unknown import OPEN, PLACEHOLDER, Kind, Mixed, Unknown

if TYPE_CHECKING:
    from trackplan.jinja.words import Words

BUDGET = 5_000_000
"""What one run may spend, in characters; a step costs as much as a few dozen of them."""
STEP = 40
DEPTH = 50
COMPARISONS = frozenset(["eq", "ne", "lt", "lteq", "gt", "gteq", "in", "notin"])
"""What comparisons of unknown values are called; with tests, which begin with `is `, they are true or false."""
_NODE = 10
# A text that, printed, may name tables.
_QUERY = re.compile(r"\b(?:select|from|join)\b", re.IGNORECASE)
# What keeps to names where it is done to names: filters, operators, attributes.
_TYPES_OF_COLUMN = frozenset([".data_type", ".dtype", ".char_size", ".numeric_precision"])


class StopError(Exception):
    """The template needs more than it may have; the message is a clause about it."""


class ImpossibleError(Exception):
    """The template says itself that it cannot be taken this way."""


class ReturnError(Exception):
    """How `return(…)` leaves its macro."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class Run:
    """The state of one run. `decisions` says which way to go at conditions, by key; others are taken as `otherwise`.

    `asked` are the keys that were met beyond these, in order. `loops` are unknown values that something iterated over,
    `turns` tells that something did over what the warehouse answers; `queries` are the texts that the template would
    have sent there, `settings` what `config(…)` set. While it `tries` which values a macro may give, no other is tried.
    Where it `folds`, what a macro of these words gives is unknown as soon as that rests on conditions. Where it takes
    both `sides` of what nobody knows, `eithers` counts these, `aside` those in which it is; `spoiled` tells that one of
    them did more than print. `assumed` tells that a variable had the value that it has where nobody sets it, and
    `off` that the template is surely switched off.
    """

    def __init__(
        self, decisions: Mapping[bytes, bool], otherwise: bool = True, folds: Words | None = None, sides: bool = False
    ) -> None:
        self.decisions = dict(decisions)
        self.otherwise = otherwise
        self.folds = folds
        self.sides = sides
        self.tries = False
        self.assumed = False
        self.off = False
        self.asked: list[bytes] = []
        self.loops: list[Unknown] = []
        self.turns = False
        self.queries: list[str] = []
        self.results: dict[str, Unknown] = {}
        self.settings: dict[str, object] = {}
        self.refs: set[str] = set()
        self.depth = 0
        self.expanding = 0  # variables that are made of others
        self.aside = 0
        self.eithers = 0
        self.spoiled = False
        self.changes = 0  # of lists, mappings and namespaces
        self.left = BUDGET
        self._known: dict[bytes, Unknown] = {}
        self._printed: list[Unknown] = []
        self._numbers: dict[bytes, int] = {}

    def spend(self, cost: int) -> None:
        """Take `cost` from the budget. Raises `StopError` when nothing is left."""
        self.left -= cost
        if self.left < 0:
            raise StopError("takes more steps or makes more text than a template may")

    def decide(self, key: bytes) -> bool:
        """Which way to go at a condition that nobody knows."""
        known = self.decisions.get(key)
        if known is None:
            known = self.decisions[key] = self.otherwise
            self.asked.append(key)
        return known

    def take_back(self, asked: int) -> None:
        """Forget the decisions behind the first so many that were asked for."""
        for key in self.asked[asked:]:
            del self.decisions[key]
        del self.asked[asked:]

    def unknown(self, label: str, *parts: object, asks: bool = False, kind: Kind | None = None) -> Unknown:
        """The unknown value that `label` makes of `parts`; always the same for the same."""
        digest = hashlib.blake2b(label.encode("utf-8", "replace"), digest_size=16)
        for part in parts:
            self._feed(digest, part)
        key = digest.digest()
        known = self._known.get(key)
        if known is None:
            asks = asks or any(p.asks for p in parts if isinstance(p, Unknown))
            kind = self._kind(label, parts) if kind is None else kind
            known = self._known[key] = Unknown(self, key, label, parts, asks, kind)
        return known

    def _kind(self, label: str, parts: Iterable[object]) -> Kind:
        """What something made of `parts` can be: what all of them that are unknown are."""
        kinds = {kind for part in parts for kind in self._kinds(part)}
        if len(kinds) != 1 or "space" in kinds:
            return ""
        return "value" if kinds == {"name"} and label in _TYPES_OF_COLUMN else kinds.pop()

    def _kinds(self, part: object) -> set[Kind]:
        self.spend(_NODE)
        if isinstance(part, Unknown):
            return {part.kind}
        if isinstance(part, str):
            queries: set[Kind] = {""} if _QUERY.search(part) else set()
            return {value.kind for value in self.behind(part)} | queries
        if isinstance(part, dict):
            return self._kinds([*part.keys(), *part.values()])
        if isinstance(part, (list, tuple)):
            return {kind for each in part for kind in self._kinds(each)}
        return set()

    def leaves(self) -> tuple[object, ...]:
        """What a part of the template may leave behind, besides its text."""
        return len(self.loops), len(self.queries), dict(self.results), dict(self.settings), self.off

    def placeholder(self, value: Unknown) -> str:
        """The text that stands for an unknown value."""
        number = self._numbers.get(value.key)
        if number is None:
            number = self._numbers[value.key] = len(self._printed)
            self._printed.append(value)
        return f"{OPEN}{number}\ue011"

    def behind(self, text: str) -> list[Unknown]:
        """The unknown values whose placeholders stand in a text."""
        if OPEN not in text:
            return []
        numbers = {int(n) for n in PLACEHOLDER.findall(text) if len(n) < 10}
        return [self._printed[n] for n in sorted(numbers) if n < len(self._printed)]

    def text(self, text: str) -> str:
        """`text`, marked if it holds placeholders."""
        return Mixed(text, self) if OPEN in text and not isinstance(text, Mixed) else text

    def tainted(self, value: object) -> bool:
        """Whether something unknown is in a value; costs what the value is large."""
        if isinstance(value, str):
            self.spend(len(value) >> 3)
            return OPEN in value
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._any_tainted(value)
        if isinstance(value, dict):
            return self._any_tainted(value) | self._any_tainted(value.values())
        return isinstance(value, Unknown)

    def _any_tainted(self, values: Iterable[object]) -> bool:
        found = False
        for value in values:  # all of them, so that every walk has its price
            self.spend(_NODE)
            found = self.tainted(value) or found
        return found

    def _feed(self, digest: hashlib.blake2b, part: object) -> None:
        self.spend(_NODE)
        if isinstance(part, Unknown):
            digest.update(b"\0u" + part.key)
        elif isinstance(part, (list, tuple)):
            digest.update(b"\0l%d" % len(part))
            for item in part:
                self._feed(digest, item)
        elif isinstance(part, dict):
            digest.update(b"\0d%d" % len(part))
            for key, value in part.items():
                self._feed(digest, key)
                self._feed(digest, value)
        else:
            text = str(part)
            self.spend(len(text))
            for value in self.behind(text):
                digest.update(b"\0p" + value.key)
            digest.update(b"\0t" + PLACEHOLDER.sub(OPEN, text).encode("utf-8", "replace"))
