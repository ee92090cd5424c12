"""The dictionary, ready to be asked: phrases by their first word, words by what they do to a name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trackplan import documents
from trackplan.classify.reading import Tables
from trackplan.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trackplan.classify.model import Sense, Sensitivity
    from trackplan.documents.base import Node

SHIPPED = Path(__file__).with_name("dictionary.yaml")
_PART = 4  # letters that a part of a compound has at least
_SHORT_PARTS = frozenset({"id", "ids", "ip", "no", "nr", "key", "uid", "tel", "sex", "dob", "zip", "ssn", "is", "has"})
_LONGEST_COMPOUND = 40


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What the words of names stand for; made by `Dictionary.load`."""

    phrases: Mapping[str, tuple[Sense, ...]]  # words joined by a space; without a sense: an exception
    plurals: frozenset[
        str
    ]  # phrases that the dictionary has in the singular alone: emails that are a number are a count
    starts: Mapping[str, int]  # first word of phrases → words of the longest one
    groups: Mapping[str, frozenset[str]]
    many: frozenset[str]  # words of groups in the plural: behind X they count, as in email_users
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
        """The known words that an unknown one is written together of, the first one as long as can be; else itself."""
        known = self.known
        if word in known or not 6 <= len(word) <= _LONGEST_COMPOUND:
            return (word,)
        for end in range(len(word) - 2, 1, -1):
            first, second = word[:end], word[end:]
            if second in known and first in known and _is_part(first) and _is_part(second):
                return (first, second)
        return (word,)


def _is_part(word: str) -> bool:
    return len(word) >= _PART or word in _SHORT_PARTS


@cache
def _shipped() -> Dictionary:
    return _compiled(shipped_tables())


def shipped_tables() -> Tables:
    """What the dictionary that comes with trackplan says; extensions are added to it."""
    tables = Tables()
    tables.add(documents.read_yaml(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name))
    return tables


def _compiled(tables: Tables) -> Dictionary:
    phrases = {phrase: tuple(senses) for phrase, senses in tables.phrases.items()}
    for phrase in tables.phrases:
        if " " in phrase:
            phrases.setdefault(phrase.replace(" ", ""), phrases[phrase])
    plurals = _plurals(phrases)
    phrases.update((plural, phrases[phrase]) for plural, phrase in plurals.items())
    groups = {word: frozenset(names) for word, names in tables.groups.items()}
    many = _plurals(groups)
    groups.update((plural, groups[word]) for plural, word in many.items())
    starts: dict[str, int] = {}
    known = {*groups, *tables.before, *tables.after}
    for phrase in phrases:
        words = phrase.split(" ")
        known.update(words)
        if starts.get(words[0], 0) < len(words):
            starts[words[0]] = len(words)
    return Dictionary(
        phrases=phrases,
        plurals=frozenset(plurals),
        starts=starts,
        groups=groups,
        many=frozenset(many),
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
        known=frozenset(known | tables.neutral | tables.links | tables.hashed),
    )


def _plurals(words: Mapping[str, object]) -> dict[str, str]:
    """Plurals that are not among the words themselves, with their singulars."""
    return {plural: word for word in words if (plural := _plural(word)) not in words}


def _plural(phrase: str) -> str:
    last = phrase[-1]
    if last == "y" and phrase[-2:] not in ("ay", "ey", "oy", "uy"):
        return phrase[:-1] + "ies"
    return phrase + ("es" if last in "sxz" or phrase[-2:] in ("ch", "sh") else "s")
