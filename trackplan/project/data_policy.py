"""`policy.personal_data` and `policy.retention` of the project file: what may be done with whose data, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from trackplan.documents import Node
    from trackplan.findings import Place


class CategoryPolicy(Struct, frozen=True):
    """What may be done with data of a category and all below it: `uses`, `bases` and `retention`, if they are given."""

    category: str
    place: Place
    uses: tuple[tuple[str, Place], ...] = ()
    bases: tuple[tuple[str, Place], ...] = ()
    retention: str = ""
    forbidden: bool = False


class Kept(Struct, frozen=True):
    """How long the tables that a selector means keep their rows."""

    selector: str
    retention: str
    place: Place


def read(node: Node | None) -> tuple[CategoryPolicy, ...]:
    """The categories of `personal_data`; the schema has checked their form."""
    return tuple(_category(category, rule) for category, rule in node.items()) if node else ()


def read_kept(node: Node | None) -> tuple[Kept, ...]:
    """The tables of `retention`."""
    return tuple(Kept(selector, value.text, value.place) for selector, value in node.items()) if node else ()


def _category(category: str, node: Node) -> CategoryPolicy:
    forbidden = node.get("forbidden")
    return CategoryPolicy(
        category,
        node.place,
        _words(node.get("uses")),
        _words(node.get("legal_bases")),
        node.string("retention"),
        forbidden is not None and forbidden.value is True,
    )


def _words(node: Node | None) -> tuple[tuple[str, Place], ...]:
    return tuple((word.text, word.place) for word in node.elements()) if node else ()
