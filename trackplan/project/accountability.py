"""`controller`, `dpo`, `security` and `legal_changes` of the project file: who answers for the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from trackplan.documents import Node


class Party(Struct, frozen=True):
    """Somebody with a name; contact and postal address may be empty."""

    name: str
    contact: str = ""
    address: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.address, self.contact) if part)


class LegalChange(Struct, frozen=True):
    """What changes in the rules of data protection, from which day, what it means here, and where it is written."""

    on: str
    what: str
    means: str
    source: str


class Accountability(Struct, frozen=True):
    """Who answers for the data. None and '' where the project file does not say.

    `no_dpo` tells why there need not be a data protection officer.
    """

    controller: Party | None = None
    representative: Party | None = None
    joint: tuple[Party, ...] = ()
    dpo: Party | None = None
    no_dpo: str = ""
    security: tuple[str, ...] = ()
    legal_changes: tuple[LegalChange, ...] = ()


def read(node: Node) -> Accountability:
    """What a project file says; the schema has checked its form."""
    controller, dpo, changes = (node.get(key) for key in ("controller", "dpo", "legal_changes"))
    joint = controller.get("joint") if controller else None
    named = dpo is not None and dpo.string("name")
    return Accountability(
        _party(controller),
        _party(controller.get("representative") if controller else None),
        tuple(party for each in (joint.elements() if joint else ()) if (party := _party(each))),
        _party(dpo) if named else None,
        dpo.string("not_required") if dpo else "",
        node.strings("security"),
        tuple(
            LegalChange(*(each.string(key) for key in ("on", "what", "means", "source")))
            for each in (changes.elements() if changes else ())
        ),
    )


def _party(node: Node | None) -> Party | None:
    return Party(node.string("name"), node.string("contact"), node.string("address")) if node else None
