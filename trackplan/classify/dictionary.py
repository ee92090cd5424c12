"""The dictionary, ready to be asked: phrases by their first word, words by what they do to a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import documents
from trackplan.classify.model import Sense, Sensitivity
from trackplan.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from trackplan.classify.reading import Tables
    from trackplan.documents.base import Node

SHIPPED = Path(__file__).with_name("dictionary.yaml")
_PART = 4  # letters that a part of a compound has at least
_SHORT_PARTS = frozenset({"id", "ids", "ip", "no", "nr", "key", "uid", "tel", "sex", "dob", "zip", "ssn", "is", "has"})
_LONGEST_COMPOUND = 40


class Dictionary(Struct, frozen=True, eq=False):
    """What the words of names stand for; made by `Dictionary.load`. No two are equal."""

    phrases: Mapping[str, tuple[Sense, ...]]  # words joined by a space; without a sense: an exception
    starts: Mapping[str, int]  # first word of phrases → words of the longest one
    groups: Mapping[str, frozenset[str]]
    before: Mapping[str, str]
    after: Mapping[str, str]
    described: tuple[tuple[str, str], ...]  # beginning of a description, kind; longest first
    neutral: frozenset[str]
    links: frozenset[str]
    hashed: frozenset[str]
    hashed_category: str
    hashed_from: tuple[str, ...]
    behind: frozenset[str]
    tags: Mapping[str, Sensitivity]
    categories: Mapping[str, Sensitivity]
    samples: Mapping[str, str]
    known: frozenset[str]  # every word there is

    @staticmethod
    def load(extensions: Sequence[Node] = ()) -> Dictionary:
        """The dictionary that comes with trackplan, and on top of it what the `extensions` say, the last one wins.

        An extension has the form of `schemas/dictionary.schema.json`; a node of the project file or of a file that
        `documents.read` has read. Raises `ReadError` with everything that is wrong in them, each at its place.
        """
        if not extensions:
            return _shipped()
        tables = shipped_tables()
        problems = [problem for node in extensions for problem in documents.check(node, "dictionary")]
        if not problems:
            for node in extensions:
                tables.add(node)
            problems = tables.problems
        if problems:
            raise ReadError(sorted(problems, key=lambda p: (p.place, p.message)))
        return _compiled(tables)

    def split(self, word: str) -> tuple[str, ...]:
        """The two known words that an unknown one is written together of, the first as long as can be; else ()."""
        known = self.known
        if not 6 <= len(word) <= _LONGEST_COMPOUND:
            return ()
        for end in range(len(word) - 2, 1, -1):
            first, second = word[:end], word[end:]
            if second in known and first in known and _is_part(first) and _is_part(second):
                return (first, second)
        return ()

    def singular(self, word: str) -> str:
        """The known word that an unknown one is the plural of, else ''."""
        return "" if word in self.known else _singular(word, self.known)


def _singular(word: str, known: AbstractSet[str]) -> str:
    if len(word) < 3 or word[-1] != "s":
        return ""
    forms = (word[:-1], word[:-2] if word.endswith("es") else "", f"{word[:-3]}y" if word.endswith("ies") else "")
    return next((form for form in forms if form in known and (len(form) > 2 or form in _SHORT_PARTS)), "")


def _is_part(word: str) -> bool:
    return len(word) >= _PART or word in _SHORT_PARTS


@cache
def _shipped() -> Dictionary:
    return _compiled(shipped_tables())


def shipped_tables() -> Tables:
    """What the dictionary that comes with trackplan says; extensions are added to it."""
    from trackplan.classify.reading import Tables  # a dictionary that was made before needs none of this

    tables = Tables()
    tables.add(documents.read_yaml(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name))
    return tables


def _compiled(tables: Tables) -> Dictionary:
    single = {*tables.groups, *tables.before, *tables.after, *tables.neutral, *tables.links, *tables.hashed}
    single.update(phrase for phrase in tables.phrases if " " not in phrase)
    every = single.union(word for phrase in tables.phrases for word in phrase.split(" "))
    phrases: dict[str, tuple[Sense, ...]] = {}
    starts: dict[str, int] = {}
    known = set(single)
    for phrase, senses in tables.phrases.items():
        words = [word if word in single else _singular(word, every) or word for word in phrase.split(" ")]
        known.update(words)
        phrases[" ".join(words)] = tuple(senses)
        starts[words[0]] = max(starts.get(words[0], 0), len(words))
    for phrase, meant in list(phrases.items()):
        together = phrase.replace(" ", "")
        if together not in known:
            known.add(together)
            phrases[together], starts[together] = meant, 1
    return Dictionary(
        phrases=phrases,
        starts=starts,
        groups={word: frozenset(names) for word, names in tables.groups.items()},
        before=tables.before,
        after=tables.after,
        described=tuple(sorted(tables.described.items(), key=lambda item: (-len(item[0]), item[0]))),
        neutral=frozenset(tables.neutral | {""}),  # "" stands between the parts of a description
        links=frozenset(tables.links),
        hashed=frozenset(tables.hashed),
        hashed_category=tables.hashed_category,
        hashed_from=tuple(sorted(tables.hashed_from)),
        behind=frozenset(tables.behind),
        tags=tables.tags,
        categories=tables.categories,
        samples=tables.samples,
        known=frozenset(known),
    )
