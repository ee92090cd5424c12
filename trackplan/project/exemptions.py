"""`suppressions:` of the project file → exemptions, as they are written; whether the rules exist is asked later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from trackplan import names, patterns
from trackplan.findings import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trackplan.documents import Node


class Exemption(Struct, frozen=True):
    """Findings of these rules, in these files and about these subjects, are put up with until that day."""

    place: Place
    rules: tuple[str, ...]
    path: str
    subject: str
    reason: str
    owner: str
    until: str


def read(node: Node | None) -> tuple[Exemption, ...]:
    """The exemptions that the list holds; the schema has checked their form."""
    return tuple(_exemption(each) for each in node.elements()) if node else ()


def _exemption(node: Node) -> Exemption:
    path, subject, reason, owner, until = (node.string(k) for k in ("path", "subject", "reason", "owner", "until"))
    return Exemption(node.place, node.strings("rules"), patterns.normalise(path), subject, reason, owner, until)


def problems(node: Node | None) -> Iterator[Problem]:
    """Selectors of subjects that are not well formed."""
    for each in node.elements() if node else ():
        subject = each.get("subject")
        try:
            names.expand(subject.text if subject else "*")
        except ValueError as error:
            place = subject.place if subject else each.place
            yield Problem(place, str(error), "an id, with * and {a, b}; quote names with odd characters")
