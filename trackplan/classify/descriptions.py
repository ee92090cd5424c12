"""A description → the noun phrase that it opens with, as the words of a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from trackplan.classify.tokens import tokenize

if TYPE_CHECKING:
    from trackplan.classify.dictionary import Dictionary

_READ = 200  # characters: what a field is stands at the beginning
_END = re.compile(r"[.;:()\[\]{}\n!?,/]|\s[-\u2013\u2014]\s")
_POSSESSIVE = re.compile(r"['\u2019]s\b|s['\u2019](?=\s)")
_VERBS = frozenset({"contains", "holds", "stores", "represents", "specifies", "gives", "describes", "is"})
_ARTICLES = frozenset({"the", "a", "an", "this", "their", "his", "her", "its", "our", "your", "each", "s", "current"})
_STOPS = frozenset(
    re.findall(
        r"\w+",
        """which who whom that where when if whether used using in with within as at on by to is are was were be been
        has have from during via per and or but not can will would should may must it they we you also than then so
        because into shown displayed given provided entered collected associated belonging assigned returned sent
        stored""",
    )
)
_OWN = "own"  # stands for the possessive: a participle after it belongs to what is owned
_JOINS = frozenset({"of", "for"})


def about(description: str, dictionary: Dictionary) -> str:
    """The kind of words that the description opens with: flags for "Whether …", counts for "Number of …"; else ''."""
    opening = " ".join(description[:_READ].lower().split()).removeprefix("a ").removeprefix("the ")
    if not opening.startswith(_beginnings(dictionary)):
        return ""
    for beginning, kind in dictionary.described:
        if opening.startswith(beginning) and not opening[len(beginning) : len(beginning) + 1].isalpha():
            return kind
    return ""


@lru_cache(maxsize=4)
def _beginnings(dictionary: Dictionary) -> tuple[str, ...]:
    return tuple(beginning for beginning, _ in dictionary.described)


def noun_phrase(description: str, dictionary: Dictionary) -> tuple[str, ...]:
    """The words of "Full name of the patient" as those of the name patient_full_name; () where there are none.

    An empty word stands where two parts meet: "name of the family" is no family name, "the user's name" no user name.
    """
    text = _POSSESSIVE.sub(f" {_OWN} ", description[:_READ].strip())
    found = _END.search(text)
    words = tokenize(text[: found.start()] if found else text)
    while words and (words[0] in _VERBS or words[0] in _ARTICLES):
        words = words[1:]
    parts: list[list[str]] = [[]]
    before = ""
    for index, word in enumerate(words):
        if word in _STOPS and before != _OWN:
            break
        if word in _JOINS and " ".join(words[index - 1 : index + 2]) not in dictionary.phrases:
            parts.append([])
        elif word in _ARTICLES:
            if parts[-1]:  # "the country the user lives in"
                break
        else:
            parts[-1].append("" if word == _OWN else word)
        before = word
    return tuple(word for part in reversed(parts) for word in (*part, ""))[:-1]
