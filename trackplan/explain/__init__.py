"""Why something stays or goes, as a tree of everything that is known about it, each point with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackplan.explain.columns import explain_column, explain_field
from trackplan.explain.find import find
from trackplan.explain.lookup import Lookup
from trackplan.explain.people import explain_consumer, explain_use_case
from trackplan.explain.sets import explain_event, explain_relation
from trackplan.explain.tree import draw

if TYPE_CHECKING:
    from trackplan.facts.base import FactBase

_EXPLAINERS = {
    "field": explain_field,
    "column": explain_column,
    "event": explain_event,
    "relation": explain_relation,
    "use case": explain_use_case,
    "consumer": explain_consumer,
}


def explain(base: FactBase, name: str, *, plain: bool = False) -> str:
    """The tree for the one subject that `name` means; `plain` draws it in ASCII.

    Raises `TrackplanError` where it means nothing (with the likeliest ids) or more than one (with all of them).
    """
    subject = find(base, name)
    return draw(_EXPLAINERS[subject.kind](Lookup(base), subject.key), plain=plain)
