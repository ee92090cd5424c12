"""What classification gives and what it is made from: plain data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Sensitivity = Literal["", "none", "internal", "personal", "special"]
Part = Literal["name", "path", "type", "description", "sample", "tag", "sensitivity"]

RANKS: dict[str, int] = {"": 0, "none": 0, "internal": 1, "personal": 2, "special": 3}
CERTAIN = 0.8  # a guess at least this sure may contradict a declaration


class Evidence(Struct, frozen=True):
    """One reason for a class: `text` are the words of `part` that led to it. Never the value of a sample."""

    part: Part
    text: str

    def __str__(self) -> str:
        return self.text if self.part == "sample" else f"'{self.text}' in the {self.part}"


class Guess(Struct, frozen=True):
    """What the dictionary makes of a field: a category of the taxonomy, and how sure that is, 0 to 1."""

    category: str
    sensitivity: Sensitivity
    confidence: float
    evidence: tuple[Evidence, ...]


class Classification(Struct, frozen=True):
    """The class of a field: what is declared wins, the rest comes from the dictionary.

    `category` is '' where only a sensitivity is declared and the dictionary knows nothing. `contradicts` is the guess
    that a declaration overruled although it was sure and said more of a person than is declared, or another thing.
    """

    category: str
    sensitivity: Sensitivity
    confidence: float
    evidence: tuple[Evidence, ...]
    declared: bool = False
    contradicts: Guess | None = None


class Sense(Struct, frozen=True):
    """What a phrase of the dictionary stands for, and the conditions under which it does."""

    category: str
    sensitivity: Sensitivity
    of: frozenset[str] = frozenset()  # groups, one of which must say whose it is; empty for phrases that need none
    not_of: frozenset[str] = frozenset()  # groups whose own it must not be
    even: frozenset[str] = frozenset()  # kinds of words that make other names one about X, and not this one
    types: frozenset[str] = frozenset()  # kinds of types that may hold it
    within: bool = True  # what holds the field may say whose it is too
    alone: bool = False  # counts only where nothing else is in the name
    sure: bool = True
