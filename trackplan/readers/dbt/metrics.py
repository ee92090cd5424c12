"""Semantic models and metrics → consumers: the columns that their expressions read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import names
from trackplan.documents import Node
from trackplan.facts.declared import Consumer, Sql, Taken
from trackplan.findings import Place
from trackplan.sql.template import identifier

if TYPE_CHECKING:
    from trackplan.sql.text import Origin

Parts = tuple[str, ...]
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"[0-9.]+|true|false", re.IGNORECASE)
_NOTHING = Node(None, Place(""))


class Asked(Struct, frozen=True):
    """Expressions over one relation, as the nodes that hold them; None where nobody knows what is asked."""

    parts: Parts
    place: Place
    expressions: tuple[Node, ...] | None


class Measures(Struct):
    """What all property files of a project say of measures, by name, since metrics elsewhere refer to them."""

    known: dict[str, Asked] = {}


class Semantics:
    """The semantic models and metrics of one file; `named` gives the relation that a `ref(…)` means."""

    def __init__(self, dialect: str, named: Callable[[Node], Parts | None], measures: Measures) -> None:
        self._dialect = dialect
        self._named = named
        self._measures = measures

    def learn(self, node: Node) -> None:
        """Remember the measures of a semantic model."""
        model = node.get("model")
        parts = self._named(model) if model is not None else None
        for measure in (node.get("measures") or _NOTHING).elements():
            if parts is not None:
                self._measures.known[measure.string("name")] = Asked(parts, measure.place, _expressions([measure]))

    def model(self, node: Node) -> Iterator[Consumer | Sql]:
        """A semantic model takes what its entities, dimensions and measures are made of."""
        model = node.get("model")
        parts = self._named(model) if model is not None else None
        if model is None or parts is None:
            return
        items = [i for key in ("entities", "dimensions", "measures") for i in (node.get(key) or _NOTHING).elements()]
        place = (node.get("name") or node).place
        consumer = Consumer("semantic_model", node.string("name"), place, node.string("label"))
        yield from self._asking(consumer, [Asked(parts, model.place, _expressions(items))])

    def metric(self, node: Node) -> Iterator[Consumer | Sql]:
        """A metric takes what its expression (old style) or its measures (new style) are made of."""
        place = (node.get("name") or node).place
        consumer = Consumer("metric", node.string("name"), place, node.string("label"))
        model = node.get("model")
        parts = self._named(model) if model is not None else None
        if model is not None and parts is not None:
            keys = [n for n in map(node.get, ("expression", "sql", "timestamp")) if n is not None]
            dimensions = list((node.get("dimensions") or _NOTHING).elements())
            filters = [f for e in (node.get("filters") or _NOTHING).elements() if (f := e.get("field")) is not None]
            yield from self._asking(consumer, [Asked(parts, model.place, (*keys, *dimensions, *filters))])
            return
        asked = [self._measures.known[m] for m in _measured(node) if m in self._measures.known]
        if asked:
            yield from self._asking(consumer, asked)

    def _asking(self, consumer: Consumer, asked: Sequence[Asked]) -> Iterator[Consumer | Sql]:
        """Columns by name are taken as they are; other expressions are SQL like any other."""
        simple = all(e.expressions is not None and all(map(_is_plain, e.expressions)) for e in asked)
        if not simple:
            yield from (_query(consumer, each, self._dialect) for each in asked)
            return
        takes = []
        for each in asked:
            words = [e.text.strip() for e in each.expressions or () if not _NUMBER.fullmatch(e.text.strip())]
            found = dict.fromkeys(names.fold(w, False, self._dialect) for w in words)
            takes.append(Taken(each.parts, each.place, tuple(found)))
        yield Consumer(consumer.kind, consumer.name, consumer.place, consumer.title, takes=tuple(takes))


def _is_plain(node: Node) -> bool:
    text = node.text.strip()
    return bool(_WORD.fullmatch(text) or _NUMBER.fullmatch(text))


def _query(consumer: Consumer, asked: Asked, dialect: str) -> Sql:
    """Expressions as a query, each of which knows its place; all columns where one is a template."""
    target = ".".join(identifier(p, dialect) for p in asked.parts)
    text, origin = "SELECT ", [(0, *_span(asked.place))]
    for node in asked.expressions or ():
        if "{{" in node.text:
            text += "*, "
        else:
            origin.append((len(text), *_span(node.place, len(node.text.splitlines()[0]))))
            text += f"({node.text}), "
    made: Origin = tuple(origin)
    return Sql(f"{text}1 FROM {target}", dialect, Place(consumer.place.path), None, consumer, origin=made)


def _span(place: Place, length: int = 0) -> tuple[int, int, int, int]:
    line, column = place.line or 1, place.column or 1
    return line, column, line, column + length


def _expressions(items: Sequence[Node]) -> tuple[Node, ...]:
    return tuple(n for i in items if (n := i.get("expr") or i.get("name")) is not None and n.text.strip())


def _measured(node: Node) -> list[str]:
    """The measures that a metric of the new style is made of."""
    settings = node.get("type_params") or _NOTHING
    found: list[str] = []
    pending = [settings.get(key) for key in ("measure", "numerator", "denominator", "base_measure", "measures")]
    pending.append((settings.get("conversion_type_params") or _NOTHING).get("base_measure"))
    pending.append((settings.get("conversion_type_params") or _NOTHING).get("conversion_measure"))
    for holder in pending:
        each = list((holder or _NOTHING).elements()) or ([holder] if holder is not None else [])
        found.extend(e.string("name") or e.text.strip() for e in each)
    return [name for name in found if name]
