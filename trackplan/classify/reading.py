"""A dictionary's YAML → the tables that matching asks; whatever is wrong with it is told at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct

from trackplan.classify.model import Sense, Sensitivity
from trackplan.classify.tokens import tokenize
from trackplan.documents.base import Node, did_you_mean
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 6  # words of a phrase
_BETWEEN = {ord(","): None, ord(" "): None, ord("\n"): None}
_TYPES = frozenset({"text", "number"})


class Tables(Struct):
    """Everything that dictionaries say, later ones on top of earlier ones. Phrases are words joined by a space."""

    groups: dict[str, set[str]] = {}  # word → the groups that it belongs to
    group_names: set[str] = set()
    before: dict[str, str] = {}  # word → kind
    after: dict[str, str] = {}
    described: dict[str, str] = {}  # beginning of a description → kind
    neutral: set[str] = set()
    links: set[str] = set()
    hashed: set[str] = set()
    hashed_category: str = ""
    hashed_from: set[str] = set()
    behind: set[str] = set()
    tags: dict[str, Sensitivity] = {}
    phrases: dict[str, list[Sense]] = {}  # without a sense: an exception
    categories: dict[str, Sensitivity] = {}
    samples: dict[str, str] = {}  # what samples look like → category
    problems: list[Problem] = []

    def add(self, node: Node) -> None:
        """Take over what a dictionary says; it fits the schema already. What is wrong is added to `problems`."""
        self._add_groups(node)
        self._add_words(node)
        fresh: set[str] = set()  # phrases that this dictionary has spoken of
        for key, item in _mapping(node, "categories"):
            self._add_category(key, item, node, fresh)
        exceptions = node.get("exceptions")
        for phrase in self._phrases(exceptions):
            if phrase in fresh and exceptions:
                self._problem(
                    exceptions, f"'{phrase}' is an exception and stands in a category too", "keep one of them"
                )
            self.phrases[phrase] = []

    def _add_groups(self, node: Node) -> None:
        for name, words in _mapping(node, "groups"):
            self.group_names.add(name)
            for word in self._words(words):
                self.groups.setdefault(word, set()).add(name)

    def _add_words(self, node: Node) -> None:
        for kind, item in _mapping(node, "about"):
            self.before.update((word, kind) for word in self._words(item.get("before")))
            self.after.update((word, kind) for word in self._words(item.get("after")))
            self.described.update((part.lower(), kind) for part in _parts(item.get("described")))
        self.neutral.update(self._words(node.get("neutral")))
        self.links.update(self._words(node.get("links")))
        hashed = node.get("hashed")
        if hashed is not None:
            self.hashed.update(self._words(hashed.get("words")))
            self.hashed_category = hashed.string("category") or self.hashed_category
            self.hashed_from.update(hashed.strings("from"))
        self.behind.update(node.strings("behind"))
        for tag, level in _mapping(node, "tags"):
            self.tags[" ".join(tokenize(tag))] = cast("Sensitivity", level.text)

    def _add_category(self, key: str, item: Node, root: Node, fresh: set[str]) -> None:
        level = item.string("sensitivity")
        if level:
            self.categories[key] = cast("Sensitivity", level)
        if key not in self.categories:
            place = next((n.keys[key] for name, n in root.items() if name == "categories"), item.place)
            hint = did_you_mean(key, self.categories) if "." in key else ""
            what = f"the category '{key}' is not known, and nothing says how sensitive it is"
            self._problem(place, what, hint or "add its sensitivity")
            return
        if item.get("samples"):
            self.samples[item.string("samples")] = key
        names = item.get("names")
        for sense_node in names.elements() if names else ():
            sense = self._sense(key, sense_node)
            for phrase in self._phrases(sense_node.get("words")):
                if phrase not in fresh:
                    fresh.add(phrase)
                    self.phrases[phrase] = []
                self.phrases[phrase].append(sense)

    def _sense(self, key: str, node: Node) -> Sense:
        for option in ("of", "not_of"):
            named = node.get(option)
            for item in named.elements() if named else ():
                if item.text not in self.group_names:
                    self._problem(
                        item.place,
                        f"there is no group '{item.text}'",
                        did_you_mean(item.text, sorted(self.group_names)),
                    )
        level = node.string("sensitivity") or self.categories[key]
        return Sense(
            key,
            cast("Sensitivity", level),
            frozenset(node.strings("of")),
            frozenset(node.strings("not_of")),
            frozenset(node.strings("even")),
            frozenset(node.strings("types")) or _TYPES,
            node.string("within") != "false",
            node.string("alone") == "true",
            node.string("sure") != "false",
        )

    def _words(self, node: Node | None) -> list[str]:
        phrases = self._phrases(node)
        for phrase in phrases:
            if " " in phrase and node:
                self._problem(node, f"'{phrase}' is more than one word", "only single words stand here")
        return phrases

    def _phrases(self, node: Node | None) -> list[str]:
        """The phrases of a list in text, as `tokenize` gives their words."""
        if node is None:
            return []
        parts = _parts(node)
        if not parts:
            self._problem(node, "no words stand here", "write words with commas between them")
        if len(set(parts)) < len(parts):
            twice = next(part for index, part in enumerate(parts) if part in parts[:index])
            self._problem(node, f"'{twice}' stands here twice", "keep it once")
        if node.text.isascii() and node.text.islower() and node.text.translate(_BETWEEN).isalpha():
            phrases = parts
        else:
            phrases = [phrase for part in parts if (phrase := self._phrase(part, node))]
        for phrase in phrases:
            if phrase.count(" ") >= _LONGEST:
                self._problem(node, f"'{phrase}' has more than {_LONGEST} words", "shorten it")
        return phrases

    def _phrase(self, part: str, node: Node) -> str:
        """One phrase with accents and digits; '' for what is not plain words."""
        phrase = " ".join(tokenize(part))
        if part == part.lower() and all(c.isalnum() or c == " " for c in part):
            return phrase
        hint = f"write it as: {phrase}" if phrase else "write words of letters and digits"
        self._problem(node, f"'{part}' is not written in plain words of lower case", hint)
        return ""

    def _problem(self, where: Node | Place, message: str, hint: str) -> None:
        self.problems.append(Problem(where.place if isinstance(where, Node) else where, message, hint))


def _mapping(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    inner = node.get(key)
    if inner is not None:
        yield from inner.items()


def _parts(node: Node | None) -> list[str]:
    """The parts of a text between its commas, without spaces around them."""
    return [part for piece in " ".join(node.text.split()).split(",") if (part := piece.strip())] if node else []
