"""Texts that were not understood: what they mention, and whom they leave in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec import Struct

from trackplan.link.frames import bits
from trackplan.link.program import Unit
from trackplan.sql.records import NotUnderstood

WRITES = frozenset(
    "alter call clone copy create delete exchange exec execute insert merge rename swap truncate update".split()  # noqa: SIM905
)
# A query that names its columns; without these words, or for whole-row functions, a name may stand for all of them.
_COLUMNS_ONLY = frozenset({"select", "from"})
_WHOLE_ROWS = frozenset({"to_json", "to_jsonb", "row_to_json", "row", "struct_pack", "copy", "table"})
_REASONS = {
    "syntax": "could not be parsed",
    "template": "holds template code that is not rendered",
    "dynamic": "builds SQL at run time",
    "unsupported": "is not followed",
    "circular": "depends on itself",
}
# Why something is in doubt is told by so many texts.
_TOLD = 3
# Of so many it is found out which only ask for what others may have written; of more, the first are told.
_MOST = 100


class Texts(Struct):
    """The texts with their units, in order; a set of them is an integer with a bit for each.

    `words` has the texts that have a word. Once it is known who asks what a text may have written, `asking` has for
    each the askers of it, and of all that reach it through other texts.
    """

    texts: list[tuple[Unit, NotUnderstood]] = []
    words: dict[str, int] = {}
    asking: list[int] = []
    shift: int = 0
    _named: int = 0
    _reasons: dict[tuple[int, int], tuple[str, ...]] = {}
    _spread: dict[int, int] = {}

    def add(self, unit: Unit, statement: NotUnderstood) -> None:
        """Take on a text."""
        bit = 1 << len(self.texts)
        self._named |= bit if statement.named else 0
        self.texts.append((unit, statement))
        for word in statement.words:
            self.words[word] = self.words.get(word, 0) | bit

    def mentions(self, word: str) -> int:
        """How many texts have this word, but for those that are statements which were understood too."""
        return (self.words.get(word.lower(), 0) & ~self._named).bit_count()

    def reasons(self, askers: int, word: str) -> tuple[str, ...]:
        """Why the texts among some askers leave a column that they may call `word` in doubt, see `telling`."""
        said = self.words.get(word, 0)
        texts = (askers >> self.shift) & ((1 << len(self.texts)) - 1)
        known = self._reasons.get((said, texts))
        if known is None:
            told = telling(said, texts, self.asking, self.shift)
            known = self._reasons[said, texts] = tuple(map(self._told, told))
        return known

    def told(self) -> list[str]:
        """What each text leaves in doubt, in a clause."""
        return [self._told(number) for number in range(len(self.texts))]

    def _told(self, number: int) -> str:
        unit, statement = self.texts[number]
        place = unit.lines.place(statement.span)
        return f"{place.path}:{place.line} {_REASONS[statement.reason]} and may use it"

    def whole(self) -> Iterator[tuple[int, NotUnderstood, bool]]:
        """Each text with its number, and whether the name of a table in it may stand for all of its columns."""
        for number, (unit, statement) in enumerate(self.texts):
            path = unit.sql.place.path
            plain = statement.reason == "syntax" or statement.named
            clear = path.endswith(".sql") and plain and _names_columns(statement.words)
            yield number, statement, statement.star or not clear

    def settle(self, owners: dict[int, int], asked: dict[int, int]) -> None:
        """Find out who asks each text: its owner, who asks what it may have written, and who asks these texts."""
        mine = ((1 << len(self.texts)) - 1) << self.shift
        direct = [1 << self.shift + n | owners.get(n, 0) | asked.get(n, 0) for n in range(len(self.texts))]
        self.asking = list(direct)
        changed = True
        while changed:
            changed = False
            for number, mask in enumerate(self.asking):
                whole = mask
                for other in bits((mask & mine) >> self.shift):
                    whole |= self.asking[other]
                if whole != mask:
                    self.asking[number] = whole
                    changed = True

    def spread(self, possible: int) -> int:
        """Who possibly reaches something that is reached by `possible`: they, and those who ask the texts in it."""
        texts = (possible >> self.shift) & ((1 << len(self.texts)) - 1)
        if not texts:
            return possible
        more = self._spread.get(texts)
        if more is None:
            more = 0
            for number in bits(texts):
                more |= self.asking[number]
            self._spread[texts] = more
        return possible | more


def telling(said: int, texts: int, asking: Sequence[int], shift: int) -> list[int]:
    """Which three of the `texts` tell best why a column is in doubt; those in `said` have its name.

    What only asks for what another of them may have written comes after that one, which is what to mend; and of those
    alike, what has the name comes first. `asking` has who asks for it, for each: texts are its bits from `shift` on.
    """
    texts |= said
    first = texts
    if 1 < texts.bit_count() <= _MOST:
        for number in bits(texts):
            for other in bits(asking[number] >> shift & first & ~(1 << number)):
                if not asking[other] >> shift + number & 1:
                    first &= ~(1 << other)
    order = (said & first, first & ~said, said & ~first, texts & ~first & ~said)
    return list(islice(chain.from_iterable(map(bits, order)), _TOLD))


def _names_columns(words: frozenset[str]) -> bool:
    return _COLUMNS_ONLY.issubset(words) and not _WHOLE_ROWS & words
