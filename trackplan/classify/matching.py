"""The words of a name → the phrase of the dictionary that it is about.

A name is a noun phrase: its last word says what the value is. So of all phrases in a name the last one counts, and only
if nothing but neutral words follows it; what stands in front of it says whose it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan.classify.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.classify.dictionary import Dictionary
    from trackplan.classify.model import Sense

    _Span = tuple[int, int, str, tuple[Sense, ...]]  # first word, word after the last one, phrase, what it stands for

_NONE: frozenset[str] = frozenset()
_MAPPINGS = "mappings"
_LONGEST = 64  # words of a name; what is longer is no name
_PERSONS = "persons"  # the group that ends the question whose it is

_KINDS = (
    ("boolean", ("bool", "bit", "flag")),
    ("", ("array", "repeated", "list", "record", "struct", "object", "json", "map", "variant", "super", "any")),
    ("time", ("date", "time", "interval", "duration", "year")),
    (
        "number",
        ("int", "bigint", "smallint", "tinyint", "mediumint", "uint", "num", "float", "dec", "double", "real", "long"),
    ),
    ("text", ("char", "text", "str", "uuid", "inet", "enum", "guid", "cidr")),
)


class Match(Struct, frozen=True):
    """A phrase in a name, and what it stands for there. `owner` is the word of the name that says whose it is."""

    sense: Sense
    phrase: str
    owner: str = ""
    within: str = ""  # the name of what holds the field, where that says whose it is
    doubt: bool = False  # a word in front of it is not known
    hashed: bool = False


class Holder(Struct, frozen=True):
    """What holds a field, as far as the dictionary knows it: the groups of its last word.

    `plain` where it has no other words that mean something: `stores`, and not `users_by_store`.
    """

    name: str = ""
    groups: frozenset[str] = _NONE
    plain: bool = False


@lru_cache(maxsize=4096)
def type_kind(type_: str) -> str:
    """`text`, `number`, `time` or `boolean`; '' for types that hold other values and for unknown ones."""
    lower = type_.lower()
    for kind, beginnings in _KINDS:
        if lower.startswith(beginnings) or (kind == "text" and "char" in lower):
            return kind
    return ""


@lru_cache(maxsize=4096)
def holder(path: tuple[str, ...], dictionary: Dictionary) -> Holder | None:
    """The innermost name of `path` that says something: `properties`, `dim` and the like say nothing.

    None where something around a field tells which field is which, as a `field_mapping` does: it holds no data.
    """
    if _names_fields(path, dictionary):
        return None
    for name in reversed(path):
        words = [one for w in tokenize(name)[:_LONGEST] if _tells(one := dictionary.singular(w) or w, dictionary)]
        if words:
            groups = dictionary.groups.get(words[-1], _NONE)
            return Holder(name, groups, len(words) == 1) if groups else Holder()
    return Holder()


def _names_fields(path: tuple[str, ...], dictionary: Dictionary) -> bool:
    last = (tokenize(name)[-1:] for name in path)
    return any(_MAPPINGS in dictionary.groups.get(dictionary.singular(w) or w, _NONE) for words in last for w in words)


def _tells(word: str, dictionary: Dictionary) -> bool:
    return word in dictionary.groups or not (word in dictionary.neutral or word.isdigit())


def match(words: tuple[str, ...], kind: str, within: Holder, dictionary: Dictionary) -> Match | None:
    """What the name made of `words` is about, for a value of the type `kind`, or None."""
    tokens, many, spans = _looked_up(words, dictionary)
    return _match(tokens, many, spans, kind, within, dictionary) if spans else None


def match_known(words: Sequence[str], kind: str, dictionary: Dictionary) -> Match | None:
    """The same for a noun phrase of a description, which counts only if every word of it is understood."""
    tokens, many = _apart(words, dictionary)
    spans = _spans(tokens, dictionary)
    if not spans or not all(senses for *_, senses in spans):
        return None
    if any(word and word not in dictionary.known and not word.isdigit() for word in tokens):
        return None
    return _match(tokens, many, spans, kind, Holder(), dictionary)


def _match(
    tokens: Sequence[str],
    many: Sequence[int],
    spans: Sequence[_Span],
    kind: str,
    within: Holder,
    dictionary: Dictionary,
) -> Match | None:
    for index in range(len(spans) - 1, -1, -1):
        start, end, phrase, senses = spans[index]
        others = [word for first, last, *_ in spans[:index] for word in tokens[first:last]]
        for sense in senses:
            found = _Try(tokens, many, start, end, phrase, sense, dictionary, others).match(kind, within)
            if found is not None:
                return found
        if not senses:
            return None
    return None


def speaks(words: tuple[str, ...], dictionary: Dictionary) -> bool:
    """Whether a name has an exception or a phrase that needs no owner: where it matches nothing, it says so itself."""
    _, _, spans = _looked_up(words, dictionary)
    return any(not senses or any(not sense.of for sense in senses) for *_, senses in spans)


@lru_cache(maxsize=65536)
def _looked_up(words: tuple[str, ...], dictionary: Dictionary) -> tuple[list[str], list[int], list[_Span]]:
    """The words of a name (see `_apart`) with the phrases in it."""
    tokens, many = _apart(words, dictionary)
    return tokens, many, _spans(tokens, dictionary)


def _apart(words: Sequence[str], dictionary: Dictionary) -> tuple[list[str], list[int]]:
    """The words in the singular, those written together taken apart, and at which places there was a plural."""
    known = dictionary.known
    tokens: list[str] = []
    many: list[int] = []
    for word in words[:_LONGEST]:
        if word in known or len(word) < 3:
            tokens.append(word)
            continue
        parts, plural = _meant(word, dictionary)
        tokens += parts
        if plural:
            many.append(len(tokens) - 1)
    return tokens, many


@lru_cache(maxsize=65536)
def _meant(word: str, dictionary: Dictionary) -> tuple[tuple[str, ...], bool]:
    """The words that an unknown one stands for, and whether it is the plural of one."""
    one = dictionary.singular(word)
    return ((one,), True) if one else (dictionary.split(word) or (word,), False)


def _spans(tokens: Sequence[str], dictionary: Dictionary) -> list[_Span]:
    """The phrases in the name, from the left, the longest at each place."""
    starts, phrases = dictionary.starts, dictionary.phrases
    spans: list[_Span] = []
    if starts.keys().isdisjoint(tokens):  # as in most names
        return spans
    at, end = 0, len(tokens)
    while at < end:
        for size in range(min(starts.get(tokens[at], 0), end - at), 0, -1):
            phrase = tokens[at] if size == 1 else " ".join(tokens[at : at + size])
            senses = phrases.get(phrase)
            if senses is not None:
                spans.append((at, at + size, phrase, senses))
                at += size - 1
                break
        at += 1
    return spans


class _Try(Struct):
    """One phrase of a name in one sense: does it hold here?"""

    tokens: Sequence[str]
    many: Sequence[int]
    start: int
    end: int
    phrase: str
    sense: Sense
    dictionary: Dictionary
    others: Sequence[str]  # words of the phrases in front of it
    owner: str = ""
    doubt: bool = False
    hashed: bool = False
    barred: bool = False  # the owner is of one that may not own it, as in company_address_city

    def match(self, kind: str, within: Holder) -> Match | None:
        """The match, or None where something in the name, its type or its place speaks against it."""
        sense = self.sense
        if kind and kind not in sense.types and not (kind == "boolean" and "flags" in sense.even):
            return None
        if kind == "number" and self.end - 1 in self.many:
            return None  # so many of them
        if not self._behind() or not self._before():
            return None
        groups = self._groups(within)
        if sense.of and not sense.of & groups:
            return None
        if self.barred or (
            sense.not_of & groups and not sense.of & groups and (self.owner or within.plain or sense.alone)
        ):
            return None
        if sense.alone and (self.doubt or self.owner):
            return None
        if self.hashed and not sense.category.startswith(self.dictionary.hashed_from):
            return None
        told = within.name if sense.of and not self.owner else ""
        return Match(sense, self.phrase, self.owner, told, self.doubt, self.hashed)

    def _groups(self, within: Holder) -> frozenset[str]:
        """Whose it is: by the name, else by what holds the field, unless the name says something unknown."""
        if self.doubt:
            return _NONE
        if self.owner:
            return self.dictionary.groups.get(self.owner, _NONE)
        return within.groups if self.sense.within else _NONE

    def _behind(self) -> bool:
        """Whether what stands behind the phrase leaves it what it is."""
        words, last = self.dictionary, len(self.tokens) - 1
        if last >= self.end and words.after.get(self.tokens[last]) not in (None, *self.sense.even):
            return False
        for index in range(self.end, last + 1):
            word = self.tokens[index]
            if word in words.links:
                return index < last and self._linked(last)
            if index in self.many and word in words.groups and word not in words.neutral:
                return False  # email_users are counted
            if word in words.hashed:
                self.hashed = True
            elif words.after.get(word) in self.sense.even or word in words.neutral or word.isdigit():
                continue
            elif self._may_own(word):
                self.owner = self.owner or word
            else:
                return False
        return True

    def _linked(self, last: int) -> bool:
        """Take the last word of "name_of_the_driver" for the owner."""
        word = self.tokens[last]
        if self._may_own(word) and last not in self.many:
            self.owner = self.owner or word
        elif word not in self.dictionary.neutral:
            self.doubt = True
        return True

    def _may_own(self, word: str) -> bool:
        """Whether a word behind the phrase can say whose it is."""
        words = self.dictionary
        return self.sense.within and bool(words.behind & words.groups.get(word, _NONE))

    def _before(self) -> bool:
        """Whether what stands in front of the phrase leaves it what it is; finds out whose it is."""
        words = self.dictionary
        near = True  # nothing yet has said whose it is
        for index in range(self.start - 1, -1, -1):
            word = self.tokens[index]
            kind = words.before.get(word)
            if kind is not None and kind not in self.sense.even and word not in self.others:
                return False
            if word in words.hashed:
                self.hashed = True
            elif near and kind is None:
                groups = words.groups.get(word)
                if groups and self.owner:
                    self.barred, near = bool(groups & self.sense.not_of), False
                elif groups:
                    self.owner, near = word, _PERSONS not in groups
                elif word not in words.neutral and word not in words.links and not word.isdigit():
                    self.doubt, near = not self.owner, False
        return True
