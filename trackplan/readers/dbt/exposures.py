"""Exposures of dbt → consumers, finer where `meta` lists columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trackplan.documents import Node
from trackplan.facts.declared import CLASSES, Consumer, Taken
from trackplan.findings import Place
from trackplan.readers.dbt.columns import meta

if TYPE_CHECKING:
    from trackplan.readers.dbt.known import Known

_NOTHING = Node(None, Place(""))


def exposure(node: Node, known: Known) -> Consumer:
    """An exposure with what it depends on."""
    about = meta(node).get("columns", _NOTHING)
    owner = node.get("owner") or _NOTHING
    person, mail = owner.string("name") or owner.text.strip(), owner.string("email")
    return Consumer(
        "exposure",
        node.string("name"),
        (node.get("name") or node).place,
        node.string("label"),
        f"{person} ({mail})" if person and mail else person or mail,
        tuple(t for n in (node.get("depends_on") or _NOTHING).elements() for t in _taken(n, about, known)),
        CLASSES.get(node.string("type").lower()),
    )


def _taken(node: Node, about: Node, known: Known) -> Iterator[Taken]:
    """What an exposure depends on. `about` lists the columns it takes, of all relations or of each by its name."""
    parts = known.named(node)
    if parts is None:
        return
    listed = about
    if isinstance(about.value, dict):
        mine = [value for key, value in about.items() if (known.meant(key) or (known.fold(key),)) == parts]
        mine += [value for key, value in about.items() if known.fold(key) == parts[-1] and not mine]
        listed = mine[0] if mine else _NOTHING
    chosen = tuple(known.fold(c.text.strip()) for c in listed.elements() if c.text.strip())
    yield Taken(parts, node.place, chosen or None)
