"""What a whole run leaves for those who tell later how other fields land and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase
    from trackplan.link.store import Facts
    from trackplan.project import Landing, Project


class Said(msgspec.Struct, frozen=True):
    """What a `project.Landing` says, but for its place."""

    plan: str
    convention: str
    schema: str
    table: str
    column: str
    traits_column: str
    context_column: str


class Ground(msgspec.Struct):
    """How events land, as a project says it; `warehouse` tells whether what is stored is declared.

    The relations in `odd` are made by SQL too. `idle` and `taken` are what verdicts ask of all consumers.
    """

    said: list[Said]
    warehouse: bool
    odd: list[str]
    idle: bool
    taken: bool

    @property
    def landings(self) -> list[Landing]:
        """How events land, as far as that matters: to load all that a project may say takes time."""
        return cast("list[Landing]", self.said)


def ground(base: FactBase, project: Project, facts: Facts) -> bytes:
    """All of it as bytes; the base has then what tells who carries a column and what leaves it in doubt."""
    program = facts.linking.program
    odd = [
        id_
        for id_, relation in sorted(facts.linking.governed.items())
        if relation.built or relation.closed == program.table(relation).frame.open
    ]
    for table in ("carry", "doubt"):
        base.count(f"SELECT count(*) FROM {table}")  # noqa: S608
    said = [Said(*(getattr(landing, name) for name in Said.__struct_fields__)) for landing in project.landing]
    left = Ground(said, bool(project.warehouse), odd, facts.idle, facts.taken)
    return msgspec.msgpack.encode(left)


def decoded(body: bytes) -> Ground:
    """What `ground` gave. Raises `ValueError` for other bytes."""
    return msgspec.msgpack.decode(body, type=Ground)
