"""What rendering a template gives: the texts that it may become, and what stays in doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from trackplan.facts.declared import Consumer, Sql
from trackplan.findings import Place
from trackplan.sql.text import Origin

_PRIVATE = re.compile("[\ue010-\ue016]")
_OPENING = re.compile(r"\{[{%#]")
_HALF = re.compile("[\ud800-\udfff]")


def is_template(text: str) -> bool:
    """Whether `text` holds anything of Jinja."""
    return _OPENING.search(text) is not None


def cleaned(text: str) -> str:
    """A template without signs that mean something here, and with plain ends of lines."""
    return _PRIVATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def mended(text: str) -> str:
    """`text` without halves of characters, which an escape can write and nothing can store."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


class Text(Struct, frozen=True):
    """One text that a template may become, with where its pieces come from."""

    text: str
    origin: Origin = ()

    def framed(self, before: str, after: str) -> Text:
        """The text with more around it, which comes from where the text begins."""
        pieces = self.origin or ((0, 1, 1, 0, 0),)
        moved = tuple((p[0] + len(before), p[1], p[2], p[3], p[4]) for p in pieces)
        line, column = pieces[0][1:3]
        return Text(before + self.text + after, ((0, line, column, line, column), *moved))


class Doubt(Struct, frozen=True):
    """A part of a template that nobody can know: the words that it may hold, where it stands, and a clause about it.

    `asks` tells that it may name a table that stands nowhere in these words.
    """

    words: str
    span: tuple[int, int, int, int]
    clause: str
    asks: bool = False


class Rendered(Struct, frozen=True):
    """A template's texts, each of which it becomes under some conditions, and its doubts.

    `settings` is what `config(…)` sets; where it sets `enabled`, False tells that the template surely is not. `refs`
    are names that `ref` asks for and nobody has. What is `fleeting` may be another where there is more room.
    """

    texts: tuple[Text, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    settings: Mapping[str, object] = {}
    refs: frozenset[str] = frozenset()
    fleeting: bool = False

    def sql(
        self, dialect: str, path: str, relation: tuple[str, ...] | None = None, consumer: Consumer | None = None
    ) -> list[Sql]:
        """The texts as what is to be compiled, the doubts as what is not."""
        place = Place(path)
        found = [Sql(t.text, dialect, place, relation, consumer, origin=t.origin) for t in self.texts]
        for doubt in self.doubts:
            origin = ((0, *doubt.span),)
            unclear = ("template", doubt.clause)
            found.append(Sql(doubt.words, dialect, place, relation, consumer, False, unclear, origin))  # type: ignore[arg-type]
        return found

    def behind(self, header: Rendered) -> Rendered:
        """The same with statements before it."""
        heads = [f"{text.text.rstrip().rstrip(';')};\n" for text in header.texts]
        texts = tuple(text.framed(head, "") for head in heads for text in self.texts)
        return replace(self, texts=texts, doubts=(*self.doubts, *header.doubts))

    def mended(self) -> Rendered:
        """The same without halves of characters."""
        texts = tuple(replace(text, text=mended(text.text)) for text in self.texts)
        doubts = tuple(replace(doubt, words=mended(doubt.words)) for doubt in self.doubts)
        return replace(self, texts=texts, doubts=doubts, refs=frozenset(map(mended, self.refs)))

    def about(self, names: Mapping[str, str]) -> Rendered:
        """The same texts and doubts with other names in them."""

        def renamed(text: str) -> str:
            for old, new in names.items():
                text = text.replace(old, new)
            return text

        texts = tuple(Text(renamed(text.text)) for text in self.texts)
        return replace(self, texts=texts, doubts=tuple(replace(d, words=renamed(d.words)) for d in self.doubts))

    def naming(self, words: str) -> Rendered:
        """The same, with `words` added to what may be any table."""
        doubts = tuple(replace(d, words=f"{d.words}\n{words}") if d.asks else d for d in self.doubts)
        return replace(self, doubts=doubts)
