"""Tables that lie where the events of a plan land, look like events, and are in no plan → `unplanned_table`.

Only where every event has a table of its own do names tell; what rows one table of all events holds, no file says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.names import fold, is_pipeline, split_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trackplan.derive.landing import Landings
    from trackplan.facts.base import FactBase
    from trackplan.link.relations import Registry, Relation
    from trackplan.link.store import Facts
    from trackplan.project import Landing

# Tables that Segment fills from every source: calls, users, accounts, and all tracked events at once.
_OF_ALL = frozenset({"tracks", "identifies", "users", "groups", "accounts", "pages", "screens", "aliases"})


def find(
    landings: Sequence[Landing], registry: Registry, landed: Landings, dialect: str
) -> list[tuple[Relation, tuple[str, ...]]]:
    """The tables, each with the plans that land beside it."""
    found: dict[str, tuple[Relation, list[str]]] = {}
    for landing in landings:
        schema = tuple(fold(part, False, dialect) for part in split_id(landing.schema)) if landing.schema else ()
        for relation in registry.in_schema(schema) if schema else ():
            if relation.id not in landed.governed and _looks_like_an_event(relation):
                found.setdefault(relation.id, (relation, []))[1].append(landing.plan)
    return [(relation, tuple(dict.fromkeys(plans))) for _, (relation, plans) in sorted(found.items())]


def store(base: FactBase, facts: Facts, tables: Sequence[tuple[Relation, tuple[str, ...]]]) -> None:
    """Write the tables."""
    program = facts.linking.program
    rows = [(facts.relations[program.table(relation).number], " and ".join(plans)) for relation, plans in tables]
    base.insert("unplanned_table", ("relation", "plans"), rows)


def _looks_like_an_event(relation: Relation) -> bool:
    """Whether it is a declared table that nothing here builds, with a column that loaders put into event tables."""
    name = relation.parts[-1].lower()
    return (
        relation.declared
        and relation.kind == "table"
        and not relation.built
        and name not in _OF_ALL
        and not name.startswith("_")
        and any(is_pipeline(column, governed=True) for column in relation.columns if column not in ("id", "user_id"))
    )
